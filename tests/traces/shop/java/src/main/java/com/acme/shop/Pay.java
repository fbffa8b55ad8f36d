package com.acme.shop;

/** Payments. */
public class Pay {
    static class RefusedException extends RuntimeException {
        RefusedException(String why, Throwable cause) {
            super(why, cause);
        }
    }

    static int parse(String cents) {
        return Integer.parseInt(cents);
    }

    public static int charge(String cents) {
        try {
            return parse(cents);
        } catch (NumberFormatException e) {
            throw new RefusedException("금액이 잘못되었습니다", e);
        }
    }
}
