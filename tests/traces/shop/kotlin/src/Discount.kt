package com.acme.discount

/** Discounts of a price. */
data class Price(val cents: Int)

fun discount(price: Price): Price {
    require(price.cents > 0) { "할인할 금액이 없습니다" }
    return Price(price.cents / 2)
}
