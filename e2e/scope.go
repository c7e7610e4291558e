package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Scope is a document: a tab's top one, or a frame's in it. Elements are named
// by CSS selectors; the first that fits is meant.
//
// Its questions are asked in a JavaScript world of its own, so that they work
// where the page's scripts are off and cannot be fooled by them. Clicks and
// keys are the browser's own input events.
type Scope struct {
	tab *Tab
	// frame is the beginning of the frame's address; empty for the top.
	frame string
}

// Frame returns the first frame whose address starts with the prefix. It is
// looked for anew at each use, so it may come, go and be replaced.
func (tab *Tab) Frame(prefix string) Scope { return Scope{tab, prefix} }

var errNoFrame = errors.New("there is no such frame")

func findFrame(tree *page.FrameTree, prefix string) (cdp.FrameID, bool) {
	for _, child := range tree.ChildFrames {
		if strings.HasPrefix(child.Frame.URL, prefix) {
			return child.Frame.ID, true
		}
		if id, ok := findFrame(child, prefix); ok {
			return id, true
		}
	}
	return "", false
}

// world returns an execution context in the scope's document.
func (s Scope) world(ctx context.Context, target *chromedp.Target) (runtime.ExecutionContextID, error) {
	tree, err := cdp.Call(ctx, target, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return 0, err
	}
	id := tree.FrameTree.Frame.ID
	if s.frame != "" {
		var found bool
		if id, found = findFrame(tree.FrameTree, s.frame); !found {
			return 0, errNoFrame
		}
	}
	world, err := cdp.Call(ctx, target, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: id, WorldName: "e2e"})
	return world.ExecutionContextID, err
}

// run evaluates an expression; byValue says whether its value is wanted or a
// handle of it.
func (s Scope) run(ctx context.Context, target *chromedp.Target, expression string, byValue bool) (*runtime.RemoteObject, error) {
	world, err := s.world(ctx, target)
	if err != nil {
		return nil, err
	}
	wait := true
	result, err := cdp.Call(ctx, target, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, ContextID: world, ReturnByValue: &byValue, AwaitPromise: &wait,
	})
	if err != nil {
		return nil, err
	}
	if result.ExceptionDetails != nil {
		text := result.ExceptionDetails.Text
		if result.ExceptionDetails.Exception != nil {
			text = result.ExceptionDetails.Exception.Description
		}
		return nil, errors.New(text)
	}
	return result.Result, nil
}

func (s Scope) evaluate(expression string) (value any, err error) {
	ctx, cancel := context.WithTimeout(s.tab.ctx, Patience)
	defer cancel()
	err = chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		object, err := s.run(ctx, target, expression, true)
		if err == nil && len(object.Value) > 0 {
			err = json.Unmarshal(object.Value, &value)
		}
		return err
	}))
	return value, err
}

// Eval evaluates a JavaScript expression in the scope, waits for its promise
// if it is one, and decodes the value as JSON into T.
func Eval[T any](s Scope, expression string) T {
	s.tab.t.Helper()
	value, err := s.evaluate(expression)
	if err != nil {
		s.tab.t.Fatalf("e2e: evaluate %s: %v", tail(expression, 2000), err)
	}
	text, err := json.Marshal(value)
	var decoded T
	if err == nil {
		err = json.Unmarshal(text, &decoded)
	}
	if err != nil {
		s.tab.t.Fatalf("e2e: %s is %s: %v", tail(expression, 2000), text, err)
	}
	return decoded
}

func query(selector string) string { return fmt.Sprintf("document.querySelector(%q)", selector) }

// shown is true for an element that takes part in the layout and is not made
// invisible.
const shown = `(e => !!e && e.getClientRects().length > 0 && getComputedStyle(e).visibility === "visible")`

// Has says whether the element is there and shown, now.
func (s Scope) Has(selector string) bool {
	s.tab.t.Helper()
	return Eval[bool](s, shown+"("+query(selector)+")")
}

// Wait waits until the element is shown.
func (s Scope) Wait(selector string) {
	s.tab.t.Helper()
	s.tab.until(selector, func() (bool, error) {
		yes, err := s.evaluate(shown + "(" + query(selector) + ")")
		return yes == true, err
	})
}

// WaitGone waits until the element is not there or not shown.
func (s Scope) WaitGone(selector string) {
	s.tab.t.Helper()
	s.tab.until(selector+" to go", func() (bool, error) {
		yes, err := s.evaluate(shown + "(" + query(selector) + ")")
		return err == nil && yes == false, err
	})
}

// Text waits for the element and returns its text as a reader sees it.
func (s Scope) Text(selector string) string {
	s.tab.t.Helper()
	s.Wait(selector)
	return Eval[string](s, query(selector)+".innerText.trim()")
}

// WaitText waits until the element's text contains a part, and returns the text.
func (s Scope) WaitText(selector, part string) string {
	s.tab.t.Helper()
	var text string
	s.tab.until(fmt.Sprintf("%s to say %q", selector, part), func() (bool, error) {
		value, err := s.evaluate(query(selector) + "?.innerText.trim()")
		text, _ = value.(string)
		return err == nil && strings.Contains(text, part), err
	})
	return text
}

// Value waits for a form control and returns its value.
func (s Scope) Value(selector string) string {
	s.tab.t.Helper()
	s.Wait(selector)
	return Eval[string](s, query(selector)+".value")
}

// Attribute waits for the element and returns an attribute, or "" without it.
func (s Scope) Attribute(selector, name string) string {
	s.tab.t.Helper()
	s.Wait(selector)
	return Eval[string](s, fmt.Sprintf("%s.getAttribute(%q) ?? ''", query(selector), name))
}

// Style returns a computed style of the element, which need not be shown; a
// pseudo-element such as "::placeholder" may be named.
func (s Scope) Style(selector, pseudo, property string) string {
	s.tab.t.Helper()
	return Eval[string](s, fmt.Sprintf("getComputedStyle(%s, %q || null).getPropertyValue(%q)", query(selector), pseudo, property))
}

// HTML returns the document's source as it is now.
func (s Scope) HTML() string {
	s.tab.t.Helper()
	return Eval[string](s, "document.documentElement.outerHTML")
}

// Click waits until the element is shown, enabled and not covered by another,
// and clicks its middle with the mouse.
func (s Scope) Click(selector string) {
	s.tab.t.Helper()
	s.click(selector, 1)
}

// DoubleClick clicks twice as fast as the browser takes it.
func (s Scope) DoubleClick(selector string) {
	s.tab.t.Helper()
	s.click(selector, 2)
}

func (s Scope) click(selector string, times int64) {
	s.tab.t.Helper()
	s.tab.until("a click on "+selector, func() (bool, error) {
		ctx, cancel := context.WithTimeout(s.tab.ctx, Patience)
		defer cancel()
		err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			x, y, err := s.aim(ctx, target, selector)
			if err != nil {
				return err
			}
			return clickAt(ctx, target, x, y, times)
		}))
		return err == nil, err
	})
}

// hit tells whether the middle of an element, scrolled into view, is the
// element's own: a click on it reaches it or a part of it.
const hit = `(e => {
	if (!` + shown + `(e)) return "is not shown";
	if (e.matches(":disabled")) return "is disabled";
	e.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
	const r = e.getClientRects()[0];
	const top = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
	if (top && (e.contains(top) || top.contains(e) && top.closest("label, a, button") || [...(e.labels ?? [])].some(l => l.contains(top)))) return "";
	return "is covered by " + (top ? top.outerHTML.slice(0, 200) : "nothing in view");
})`

// aim returns where, in the tab, the middle of the element is.
func (s Scope) aim(ctx context.Context, target *chromedp.Target, selector string) (x, y float64, err error) {
	obstacle, err := s.run(ctx, target, hit+"("+query(selector)+")", true)
	if err != nil {
		return 0, 0, err
	}
	if text := string(obstacle.Value); text != `""` {
		return 0, 0, fmt.Errorf("%s %s", selector, text)
	}
	element, err := s.run(ctx, target, query(selector), false)
	if err != nil {
		return 0, 0, err
	}
	// The frame itself may be out of view in the page around it.
	if _, err := cdp.Call(ctx, target, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{ObjectID: element.ObjectID}); err != nil {
		return 0, 0, err
	}
	quads, err := cdp.Call(ctx, target, dom.GetContentQuads, dom.GetContentQuadsParams{ObjectID: element.ObjectID})
	if err != nil {
		return 0, 0, err
	}
	if len(quads.Quads) == 0 || len(quads.Quads[0]) != 8 {
		return 0, 0, fmt.Errorf("%s has no place on the page", selector)
	}
	q := quads.Quads[0]
	return (q[0] + q[4]) / 2, (q[1] + q[5]) / 2, nil
}

func clickAt(ctx context.Context, target *chromedp.Target, x, y float64, times int64) error {
	for n := int64(1); n <= times; n++ {
		for _, kind := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
			event := input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: input.MouseButtonLeft, ClickCount: n}
			if _, err := cdp.Call(ctx, target, input.DispatchMouseEvent, event); err != nil {
				return err
			}
		}
	}
	return nil
}

// Type clicks a text field, replaces what it holds and types the text, key by
// key.
func (s Scope) Type(selector, text string) {
	s.tab.t.Helper()
	s.Click(selector)
	Eval[any](s, query(selector)+".select?.()")
	s.tab.do("type into "+selector, chromedp.KeyEvent(text))
}

// Choose chooses the option of a select that has the value.
func (s Scope) Choose(selector, value string) {
	s.tab.t.Helper()
	s.Wait(selector)
	ok := Eval[bool](s, fmt.Sprintf(`(e => {
		e.value = %q;
		e.dispatchEvent(new Event("input", {bubbles: true}));
		e.dispatchEvent(new Event("change", {bubbles: true}));
		return e.value === %[1]q;
	})(%[2]s)`, value, query(selector)))
	if !ok {
		s.tab.t.Fatalf("e2e: %s has no option %q", selector, value)
	}
}
