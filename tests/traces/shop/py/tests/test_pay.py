import asyncio
import unittest

from shop.cart import Cart
from shop.pay import charge_card


class PayTest(unittest.TestCase):
    def test_total(self):
        cart = Cart()
        cart.items = [3]
        self.assertEqual(cart.total(), 3)

    def test_refused(self):
        self.assertEqual(charge_card(2), 3)


async def charge_all(*cents):
    async with asyncio.TaskGroup() as group:
        for each in cents:
            group.create_task(charge_later(each))


async def charge_later(cents):
    return charge_card(cents)


if __name__ == "__main__":
    asyncio.run(charge_all(1, -2, -3))
