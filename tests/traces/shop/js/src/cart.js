'use strict';
const { chargeCard } = require('./pay');

class Cart {
  constructor(items) {
    this.items = items;
  }

  async total() {
    await null;
    const unused = 1;
    return chargeCard(this.items.reduce((a, b) => a + b, 0));
  }
}

module.exports = { Cart };
