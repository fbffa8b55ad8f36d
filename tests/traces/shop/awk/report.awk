# 하루 매출을 더한다.
BEGIN { FS = "," }

function discount(cents) {
    return cents / rate
}

{ total += discount($2) }

END { printf "합계 %d\n", total }
