package pay

import "testing"

func TestDescribe(t *testing.T) {
	if got := Describe(3); got != "3 cents" {
		t.Errorf("got %q", got)
	}
}

func TestCharge(t *testing.T) {
	Charge([]int{1, 2})
}
