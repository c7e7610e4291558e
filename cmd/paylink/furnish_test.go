package main

import (
	"path/filepath"
	"testing"

	"paylink"
	"paylink/store/sqlstore"
)

func TestADemoHasOneTerminalForEachStablecoinHoweverOftenItStarts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 2 {
		p, _ := startDemo(t, dir)
		p.stop(0)
	}
	db, err := sqlstore.Open(t.Context(), filepath.Join(dir, "paylink.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	coins := map[paylink.Currency]int{}
	err = db.View(t.Context(), func(r paylink.Reader) error {
		merchants, err := r.Merchants(paylink.Paging{Limit: 10})
		if err != nil {
			return err
		}
		terminals, err := r.Terminals(merchants[0].ID)
		if terminals[0].Currency != "USD" {
			t.Errorf("the first terminal, which links get that name none, is in %s", terminals[0].Currency)
		}
		for _, one := range terminals {
			if one.Takes(paylink.Stablecoin) {
				coins[one.Currency]++
			}
		}
		return err
	})
	if err != nil || len(coins) != 2 || coins["USDC"] != 1 || coins["EURC"] != 1 {
		t.Errorf("terminals %v, %v", coins, err)
	}
}
