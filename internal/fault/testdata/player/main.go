// Player passes the fail points K01.before and K01.after five times and prints
// the number of the pass between them. The tests of package fault run it.
package main

import (
	"fmt"

	"paylink/internal/fault"
)

func main() {
	fmt.Print(fault.Enabled)
	for pass := 1; pass <= 5; pass++ {
		fault.Point("K01.before")
		fmt.Print(" ", pass)
		fault.Point("K01.after")
	}
	fmt.Print(" end")
}
