package main

import (
	"fmt"

	"example.com/shop/pay"
)

type cart struct{ items []int }

func (c *cart) total() int {
	return pay.Charge(c.items)
}

func main() {
	done := make(chan int)
	go func() {
		done <- (&cart{items: []int{1, 2}}).total()
	}()
	fmt.Println(<-done)
}
