import { Cart } from './cart';

console.log(new Cart([-3, 1]).total());
