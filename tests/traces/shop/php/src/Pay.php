<?php
// Payments.
class Pay
{
    public function charge(int $cents): int
    {
        if ($cents < 0) {
            throw new InvalidArgumentException("negative amount: $cents");
        }
        return $cents + $missing;
    }
}
