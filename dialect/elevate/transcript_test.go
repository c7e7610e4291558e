package elevate_test

import (
	"net/http"
	"testing"

	"paylink/dialect/dialecttest"
	"paylink/dialect/elevate"
)

func TestTranscripts(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, engines[engine](t))
			mux := http.NewServeMux()
			(&elevate.Handler{Till: r.till}).Mount(mux)
			dialecttest.Run(t, mux, "testdata/transcripts/*.txt", func(*testing.T) map[string]string {
				return map[string]string{"password": password}
			})
		})
	}
}
