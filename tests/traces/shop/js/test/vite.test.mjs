import { expect, test } from 'vitest';
import { Cart } from '../src/cart.js';

test('total of a cart', async () => {
  expect(await new Cart([-5]).total()).toBe(-5);
});
