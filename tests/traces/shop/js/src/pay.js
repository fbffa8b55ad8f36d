// Payments.
'use strict';

class RefusedError extends Error {}

function chargeCard(cents) {
  if (cents < 0) {
    throw new RefusedError(`negative amount: ${cents}`);
  }
  return unknownBank(cents);
}

module.exports = { chargeCard, RefusedError };
