package dialecttest

import (
	"io"
	"net/http"
	"strings"
)

// Send sends a request to a server and reads the answer whole. Headers are
// "Name: value"; a body is JSON where none of them says something else. An error says
// that no whole answer came.
func Send(method, url, body string, headers ...string) (Reply, error) {
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return Reply{}, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return Reply{}, err
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	return Reply{Status: res.StatusCode, Header: res.Header, Body: string(got)}, err
}
