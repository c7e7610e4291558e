package picture

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// mostHops is how many redirects are followed: shops keep pictures behind one or two.
const mostHops = 3

// fetch gets a picture from where it is, in the turn of the host that has it; leave
// ends the turn. Each hop waits for a turn of its own and goes through the client,
// which judges its address anew.
func (h *Handler) fetch(ctx context.Context, address string) (raw []byte, leave func(), err error) {
	for range mostHops + 1 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return nil, nil, err
		}
		req.Header.Set("Accept", "image/webp,image/png,image/jpeg,image/gif")
		req.Header.Set("User-Agent", "paylink pictures")
		leave, err := h.remote.take(ctx, address)
		if err != nil {
			return nil, nil, err
		}
		body, next, err := h.hop(req)
		if err == nil && next == "" {
			return body, leave, nil
		}
		if leave(); err != nil {
			return nil, nil, err
		}
		address = next
	}
	return nil, nil, fmt.Errorf("the picture is behind more than %d redirects", mostHops)
}

// hop is one request: the picture, or where it is said to be.
func (h *Handler) hop(req *http.Request) (body []byte, next string, err error) {
	res, err := h.Client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode/100 == 3:
		to, err := res.Location()
		if err != nil {
			return nil, "", err
		}
		return nil, to.String(), nil
	case res.StatusCode != http.StatusOK:
		return nil, "", fmt.Errorf("the picture's host answered %d", res.StatusCode)
	case res.ContentLength > MaxBytes:
		return nil, "", errTooLarge
	}
	body, err = io.ReadAll(io.LimitReader(res.Body, MaxBytes+1))
	if err == nil && len(body) > MaxBytes {
		err = errTooLarge
	}
	return body, "", err
}
