module Acme.Shop.Program

let main (_: string[]) =
    let items = [ 20; 3 ]
    System.Console.WriteLine(Pay.total items)
    0
