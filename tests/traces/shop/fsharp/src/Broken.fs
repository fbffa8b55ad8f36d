module Acme.Shop.Broken

let refund (cents: string) : int =
    cents + Pay.total [ 1 ]

let late = retry 3
