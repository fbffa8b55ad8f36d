-- | Payments.
module Pay (chargeCard) where

import GHC.Stack (HasCallStack)

chargeCard :: HasCallStack => Int -> Int
chargeCard cents
  | cents < 0 = error "negative amount"
  | otherwise = cents
