package house

// room is a place in the house: packages that share one rule about imports.
//
// A path is a folder below the module's root, "." for the root itself. "web/*"
// is any one folder in web, "web/..." web and all below it. The packages of one
// gateway, page, dialect or store may import each other.
type room struct {
	path string
	// mayImport lists our own packages. What other modules a room uses is
	// decided in go.mod, but for the room with stdOnly.
	mayImport []string
	stdOnly   bool
	why       string
}

// rooms is the house. The arrows go one way:
//
//	cmd -> {web, dialect, work} -> till -> paylink <- {store, gateway}
//	cmd -> {store, gateway}
//
// The first room that fits a package is its room. A package that fits none is
// a violation: give it a line here.
var rooms = []room{
	{path: ".", stdOnly: true,
		why: "the vocabulary depends on nothing, so that everything can depend on it"},
	{path: "till", mayImport: []string{".", "internal/fault", "internal/signing"},
		why: "the rules meet the world through the interfaces in the vocabulary only"},

	{path: "store/storetest", mayImport: []string{"."},
		why: "what a Store is must not depend on one of them"},
	{path: "store/booktest", mayImport: []string{".", "store/sqlstore", "internal/pgtest"},
		why: "books for everybody's tests"},
	{path: "store/*", mayImport: []string{".", "internal/fault"},
		why: "a store is a tool of the till and knows no rule"},
	{path: "gateway/gatewaytest", mayImport: []string{"."},
		why: "what a Gateway is must not depend on one of them"},
	{path: "gateway/...", mayImport: []string{".", "internal/fault", "internal/safedial"},
		why: "a gateway knows who moves money, and neither the till nor another gateway"},

	{path: "dialect/dialecttest", mayImport: []string{"."},
		why: "transcripts are played over HTTP against any dialect"},
	{path: "dialect", mayImport: []string{".", "till"},
		why: "what the translators share"},
	{path: "dialect/*", mayImport: []string{".", "till", "dialect", "internal/place"},
		why: "a translator never leans on another: their contracts change apart"},

	{path: "web/look", mayImport: []string{".", "internal/place"},
		why: "layout and words that pages share; no handlers, so no acts"},
	{path: "web/theme", mayImport: []string{},
		why: "a parser of a stranger's CSS, read and fuzzed on its own"},
	{path: "web/*", mayImport: []string{".", "till", "web/look", "web/theme", "internal/place", "internal/qrcode"},
		why: "a page never leans on another page"},
	{path: "work", mayImport: []string{".", "till"},
		why: "each loop calls one act of the till"},

	{path: "client", mayImport: []string{}, stdOnly: true,
		why: "whoever calls our API takes nothing of the server with it"},

	{path: "cmd/...", mayImport: []string{".", "till", "work", "store/...", "gateway/...", "dialect/...", "web/...", "client", "audit", "internal/..."},
		why: "the only place that knows everything"},

	// Leaves: small packages without a rule of the trade in them. Who may use
	// each stands in the rooms above.
	{path: "audit", mayImport: []string{"."},
		why: "the invariants of a store, read from outside by `paylink check` and the tests"},
	{path: "internal/fault", why: "leaf"},
	{path: "internal/house", why: "leaf"},
	{path: "internal/maildrop", why: "leaf"},
	{path: "internal/smtp", mayImport: []string{"."},
		why: "a postman carries letters and knows nothing of what is in them"},
	{path: "internal/pgtest", why: "leaf, for tests"},
	{path: "internal/place", why: "leaf"},
	{path: "internal/qrcode", why: "leaf"},
	{path: "internal/safedial", why: "leaf"},
	{path: "internal/signing", why: "leaf"},
	{path: "internal/vault", why: "leaf"},

	// Modules of their own: they drive the finished program, or compare it.
	{path: "e2e/...", mayImport: []string{"..."}, why: "tests of the whole"},
	{path: "bench/...", mayImport: []string{"..."}, why: "measurements of the whole"},
}

// testsMayAlso is what the test files of every room may import beyond the
// room's own list. Still forbidden to them are cmd, another dialect and
// another page.
var testsMayAlso = []string{
	".", "till", "store/...", "gateway/...", "internal/...",
	"dialect", "dialect/dialecttest", "web/look", "web/theme",
}

// exactRooms are where money is decided, written down or translated: nothing
// there may be floating point. (A store's or a gateway's numbers are money's
// last stop before it moves.)
var exactRooms = []string{".", "till", "store/...", "gateway/...", "dialect/..."}

// floatsAllowed names the files of those rooms that use floating point for
// something other than money, each with the reason.
var floatsAllowed = map[string]string{}

// wideNames are package names that say nothing about what is inside.
var wideNames = []string{"util", "utils", "common", "helper", "helpers", "manager", "service", "impl", "misc", "base"}

// maxLines is how long a file may be without saying at its head why.
const maxLines = 600

// longBecause starts that reason, in a comment among the first lines.
const longBecause = "// Long because"
