<?php
require_once __DIR__ . '/Pay.php';

class Cart
{
    public function total(array $items): int
    {
        return array_sum(array_map(fn ($item) => (new Pay())->charge($item), $items));
    }
}
