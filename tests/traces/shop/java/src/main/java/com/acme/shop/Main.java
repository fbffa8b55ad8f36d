package com.acme.shop;

import java.util.List;

public class Main {
    public static void main(String[] args) {
        System.out.println(new Cart(List.of("3", "three")).total());
    }
}
