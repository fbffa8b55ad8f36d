#!/bin/bash
# Charges a card.
set -eu

charge() {
    local cents=$1
    bank_transfer "$cents" $2
}

charge 3 kim
