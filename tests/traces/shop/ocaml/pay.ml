(* Payments. *)
let charge_card cents =
  if cents < 0 then
    failwith "negative amount"
  else cents

let total items =
  1 + List.fold_left (fun sum item -> sum + charge_card item) 0 items

let () =
  print_int (1 + total [1; -2])
