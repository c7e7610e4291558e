package till_test

import (
	"fmt"
	"sync"
	"testing"

	"paylink"
)

// counted draws ids that start at n.
func counted(n int) func() string {
	var mu sync.Mutex
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		n++
		return fmt.Sprintf("ID%08d", n)
	}
}

// What is seen through an API for the first time by many at once is called one thing.
func TestAThingIsCalledOneThing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	objects := []string{"plk_3", "plk_1", "plk_2"}
	var mu sync.Mutex
	seen := map[string]map[string]bool{}
	var all sync.WaitGroup
	for n := range 16 {
		all.Go(func() {
			// Everybody draws from the same few: what is taken is drawn anew.
			ids, err := r.ForeignIDs(t.Context(), "payroc", paylink.PrefixLink, objects[n%2:], counted(n%4))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			for id, value := range ids {
				if seen[id] == nil {
					seen[id] = map[string]bool{}
				}
				seen[id][value] = true
			}
		})
	}
	all.Wait()
	values := map[string]bool{}
	for _, id := range objects {
		if len(seen[id]) != 1 {
			t.Errorf("%s is called %v", id, seen[id])
		}
		for value := range seen[id] {
			values[value] = true
		}
	}
	if len(values) != len(objects) {
		t.Errorf("%d things share the ids %v", len(objects), values)
	}
	if ids, err := r.ForeignIDs(t.Context(), "other", paylink.PrefixLink, objects, counted(0)); err != nil || ids["plk_1"] != "ID00000001" {
		t.Errorf("another API's: %v %v", ids, err)
	}
}

func TestANameIsKept(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	name := func(object, value string) error {
		return r.Name(t.Context(), "payroc", paylink.PrefixTerminal, object, value)
	}
	for range 2 {
		if err := name("ter_1", "1234001"); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range [][2]string{{"ter_1", "1234002"}, {"ter_2", "1234001"}} {
		if err := name(c[0], c[1]); paylink.KindOf(err) != paylink.Conflict {
			t.Errorf("%s as %s: %v", c[0], c[1], err)
		}
	}
	if err := name("ter_2", "1234002"); err != nil {
		t.Error(err)
	}
}
