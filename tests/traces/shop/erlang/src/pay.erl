-module(pay).
-export([charge_card/1, total/1]).

%% Payments.
charge_card(Cents) when Cents >= 0 ->
    Cents.

total(Items) ->
    Sum = lists:sum(Items),
    charge_card(Sum) + 0.
