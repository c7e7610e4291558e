package dialecttest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"paylink/dialect/dialecttest"
)

// server makes numbered things: POST gives one a name, GET by the name finds it.
func server(t *testing.T) string {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /things", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Kind", r.Header.Get("X-Kind"))
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"id":"t-1","of":%q}`, body)
	})
	mux.HandleFunc("GET /things/{id}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "[%q]", r.PathValue("id")) })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

const good = `
# A thing that was made can be found.
> POST /things
> X-Kind: {{kind}}
>
> one
> two
< 201
< X-Kind: red
< Content-Type: text/plain; charset={{*}}
< - Location
<
< {"id":"{{id}}","of":"one\ntwo"}

> GET /things/{{id}}
< 200
<
< ["{{id}}"]
`

func TestATranscriptThatIsKeptPasses(t *testing.T) {
	t.Parallel()
	vars := map[string]string{"kind": "red"}
	if err := dialecttest.Play(server(t), good, vars); err != nil {
		t.Fatal(err)
	}
	if vars["id"] != "t-1" {
		t.Errorf("the id was not learned: %v", vars)
	}
}

func TestATranscriptThatIsBrokenFails(t *testing.T) {
	t.Parallel()
	base := server(t)
	for name, c := range map[string]struct{ from, to, says string }{
		"status":             {"< 201", "< 200", "want 200"},
		"header":             {"X-Kind: red", "X-Kind: blue", "header X-Kind"},
		"header not allowed": {"- Location", "- Content-Type", "must not be there"},
		"body":               {`\ntwo"}`, `\nthree"}`, "want"},
		"variable":           {`["{{id}}"]`, `["{{kind}}"]`, "want"},
		"unknown variable":   {"/things/{{id}}", "/things/{{other}}", "no variable is called other"},
		"no answer":          {"< 200\n<\n< [\"{{id}}\"]\n", "", "without an answer"},
		"nonsense":           {"# A thing", "A thing", "starts with none of"},
	} {
		text := strings.Replace(good, c.from, c.to, 1)
		if text == good {
			t.Fatalf("%s changes nothing", name)
		}
		err := dialecttest.Play(base, text, map[string]string{"kind": "red"})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want an error that says %q", name, err, c.says)
		}
	}
	if err := dialecttest.Play(base, "# nothing\n", map[string]string{}); err == nil {
		t.Error("an empty transcript passes")
	}
}
