module Main (main) where

import GHC.Stack (HasCallStack)
import Pay

total :: HasCallStack => [Int] -> Int
total items =
  chargeCard (sum items)

main :: IO ()
main = print (total [1, -2])
