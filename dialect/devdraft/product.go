package devdraft

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// product is a product as it is answered (DEV-products), with the times of the OpenAPI's
// examples beside it. What it has no meaning for here is null.
type product struct {
	ID           string          `json:"id"`
	Name         string          `json:"name"`
	Description  string          `json:"description"`
	Price        json.Number     `json:"price"`
	Currency     string          `json:"currency"`
	ProductType  string          `json:"productType"`
	Type         *string         `json:"type"`
	Status       string          `json:"status"`
	StockCount   json.RawMessage `json:"stockCount"`
	Quantity     json.RawMessage `json:"quantity"`
	Weight       json.RawMessage `json:"weight"`
	Unit         *string         `json:"unit"`
	Images       []string        `json:"images"`
	Variations   *string         `json:"variations"`
	PaymentLink  *string         `json:"paymentLink"`
	WalletID     *string         `json:"walletId"`
	DateAdded    string          `json:"dateAdded"`
	DateUpdated  string          `json:"dateUpdated"`
	CreatedAt    string          `json:"createdAt"`
	UpdatedAt    string          `json:"updatedAt"`
	App          productApp      `json:"app"`
	Wallet       *string         `json:"wallet"`
	Transactions []string        `json:"transactions"`
}

type productApp struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// keptProduct is what our vocabulary has no place for.
type keptProduct struct {
	ProductType string `json:"productType,omitempty"`
	Type        string `json:"type,omitempty"`
	Unit        string `json:"unit,omitempty"`
	StockCount  string `json:"stockCount,omitempty"` // numbers as they were written
	Quantity    string `json:"quantity,omitempty"`
	Weight      string `json:"weight,omitempty"`
	WalletID    string `json:"walletId,omitempty"`
}

func (h *Handler) showProduct(p paylink.Product, app string) product {
	k := keptProduct{ProductType: "PRODUCT"}
	if p.Dialect == Name {
		_ = json.Unmarshal([]byte(p.Foreign), &k) // we wrote it
	}
	v := product{ID: UUID(paylink.PrefixProduct, p.ID), Name: p.Name, Description: p.Description, Price: number(p.Price),
		Currency: string(p.Price.Currency), ProductType: k.ProductType, Type: orNull(k.Type), Status: idle,
		StockCount: rawNumber(k.StockCount), Quantity: rawNumber(k.Quantity), Weight: rawNumber(k.Weight), Unit: orNull(k.Unit),
		Images: h.pictures(p), WalletID: orNull(k.WalletID), DateAdded: stamp(p.CreatedAt), DateUpdated: stamp(p.UpdatedAt),
		CreatedAt: stamp(p.CreatedAt), UpdatedAt: stamp(p.UpdatedAt), App: productApp{showAppID(p.MerchantID), app}, Transactions: []string{}}
	if p.Sold() {
		v.Status = active
	}
	return v
}

func rawNumber(text string) json.RawMessage {
	if text == "" {
		return json.RawMessage("null")
	}
	return json.RawMessage(text)
}

// pictures are the addresses of a product's images.
func (h *Handler) pictures(p paylink.Product) []string {
	out := []string{}
	for _, one := range p.Images {
		if strings.HasPrefix(one, paylink.PrefixFile) {
			if h.Picture == nil {
				continue
			}
			one = h.Picture(one)
		}
		out = append(out, one)
	}
	return out
}

// ours puts the files that a product has in the place of the addresses that we show
// them by: whoever sends back what was answered keeps them.
func (h *Handler) ours(links, had []string) []string {
	out := slices.Clone(links)
	for _, one := range had {
		if strings.HasPrefix(one, paylink.PrefixFile) && h.Picture != nil {
			if i := slices.Index(out, h.Picture(one)); i >= 0 {
				out[i] = one
			}
		}
	}
	return out
}

// productCurrencies are those of the OpenAPI and of DEV-products together.
var productCurrencies = []string{"USD", "EUR", "GBP", "CAD", "AUD", "JPY", "USDC", "EURC"}

// product reads members onto a product and what is kept of it.
func (r *reader) product(p *paylink.Product, k *keptProduct) {
	for _, name := range []string{"name", "price"} {
		if r.null(name) {
			r.need(name)
		}
	}
	r.text("name", 1, 200, &p.Name)
	r.text("description", 0, 2000, &p.Description)
	currency, price := string(p.Price.Currency), string(number(p.Price))
	r.word("currency", &currency, productCurrencies...)
	r.number("price", &price)
	if r.has("price") || r.has("currency") {
		r.price(p, paylink.Currency(currency), price)
	}
	if p.Active = p.Active || p.ID == ""; r.has("status") {
		status := ""
		r.word("status", &status, active, idle)
		p.Active = status == active
	}
	r.word("productType", &k.ProductType, "PRODUCT", "SERVICE")
	r.text("type", 0, 100, &k.Type)
	r.text("unit", 0, 100, &k.Unit)
	r.text("walletId", 0, maxReference, &k.WalletID)
	r.number("stockCount", &k.StockCount)
	r.number("quantity", &k.Quantity)
	r.number("weight", &k.Weight)
}

func (r *reader) price(p *paylink.Product, c paylink.Currency, text string) {
	m, err := paylink.ParseMoney(text, c)
	least, _ := paylink.ParseMoney("0.01", c)
	switch {
	case err != nil:
		r.wrong("price must be a number of plain digits with no more decimal places than the currency has")
	case m.Minor < max(least.Minor, 1):
		r.wrong("price must not be less than 0.01")
	default:
		p.Price = m
	}
}

func (h *Handler) createProduct(c call) (answer, error) {
	f, err := h.productForm(c)
	if err != nil {
		return answer{}, err
	}
	claim, err := c.claim(f.Value)
	if err != nil {
		return answer{}, err
	}
	p := paylink.Product{MerchantID: c.merchant, Dialect: Name, Price: paylink.Money{Currency: "USD"}, Images: f.links}
	k := keptProduct{ProductType: "PRODUCT"}
	r := f.reader()
	r.need("name", "description", "price")
	r.product(&p, &k)
	if err := r.err(); err != nil {
		return answer{}, err
	}
	p.Foreign = string(dialect.JSON(k))
	return h.productChange(c, claim, http.StatusCreated, h.Till.AddsProduct(p, f.files...))
}

// productChange does a change and answers the product.
func (h *Handler) productChange(c call, claim *paylink.Claim, status int, change till.Change) (answer, error) {
	app := ""
	a, err := h.once(c, claim, func(tx paylink.Tx) (till.Changed, error) {
		m, err := tx.Merchant(c.merchant)
		if err != nil {
			return till.Changed{}, err
		}
		app = m.Name
		return change(tx)
	}, func(d till.Changed) (int, string, any) {
		return status, d.Product.ID, h.showProduct(d.Product, app)
	})
	return a, absent(err, "Product")
}

// updateProduct changes what is sent; pictures that come with it take the place of
// those that were (OpenAPI).
func (h *Handler) updateProduct(c call) (answer, error) {
	id, known := fromUUID(paylink.PrefixProduct, c.PathValue("id"))
	if !known {
		return answer{}, unknown("Product")
	}
	f, err := h.productForm(c)
	if err != nil {
		return answer{}, err
	}
	claim, err := c.claim(f.Value)
	if err != nil {
		return answer{}, err
	}
	return h.productChange(c, claim, http.StatusOK, h.Till.AmendsProduct(c.merchant, id, func(p *paylink.Product) error {
		k := keptProduct{ProductType: "PRODUCT"}
		if p.Dialect == Name {
			_ = json.Unmarshal([]byte(p.Foreign), &k) // we wrote it
		}
		r := f.reader()
		r.product(p, &k)
		if p.Dialect == Name { // the rest of another API's products is its own
			p.Foreign = string(dialect.JSON(k))
		}
		if f.pictured {
			p.Images = h.ours(f.links, p.Images)
		}
		return r.err()
	}, f.files...))
}

// addImages adds pictures to those that a product has.
func (h *Handler) addImages(c call) (answer, error) {
	id, known := fromUUID(paylink.PrefixProduct, c.PathValue("id"))
	if !known {
		return answer{}, unknown("Product")
	}
	f, err := h.productForm(c)
	if err != nil {
		return answer{}, err
	}
	claim, err := c.claim(f.Value)
	if err != nil {
		return answer{}, err
	}
	if len(f.files)+len(f.links) == 0 {
		return answer{}, problem(400, "No images: send 1 to 10 files as images")
	}
	return h.productChange(c, claim, http.StatusCreated, h.Till.AmendsProduct(c.merchant, id, func(p *paylink.Product) error {
		p.Images = append(p.Images, f.links...)
		return nil
	}, f.files...))
}

func (h *Handler) deleteProduct(c call) (answer, error) {
	id, known := fromUUID(paylink.PrefixProduct, c.PathValue("id"))
	if !known {
		return answer{}, unknown("Product")
	}
	return h.productChange(c, nil, http.StatusOK, h.Till.RemovesProduct(c.merchant, id))
}

func (h *Handler) readProduct(c call) (answer, error) {
	id, known := fromUUID(paylink.PrefixProduct, c.PathValue("id"))
	if !known {
		return answer{}, unknown("Product")
	}
	var v product
	err := h.Till.Read(c.Context(), func(r paylink.Reader) error {
		p, err := r.Product(id)
		if err != nil || p.MerchantID != c.merchant || !p.RemovedAt.IsZero() {
			return orElse(absent(err, "Product"), unknown("Product"))
		}
		m, err := r.Merchant(c.merchant)
		v = h.showProduct(p, m.Name)
		return err
	})
	return ok(v), err
}

func (h *Handler) listProducts(c call) (answer, error) {
	w, _, err := c.window()
	if err != nil {
		return answer{}, err
	}
	out := listing[product]{Data: []product{}, Skip: w.skip, Take: w.take}
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		m, err := r.Merchant(c.merchant)
		if err != nil {
			return err
		}
		rows, total, err := walk(w, true, func(p paylink.Paging) ([]paylink.Product, error) {
			return r.Products(paylink.ProductFilter{MerchantID: c.merchant, Paging: p})
		}, func(p paylink.Product) string { return p.ID }, nil)
		for _, p := range rows {
			out.Data = append(out.Data, h.showProduct(p, m.Name))
		}
		out.Total = total
		return err
	})
	return ok(out), err
}
