from shop.cart import Cart


def test_total_of_an_empty_cart():
    assert Cart().total() == 0


def test_load():
    cart = Cart()
    cart.load("[1]")
