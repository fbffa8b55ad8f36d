" What is bought.
let s:items = []
call add(s:items, 3)
nosuchcommand
