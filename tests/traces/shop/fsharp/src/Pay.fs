module Acme.Shop.Pay

/// Refuses negative amounts.
let charge cents =
    if cents < 0 then
        invalidArg "cents" ("음수 금액: " + string cents)
    cents

let total items =
    items |> List.map (fun item -> charge (item - 10)) |> List.sum
