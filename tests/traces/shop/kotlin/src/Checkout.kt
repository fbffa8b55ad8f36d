package com.acme.discount

class Checkout(private val prices: List<Price>) {
    fun total() = prices.map { discount(it) }.sumOf { it.cents }
}

fun main() {
    val unused = 1
    println(Checkout(listOf(Price(3), Price(-1))).total())
}
