"""What is bought."""
import json

from shop.pay import charge_card


class Cart:
    def __init__(self):
        self.items = []

    def total(self):
        return charge_card(sum(self.items) - 10)

    def load(self, text):
        self.items = json.loads(text)
        return self.total() + "1"
