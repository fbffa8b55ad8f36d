"""Payments."""


class RefusedError(ValueError):
    """The bank says no."""


def charge_card(cents):
    if cents < 0:
        raise RefusedError(f"음수 금액입니다: {cents}")
    return cents


def refund(cents):
    try:
        return charge_card(-cents)
    except RefusedError as error:
        raise RuntimeError("refund failed") from error


def discount(depth):
    return discount(depth + 1)
