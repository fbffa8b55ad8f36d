// Package pay charges cards.
package pay

import "fmt"

// Charge charges a card.
func Charge(cents []int) int {
	total := 0
	for i := 0; i <= len(cents); i++ {
		total += cents[i]
	}
	return total
}

// Describe says what was paid.
func Describe(cents int) string {
	return fmt.Sprintf("%s cents", cents)
}
