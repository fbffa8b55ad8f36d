<?php
require_once __DIR__ . '/../src/Cart.php';

final class CartTest extends PHPUnit\Framework\TestCase
{
    public function testRefused(): void
    {
        (new Cart([-5]))->total();
    }

    public function testTotal(): void
    {
        $this->assertSame(3, (new Cart([2]))->total());
    }
}
