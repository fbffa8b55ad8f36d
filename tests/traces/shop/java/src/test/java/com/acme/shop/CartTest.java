package com.acme.shop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class CartTest {
    @Test
    void totals() {
        assertEquals(7, new Cart(List.of("3")).total());
    }

    @Test
    void refuses() {
        new Cart(List.of("three")).total();
    }
}
