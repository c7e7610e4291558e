package fault

import (
	"fmt"
	"strconv"
	"strings"
)

// parse reads a plan "name:hit,name:hit" into the pass (counted from 1) at
// which each named point kills. A name alone means its first pass.
func parse(spec string) (map[string]int64, error) {
	plan := make(map[string]int64)
	if strings.TrimSpace(spec) == "" {
		return plan, nil
	}
	for item := range strings.SplitSeq(spec, ",") {
		name, count, counted := strings.Cut(strings.TrimSpace(item), ":")
		hit := int64(1)
		if counted {
			n, err := strconv.ParseInt(count, 10, 64)
			if err != nil || n < 1 {
				return nil, fmt.Errorf("FAULT=%q: %q is not a count of passes; write a number from 1, as in K09.after:3", spec, count)
			}
			hit = n
		}
		if name == "" {
			return nil, fmt.Errorf("FAULT=%q: a point without a name; write them as K09.after:3,K04.before", spec)
		}
		if _, twice := plan[name]; twice {
			return nil, fmt.Errorf("FAULT=%q: the point %s is named twice; give it one count", spec, name)
		}
		plan[name] = hit
	}
	return plan, nil
}
