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
	took  time.Duration
	times []time.Duration // of each call, sorted
}

func (r result) median() time.Duration { return r.times[len(r.times)/2] }

// slowest1 is the 99th percentile.
func (r result) slowest1() time.Duration { return r.times[min(len(r.times)-1, len(r.times)*99/100)] }

// and is the result of both, one after the other.
func (r result) and(more result) result {
	all := append(append([]time.Duration(nil), r.times...), more.times...)
	slices.Sort(all)
	return result{r.took + more.took, all}
}

// rate is calls per second.
func (r result) rate() float64 { return float64(len(r.times)) / r.took.Seconds() }

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
	return result{took, times}, nil
}
