package com.acme.shop;

import java.util.List;

/** What is bought. */
public class Cart {
    private final List<String> items;

    public Cart(List<String> items) {
        this.items = items;
    }

    public int total() {
        return items.stream().mapToInt(item -> Pay.charge(item)).sum();
    }
}
