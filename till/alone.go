package till

import (
	"fmt"
	"runtime/debug"
)

// alone does one of many things that wait, and makes of a panic an error with its
// stack. What breaks on one thing must not end the process, in which the payments of
// all others are under way, and end it again after each restart.
func alone(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return do()
}
