package checkout

import (
	"paylink/web/look"
)

// Facts are who asks, for what and how much. All amounts are written for the
// payer's locale already.
type Facts struct {
	Payee   string
	Amount  string // "" where the payer chooses it
	Period  string // "a month", after the amount of a recurring payment
	Heading string // what stands above the payee: "Payment to"
	Title   string
	Text    string
	HTML    string     // Text as safe HTML, where it is Markdown
	Cover   string     // address of a picture, "" for none
	Live    string     // what stands in place of an amount that the payer decides about; "" where it is fixed
	Lines   []FactLine // shown when there is more than one, or one with a quantity or a label
	Total   string     // below the lines; "" without lines
	Pairs   []Pair     // reference, date, method …
}

// rich facts show more than words and numbers.
func (f Facts) rich() bool { return f.Cover != "" || f.HTML != "" }

// dressed asks for the sheet of goods where a page shows any.
func dressed(s look.Shell, goods bool) look.Shell {
	s.Goods = goods
	return s
}

// FactLine is one line of what is paid for.
type FactLine struct{ Label, Note, Amount string }

// Pair is a name and its value.
type Pair struct{ Name, Value string }

// manyLines is how many lines a phone shows before it folds them (page.md).
const manyLines = 3

// FieldKind is how a field is entered.
type FieldKind int

const (
	Text FieldKind = iota
	Select
	TextArea
)

// Field is one field of the form, with everything that its markup needs.
type Field struct {
	Name     string // of the form value; its id is "f-" + Name
	Kind     FieldKind
	Label    string
	Hint     string
	Value    string
	Error    string // shown now
	Wrong    string // what the script shows when the value is wrong or missing
	Required bool
	Half     bool // two stand side by side where there is room

	Type         string // HTML input type, "text" if empty
	AutoComplete string
	InputMode    string
	EnterKey     string
	Placeholder  string
	Pattern      string
	MaxLength    int
	Rows         int
	Prefix       string // "$" before the amount
	Suffix       string // "€" behind it
	Options      []Option
}

// ID is the field's id in the document.
func (f Field) ID() string { return "f-" + f.Name }

func (f Field) describedBy() string {
	by := "e-" + f.Name
	if f.Hint != "" {
		by = "h-" + f.Name + " " + by
	}
	return by
}

// Option is one entry of a select.
type Option struct{ Value, Text string }

// Method is one way to pay.
type Method struct {
	Key    string // "card", "bank", "saved"
	Label  string
	Brands []string // brand keys
	Text   string   // what happens, for those without the frame
	Frame  string   // address of the gateway's field frame, "" for none
	Title  string   // of the frame
	Height int      // px that the frame starts with, so that nothing shifts
}

// FormView is the payment page.
type FormView struct {
	look.Shell
	Facts
	Action      string // where the form is posted
	Attempt     string // the payer's token against double submits
	Amount      *Field // where the payer chooses it
	Order       *Order // where the payer chooses quantities
	Money       string // how the script writes amounts (look.Locale.Pattern), "" where none changes
	Base        int64  // minor units that are asked for whatever is chosen
	Percent     int64  // of the tax (paylink.Percent)
	Told        string // the total that the page shows, in minor units
	Recheck     bool   // the order has to be looked at again
	Details     []Field
	Country     *Field
	Address     []Field
	Methods     []Method
	Chosen      string // key of the preselected method, "" for none
	SaveAsked   bool   // may be offered to save the instrument
	SaveText    string
	SaveTicked  bool
	Note        *Field
	Terms       string // what is taken today, what later, how to stop
	Button      string
	Sum         string // the amount in the button
	Hosted      string // label of the way over the gateway's own page, "" without one
	Message     string // what went wrong with the last try, in words
	MethodError string // no way to pay was chosen
	Demo        []TestNumber
	DemoAll     string // where the gateway lists all of its test numbers
}

// TestNumber is a row of the table under the form in demo mode.
type TestNumber struct{ Number, Does string }

// wrong lists the fields in error, in the order in which they stand.
func (v FormView) wrong() []Field {
	var out []Field
	if v.Order != nil {
		for _, item := range v.Order.Items {
			if item.Field.Error != "" {
				out = append(out, item.Field)
			}
		}
	}
	for _, f := range v.fields() {
		if f.Error != "" {
			out = append(out, *f)
		}
	}
	return out
}

// fields are all of the form's, in the order in which they stand.
func (v FormView) fields() []*Field {
	all := make([]*Field, 0, len(v.Details)+len(v.Address)+3)
	one := func(f *Field) {
		if f != nil {
			all = append(all, f)
		}
	}
	one(v.Amount)
	for i := range v.Details {
		one(&v.Details[i])
	}
	one(v.Country)
	for i := range v.Address {
		one(&v.Address[i])
	}
	one(v.Note)
	return all
}

// steps is how many steps the form has: details are a step only where there are any.
func (v FormView) steps() int {
	if len(v.fields()) == 0 && v.Order == nil {
		return 1
	}
	return 2
}

// failed is "1" where the server found something wrong with the last try.
func (v FormView) failed() string {
	if v.Message != "" || v.MethodError != "" || len(v.wrong()) > 0 {
		return "1"
	}
	return ""
}

// start is the step that the script shows first: the one with something to mend.
func (v FormView) start() string {
	if v.steps() == 2 && !v.Recheck && len(v.wrong()) == 0 && (v.Message != "" || v.MethodError != "") {
		return "2"
	}
	return "1"
}

// first is the name of the first step.
func (v FormView) first() string {
	if v.Order != nil {
		return v.T("step.order")
	}
	return v.T("step.details")
}

// ask1 and ask2 are the questions of the two steps.
func (v FormView) ask1() string {
	if v.Order != nil {
		return v.T("step.order")
	}
	return v.question()
}

// question is that of the fields below an order, or of the whole step without one.
func (v FormView) question() string {
	for _, f := range v.Details {
		if f.Name != "reference" {
			return v.T("step.who")
		}
	}
	return v.T("step.what")
}

func (v FormView) ask2() string {
	if len(v.Methods) == 1 {
		return v.T("step.with")
	}
	return v.T("method.choose")
}

// NoticeView is every state in which nothing can be typed: receipt, confirming,
// closed, unknown, broken.
type NoticeView struct {
	look.Shell
	Facts   *Facts // nil where the payer may not see them (trust.md, H-75)
	Sign    string // of look.Sign
	Tone    string // "", "good", "bad"
	Heading string
	Text    []string
	Pairs   []Pair
	Print   bool
	Forward []Way
}

// Way is one way forward.
type Way struct {
	Text, Href string
	Main       bool
}
