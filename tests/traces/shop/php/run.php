<?php
require __DIR__ . '/src/Cart.php';

echo (new Cart())->total([1, -2]);
