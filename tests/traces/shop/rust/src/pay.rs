//! Payments.

/// Charges a card.
pub fn charge_card(cents: Option<i32>) -> i32 {
    let unused = 3;
    cents.expect("the card was refused")
}

#[cfg(test)]
mod tests {
    #[test]
    fn charges_nothing() {
        assert_eq!(super::charge_card(Some(2)), 3);
    }
}
