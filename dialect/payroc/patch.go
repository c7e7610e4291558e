package payroc

import (
	"slices"
	"strings"

	jsonpatch "github.com/evanphx/json-patch/v5"

	"paylink/dialect"
)

// patch is a JSON Patch document (RFC 6902), its operations as they came.
type patch []dialect.Value

// members are those that a link has.
var members = []string{"type", "paymentLinkId", "merchantReference", "order", "authType", "paymentMethods", "customLabels",
	"assets", "status", "createdOn", "expiresOn", "credentialOnFile"}

// patchable is what may be changed of each type (OpenAPI, partially-update).
var patchable = map[string][]string{
	multiUse: {"expiresOn", "customLabels", "credentialOnFile"},
	singleUse: {"expiresOn", "authType", "order.charge.amount", "order.charge.currency", "order.description", "customLabels",
		"credentialOnFile"},
}

// optional are members that a link need not have. To replace one that it lacks is to
// add it: Payroc's own sample replaces /expiresOn of a link that has none. (add
// replaces what is there: RFC 6902 section 4.1.)
var optional = []string{"/expiresOn", "/customLabels", "/credentialOnFile", "/credentialOnFile/tokenize", "/credentialOnFile/mitAgreement",
	"/order/description"}

// readPatch judges the form of a document (OpenAPI, patchDocument). Operations on
// members that links do not have are left out: Payroc's own functional test adds
// /setupOrder/amount to a link and expects success.
func readPatch(v dialect.Value) (patch, error) {
	if v.Kind != dialect.Array {
		return nil, badRequest(fieldError{Detail: invalidFormat, Message: "the body must be a JSON array of operations"})
	}
	r := &reader{}
	var out patch
	for i, item := range v.Items {
		if item.Kind != dialect.Object {
			r.broken(at("", i), invalidFormat, "must be of type object")
			continue
		}
		o := object{r, item, at("", i) + "."}
		op := o.word("op", true, "add", "remove", "replace", "move", "copy", "test")
		path := o.pointer("path")
		switch op {
		case "move", "copy":
			o.pointer("from")
		case "add", "replace", "test":
			if _, there := item.Member("value"); !there { // null is a value here
				r.broken(o.join("value"), notPopulated, "must not be empty.")
			}
		}
		if (op == "add" || op == "replace" || op == "remove") && !slices.Contains(members, first(path)) {
			continue
		}
		if op == "replace" && slices.Contains(optional, path) {
			value, _ := item.Member("value")
			item = operation("add", path, value)
		}
		out = append(out, item)
	}
	return out, r.err()
}

func operation(op, path string, value dialect.Value) dialect.Value {
	text := func(s string) dialect.Value { return dialect.Value{Kind: dialect.String, Text: s} }
	return dialect.Value{Kind: dialect.Object, Members: []dialect.Member{{Name: "op", Value: text(op)}, {Name: "path", Value: text(path)},
		{Name: "value", Value: value}}}
}

// pointer reads a JSON Pointer to something inside the link.
func (o object) pointer(name string) string {
	s := o.text(name, maxDescription, true)
	if s != "" && s[0] != '/' {
		o.broken(o.join(name), invalidFormat, "must be a JSON Pointer such as /expiresOn")
	}
	return s
}

// first is the name at which a pointer enters the link.
func first(pointer string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
}

// updates reports whether a document does more than to test.
func (d patch) updates() bool {
	return slices.ContainsFunc(d, func(o dialect.Value) bool {
		op, _ := o.Member("op")
		return op.Text != "test"
	})
}

// apply gives the link that a document makes of another, read again from the start.
// It refuses what changes more than is patchable.
func (d patch) apply(was paymentLink) (p paymentLink, err error) {
	raw := dialect.JSON(was)
	before, err := dialect.Parse(raw)
	if err != nil {
		return p, err
	}
	for i, o := range d {
		if raw, err = step(raw, o); err != nil || len(raw) > dialect.DefaultLimit {
			return p, badRequest(fieldError{Parameter: at("", i), Detail: invalidValue, Message: "the operation can't be done on this link"})
		}
	}
	after, err := dialect.Parse(raw)
	if err != nil {
		return p, err
	}
	r := &reader{}
	for _, path := range changed("", before, after) {
		if !slices.ContainsFunc(patchable[was.Type], func(may string) bool { return path == may || strings.HasPrefix(path, may+".") }) {
			r.broken(path, invalidValue, "can't be changed")
		}
	}
	if err := r.err(); err != nil {
		return p, err
	}
	p, err = readLink(after)
	p.PaymentLinkID = was.PaymentLinkID
	return p, err
}

// step does one operation. This runs inside a transaction on a stranger's document:
// a panic of the library must not be ours.
func step(raw []byte, one dialect.Value) (out []byte, err error) {
	defer func() {
		if recover() != nil {
			err = jsonpatch.ErrInvalid
		}
	}()
	doc, err := jsonpatch.DecodePatch(dialect.Canonical(dialect.Value{Kind: dialect.Array, Items: []dialect.Value{one}}))
	if err != nil {
		return nil, err
	}
	return doc.ApplyWithOptions(raw, &jsonpatch.ApplyOptions{AccumulatedCopySizeLimit: dialect.DefaultLimit})
}

// changed lists the paths at which two objects differ; arrays differ as a whole. Of
// the link itself, members that links do not have don't count.
func changed(path string, a, b dialect.Value) (out []string) {
	if a.Kind != dialect.Object || b.Kind != dialect.Object {
		if string(dialect.Canonical(a)) != string(dialect.Canonical(b)) {
			return []string{strings.TrimSuffix(path, ".")}
		}
		return nil
	}
	for _, m := range a.Members {
		other, _ := b.Member(m.Name) // null where it is gone, which no member is
		out = append(out, changed(path+m.Name+".", m.Value, other)...)
	}
	for _, m := range b.Members {
		_, had := a.Member(m.Name)
		if !had && (path != "" || slices.Contains(members, m.Name)) {
			out = append(out, path+m.Name)
		}
	}
	return out
}
