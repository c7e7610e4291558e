package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// axeFile is where npm ci in this folder puts axe-core.
const axeFile = "node_modules/axe-core/axe.min.js"

// Axe checks the scope's document with axe-core, all of its rules, and fails
// the test for each violation. Frames are documents of their own: check them
// by their scopes.
func (s Scope) Axe(state string) {
	s.tab.t.Helper()
	for _, violation := range s.AxeViolations() {
		s.tab.t.Errorf("e2e: accessibility of %s (%s): %s", state, s.tab.URL(), violation)
	}
}

// AxeViolations returns what axe-core finds, a line each.
func (s Scope) AxeViolations() []string {
	s.tab.t.Helper()
	path, err := fromHere(axeFile)
	if err != nil {
		s.tab.t.Fatalf("e2e: %v", err)
	}
	script, err := os.ReadFile(path)
	if err != nil {
		s.tab.t.Fatalf("e2e: no axe-core: %v; run `make setup`", err)
	}
	// A frame is a part of a page: landmarks and the first heading are around it.
	rules := "{}"
	if s.frame != "" {
		rules = `{"landmark-one-main": {enabled: false}, "page-has-heading-one": {enabled: false}, "region": {enabled: false}}`
	}
	if !Eval[bool](s, `typeof axe === "object"`) { // it takes a while, and stays with the document
		Eval[any](s, string(script)+"; null")
	}
	result := Eval[json.RawMessage](s, `axe.run(document, {iframes: false, resultTypes: ["violations"], rules: `+rules+`}).then(r => r.violations.map(v => ({
		id: v.id, impact: v.impact, help: v.help,
		nodes: v.nodes.map(n => n.target.join(" ") + ": " + n.failureSummary),
	})))`)
	var violations []struct {
		ID, Impact, Help string
		Nodes            []string
	}
	if err := json.Unmarshal(result, &violations); err != nil {
		s.tab.t.Fatalf("e2e: axe-core answered %s: %v", result, err)
	}
	var lines []string
	for _, v := range violations {
		lines = append(lines, fmt.Sprintf("%s (%s): %s\n\t%s", v.ID, v.Impact, v.Help, strings.Join(v.Nodes, "\n\t")))
	}
	return lines
}
