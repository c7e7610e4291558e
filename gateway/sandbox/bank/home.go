package bank

import (
	"net/http"

	"paylink"
)

type homeView struct {
	Cards   []Number
	Banks   []BankNumber
	Wallets []WalletNumber
	Charges []homeCharge
}

type homeCharge struct {
	Charge
	Money, Taken, Returned string
}

// getHome shows people the newest charges and the test numbers. It is for
// developers, so it speaks English only.
func (s *Server) getHome(w http.ResponseWriter, _ *http.Request) {
	v := homeView{Cards: Numbers, Banks: BankNumbers, Wallets: WalletNumbers}
	newest, err := charges(s.book.reading, `ORDER BY seq DESC LIMIT 50`)
	if err != nil {
		s.broken(w, err)
		return
	}
	for _, c := range newest {
		one, err := s.shown(s.book.reading, c)
		if err != nil {
			s.broken(w, err)
			return
		}
		v.Charges = append(v.Charges, homeCharge{one, english(c.amount), english(c.captured), english(c.refunded)})
	}
	w.Header().Set("Content-Security-Policy", policy)
	s.execute(w, "home.html", http.StatusOK, v)
}

func english(m paylink.Money) string {
	if m.IsZero() {
		return "–"
	}
	return amountText(m, "en") + " " + string(m.Currency)
}
