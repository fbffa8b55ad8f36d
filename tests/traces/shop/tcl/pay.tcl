# Payments.
proc charge_card {cents} {
    if {$cents < 0} {
        error "negative amount: $cents"
    }
    return $cents
}

proc total {items} {
    set sum 0
    foreach item $items {
        incr sum [charge_card $item]
    }
    return $sum
}

puts [total {1 -2}]
