package frontstream_test

import (
	"net/http"
	"testing"

	"paylink/dialect/dialecttest"
)

func TestTranscripts(t *testing.T) {
	t.Parallel()
	for engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, engine)
			mux := http.NewServeMux()
			r.handler.Mount(mux)
			dialecttest.Run(t, mux, "testdata/transcripts/*.txt", func(*testing.T) map[string]string {
				return map[string]string{"client_id": clientID, "client_secret": secret, "api_key": apiKey, "token": r.token()}
			})
		})
	}
}
