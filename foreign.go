package paylink

import (
	"strings"
	"time"
)

// ForeignID is what another API calls a thing of ours, where that API prescribes the
// form of its ids (Payroc: ten capitals and digits). A thing has at most one of a
// kind, and an id is good for ever.
type ForeignID struct {
	Kind      string // see ForeignKind
	Value     string
	ObjectID  string // our id of the thing
	CreatedAt time.Time
}

// ForeignKind names the ids that an API has for one sort of thing, which our own ids
// tell by their prefix: ForeignKind("payroc", PrefixLink) is "payroc/plk".
func ForeignKind(dialect, prefix string) string {
	return dialect + "/" + strings.TrimSuffix(prefix, "_")
}
