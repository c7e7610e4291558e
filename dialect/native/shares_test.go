package native_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"paylink"
	"paylink/till"
)

// choosy is a postman whom a server refuses some addresses.
type choosy struct{}

func (choosy) Send(_ context.Context, m paylink.Message) error {
	if strings.HasPrefix(m.To.Email, "refused") {
		return &paylink.Undelivered{Permanent: true, Err: errors.New("550 5.1.1 no such mailbox")}
	}
	return nil
}

// What will not be sent is told: in the share, in the list of events, and by webhook.
func TestALetterThatIsRefusedIsTold(t *testing.T) {
	t.Parallel()
	for engine, open := range map[string]func(testing.TB) *rig{"sqlite": sqlite, "postgres": postgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			r := open(t)
			r.till.Post = &till.Post{Postman: choosy{}, Write: func(l till.Letter) (paylink.Message, error) {
				return paylink.Message{To: paylink.Recipient{Email: l.Mail.To}}, nil
			}}
			m := r.merchant("a")
			var hooks []string
			receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				raw, _ := io.ReadAll(r.Body)
				hooks = append(hooks, string(raw))
			}))
			t.Cleanup(receiver.Close)
			m.must(201, "POST", "/webhook_endpoints", `{"url":"`+receiver.URL+`/hooks","types":["share.failed"]}`)
			link := m.must(201, "POST", "/links", cake).id(t)
			share := m.must(201, "POST", "/links/"+link+"/share", `{"recipients":[{"name":"Ada","email":"ada@example.com"},{"name":"Tom","email":"refused@example.com"}],"merchant_copy":true}`)
			if share.get(t, "copy.state") != "waiting" || share.get(t, "copy.email") != "shop@example.com" {
				t.Errorf("made: %s", share.body)
			}
			for _, act := range []func(context.Context, int) (int, error){r.till.Mail, r.till.Deliver} {
				if _, err := act(t.Context(), 10); err != nil {
					t.Fatal(err)
				}
			}
			a := m.must(200, "GET", "/shares/"+share.id(t), "")
			if !strings.Contains(a.body, `"email":"refused@example.com","state":"failed","reason":"550 5.1.1 no such mailbox"}`) ||
				!strings.Contains(a.body, `"email":"ada@example.com","state":"sent","sent_at":`) || a.get(t, "copy.state") != "sent" {
				t.Errorf("read: %s", a.body)
			}
			event := firstOf(t, m.must(200, "GET", "/events?type=share.failed&object="+share.id(t), ""))
			told := m.must(200, "GET", "/events/"+event, "")
			if told.get(t, "data.object") != "share" || !strings.Contains(told.body, `"state":"failed","reason":"550`) || told.get(t, "object_version") != 2.0 {
				t.Errorf("told: %s", told.body)
			}
			if len(hooks) != 1 || hooks[0] != told.body {
				t.Errorf("webhooks: %v", hooks)
			}
			_, schemas := operations(t)
			for name, raw := range map[string]string{"Share": a.body, "Event": told.body} {
				got, err := jsonschema.UnmarshalJSON(strings.NewReader(raw))
				if err != nil {
					t.Fatal(err)
				}
				schema, err := schemas.Compile("openapi.json#/components/schemas/" + name)
				if err != nil {
					t.Fatal(err)
				}
				if err := schema.Validate(got); err != nil {
					t.Errorf("%s is not as the document says: %v", name, err)
				}
			}
		})
	}
}
