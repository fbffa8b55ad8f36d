# Receipts are printed by their own target.
function(add_receipt name)
    target_link_libraries(${name} receipt)
endfunction()
