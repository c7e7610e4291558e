package main

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// result is what a load measured.
type result struct {
	calls    int
	took     time.Duration
	median   time.Duration
	slowest1 time.Duration // the 99th percentile
}

// rate is calls per second.
func (r result) rate() float64 { return float64(r.calls) / r.took.Seconds() }

// load has callers call until count calls are made, and measures each. The
// call gets its number, from 0. The first error ends the load.
func load(callers, count int, call func(n int) error) (result, error) {
	var next atomic.Int64
	var failed atomic.Pointer[error]
	times := make([]time.Duration, count)
	start := time.Now()
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for failed.Load() == nil {
				n := int(next.Add(1)) - 1
				if n >= count {
					return
				}
				began := time.Now()
				if err := call(n); err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
				times[n] = time.Since(began)
			}
		})
	}
	all.Wait()
	took := time.Since(start)
	if err := failed.Load(); err != nil {
		return result{}, fmt.Errorf("%d callers: %w", callers, *err)
	}
	slices.Sort(times)
	return result{count, took, times[count/2], times[min(count-1, count*99/100)]}, nil
}
