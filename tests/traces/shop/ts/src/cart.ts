import { chargeCard } from './pay';

export class Cart {
  constructor(private items: number[]) {}

  total(): string {
    const sum = this.items.reduce((a, b) => a + b, 0);
    return chargeCard(sum).cents;
  }
}
