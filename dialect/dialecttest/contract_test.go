package dialecttest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"paylink/dialect/dialecttest"
)

const page = `# A service

## B1. Contract

| Other | Table |
|---|---|
| x | y |

### Request

| Field | Type | Req. | Limits | Mark |
|---|---|---|---|---|
| ` + "`amountInMajorCurrency`" + ` | number | yes | **0.01 .. 100,000** | F |
| ` + "`emailAddress`, `name`" + ` | string | no | ≤255 | F |
| ` + "`kind`" + ` | enum ` + "`once`, `often`" + ` | yes | – | F |
| ` + "`id`" + ` | integer int64 | no | – | F |
| ` + "`title`" + ` | string 3..100 | **required** | | F |
| ` + "`often`" + ` (plain) | bool, default ` + "`true`" + ` | required + default | | F |
| ` + "`currency`" + ` | ` + "`usdc` \\| `eurc`, default `usdc`" + ` | optional | | F |
| ` + "`taxId`" + ` | string (UUID) | optional | | F |
| ` + "`maxPayments`" + ` | number ≥ 1 | optional | | F |

| ` + "`late`" + ` | string | yes | – | F |
`

func TestATableOfAPageIsRead(t *testing.T) {
	t.Parallel()
	got, err := dialecttest.Markdown(page, "Request", dialecttest.Columns{Field: "Field", Type: "Type", Required: "Req.", Limits: "Limits"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"amountInMajorCurrency [number] true 0.01 100000 []", "emailAddress [string] false  255 []", "name [string] false  255 []",
		"kind [string] true   [once often]", "id [integer] false   []", "title [string] true 3 100 []",
		"often [boolean] false   []", "currency [string] false   [usdc eurc]", "taxId [string] false   [] uuid", "maxPayments [number] false 1  []"}
	var have []string
	for _, f := range got {
		have = append(have, strings.TrimRight(fmt.Sprint(f.Path, " ", f.Kinds, " ", f.Required, " ", f.Least, " ", f.Most, " ", f.Enum, " ", f.Format), " "))
	}
	if !slices.Equal(have, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(have, "\n"), strings.Join(want, "\n"))
	}
	for _, heading := range []string{"Answer", "B1. Contract"} { // the nearest heading counts
		if got, err := dialecttest.Markdown(page, heading, dialecttest.Columns{Field: "Field"}); err == nil {
			t.Errorf("%s: %v", heading, got)
		}
	}
}

func TestASchemaIsRead(t *testing.T) {
	t.Parallel()
	const schema = `{"$defs":{"a":{"properties":{"type":{"const":"a"},"n":{"type":"integer","minimum":1,"maximum":9007199254740993}},"required":["n"]},
		"b":{"properties":{"type":{"const":"b"},"s":{"type":"string","maxLength":5}}},
		"all":{"required":["of","list"],"properties":{"id":{"type":"string","readOnly":true},"of":{"oneOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/b"}],"type":"object"},
		"list":{"type":"array","uniqueItems":true,"items":{"type":"object","properties":{"word":{"enum":["x","y"],"nullable":true}}}}}}}}`
	read := func(body string) (out []string) {
		got, err := dialecttest.Schema([]byte(schema), "#/$defs/all", body)
		if err != nil {
			return []string{err.Error()}
		}
		for _, f := range got {
			out = append(out, fmt.Sprint(f.Path, " ", f.Required, " ", f.Most))
		}
		return out
	}
	for body, want := range map[string]string{
		`{"of":{"type":"a"},"list":[{"word":"x"}]}`: "[id false  list true  list[].word false  of true  of.n true 9007199254740993 of.type false ]",
		`{"of":{"type":"c"}}`:                       "the body is of no branch",
	} {
		if got := fmt.Sprint(read(body)); !strings.Contains(got, want) {
			t.Errorf("%s: %s", body, got)
		}
	}
	if _, err := dialecttest.Schema([]byte(schema), "#/$defs/none", `{}`); err == nil {
		t.Error("a pointer that leads nowhere is followed")
	}
}

// pretend is an API with one text of 1 to 3 letters and a number of 0.5 to 2, and with
// the faults that are asked for.
type pretend struct {
	made        int
	lax, silent bool
}

func (p *pretend) send(_ *testing.T, body string) (int, string) {
	good := map[string]bool{`{"n":0.5,"s":"ab"}`: true, `{"n":2,"s":"ab"}`: true, `{"n":1,"s":"a"}`: true, `{"n":1,"s":"aaa"}`: true, `{"n":1,"s":"ab"}`: true, `{"s":"ab"}`: true,
		`{"n":1,"s":"aaaa"}`: p.lax}
	if good[strings.ReplaceAll(body, " ", "")] {
		if !p.silent {
			p.made++
		}
		return 201, "{}"
	}
	return 400, "s n"
}

// The runner finds what it is there for: it fails where an API takes too much, does not
// name the field that is wrong, or says that it made what it did not.
func TestARunFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	fields := []dialecttest.Field{{Path: "s", Kinds: []string{"string"}, Required: true, Least: "1", Most: "3"},
		{Path: "n", Kinds: []string{"number"}, Least: "0.5", Most: "2"}}
	for name, c := range map[string]struct {
		api    pretend
		except []dialecttest.Exception
		fails  []string
	}{
		"right":  {},
		"lax":    {api: pretend{lax: true}, fails: []string{"s: one past the limit 3"}},
		"excuse": {api: pretend{lax: true}, except: []dialecttest.Exception{{Path: "s", Case: "one past the limit 3", Why: "it is lax"}}},
		"stale":  {except: []dialecttest.Exception{{Path: "n", Case: "one past the limit", Why: "it is not so"}}, fails: []string{"n: one past the limit 0.5", "n: one past the limit 2"}},
		"idle":   {except: []dialecttest.Exception{{Path: "m", Case: "null", Why: "there is no m"}}, fails: []string{"is of nothing"}},
		"silent": {api: pretend{silent: true}, fails: []string{"were made"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := c.api
			failed := dialecttest.Contract{Fields: fields, Body: `{"n":1,"s":"ab"}`, Except: c.except, Send: api.send,
				Count: func(*testing.T) int { return api.made },
				Refused: func(path, answer string) error {
					if !strings.Contains(answer, path) {
						return fmt.Errorf("it does not name %s", path)
					}
					return nil
				}}.Failures(t)
			if len(failed) != len(c.fails) {
				t.Fatalf("%q, want %q", failed, c.fails)
			}
			for i := range failed {
				if !strings.Contains(failed[i], c.fails[i]) {
					t.Errorf("%s, want %s", failed[i], c.fails[i])
				}
			}
		})
	}
}
