const { Cart } = require('./src/cart');

async function main() {
  try {
    await new Cart([-5, 2]).total();
  } catch (error) {
    throw new Error('checkout failed', { cause: error });
  }
}

main();
