# Opens the till.
function open_till
    unlock_till $argv
end
open_till 3
