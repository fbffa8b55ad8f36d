package main

import "testing"

func TestTills(t *testing.T) {
	if got := tills(9); got != 36 {
		t.Errorf("tills: %d", got)
	}
}
