import sys

from shop import pay
from shop.cart import Cart


def main(what):
    if what == "total":
        return Cart().total()
    if what == "load":
        return Cart().load("[1, 2,")
    if what == "refund":
        return pay.refund(3)
    return pay.discount(0)


main(sys.argv[1])
