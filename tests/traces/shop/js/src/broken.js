// Refunds.
export function refund(cents) {
  return -cents +;
}
