package main

import "sync"

// Tills count one sum.
func tills(n int) int {
	var all sync.WaitGroup
	sum := 0
	for i := 0; i < n; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			sum += i
		}()
	}
	all.Wait()
	return sum
}
