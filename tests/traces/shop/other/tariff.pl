% What a coin is worth.
worth(five, 5).
total(C, N) :- worth(C, M), N is M + fee.
:- initialization(total(five, _)).
