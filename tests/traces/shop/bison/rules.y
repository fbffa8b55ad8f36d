%token NUMBER
%type <value> price
%%
line: price '\n'
    | discount '\n'
    ;
price: NUMBER { $$ = $1; }
    ;
