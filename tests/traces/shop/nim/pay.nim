## Payments.
proc chargeCard(cents: int): int =
  if cents < 0:
    raise newException(ValueError, "negative amount: " & $cents)
  cents

proc total(items: seq[int]): int =
  for item in items:
    result += chargeCard(item)

echo total(@[1, -2])
