package booktest_test

import (
	"testing"

	"paylink"
	"paylink/store/booktest"
	"paylink/store/sqlstore"
)

func TestABookIsEmptyAndOnesOwn(t *testing.T) {
	t.Parallel()
	for name, engine := range booktest.Engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 2 {
				s, err := sqlstore.Open(t.Context(), engine(t), sqlstore.Options{TestClock: true})
				if err != nil {
					t.Fatal(err)
				}
				err = s.Update(t.Context(), func(tx paylink.Tx) error {
					if all, err := tx.Merchants(paylink.Paging{}); err != nil || len(all) > 0 {
						t.Errorf("a new book has the merchants %v (%v)", all, err)
					}
					return tx.PutMerchant(paylink.Merchant{ID: "mer_1", Name: "One", CreatedAt: tx.Now()})
				})
				if err != nil {
					t.Error(err)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
