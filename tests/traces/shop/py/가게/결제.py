"""결제."""


class 결제오류(Exception):
    pass


def 결제하기(금액):
    if 금액 < 0:
        raise 결제오류(f"음수 금액입니다: {금액}")
    return 금액


def 합계(*금액들):
    return sum(결제하기(금액 - 10) for 금액 in 금액들)


if __name__ == "__main__":
    합계(20, 3)
