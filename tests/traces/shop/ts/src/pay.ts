// Payments.
export interface Receipt {
  cents: number;
  text: string;
}

export function chargeCard(cents: number): Receipt {
  if (cents < 0) {
    throw new Error(`negative amount: ${cents}`);
  }
  return { cents, text: cents };
}
