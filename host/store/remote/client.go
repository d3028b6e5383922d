package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// Client is the store of another edge. It keeps nothing itself: where that one does
// not answer, nobody is known. Event lines are told to it without an alias of their
// subject, which stays there.
type Client struct {
	URL    *url.URL     // of the other's admin listener
	HTTP   *http.Client // nil: http.DefaultClient
	Header http.Header  // of each request, such as Authorization; nil: none
}

// maxText bounds what of a peer's own words an error repeats.
const maxText = 256

// Lookup implements store.Reader.
func (c *Client) Lookup(ctx context.Context, n *abi.Need) (store.Found, error) {
	head, body, err := c.post(ctx, "v1/record", abi.AppendNeed(nil, n))
	if err != nil {
		return store.Found{}, err
	}
	seq, err := strconv.ParseUint(head.Get(header), 10, 64)
	if err != nil {
		return store.Found{}, fmt.Errorf("remote: %s: %w", header, err)
	}
	r, err := abi.DecodeRecord(body)
	if err != nil {
		return store.Found{}, fmt.Errorf("remote: %w", err)
	}
	return store.Found{Record: *r, Seq: seq}, nil
}

// Append implements store.Appender. Whether a change is durable the other side sees
// from what it says.
func (c *Client) Append(ctx context.Context, change *store.Change) error {
	_, _, err := c.post(ctx, "v1/events", abi.AppendTold(nil, &abi.Told{
		HasChanges: len(change.Changes.Visitor) > 0, Changes: change.Changes, Propositions: change.Details,
		Events: change.Events, Interaction: change.Interaction, Snapshot: change.Snapshot, Time: change.Time,
		HasSince: change.Since != store.Always, Since: change.Since, Newcomer: []byte(change.Newcomer),
	}))
	return err
}

// Erase erases a visitor.
func (c *Client) Erase(ctx context.Context, s store.Subject) error {
	if s.Key != "" {
		return errors.New("remote: a person is erased where the store is")
	}
	_, _, err := c.post(ctx, "v1/events", abi.AppendTold(nil, &abi.Told{
		HasChanges: true, Changes: abi.Changes{Visitor: s.Visitor[:], Forget: true},
	}))
	return err
}

// post sends a message, and gives header and body of the answer to one that was taken.
func (c *Client) post(ctx context.Context, path string, body []byte) (http.Header, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL.JoinPath(path).String(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, fmt.Errorf("remote: %w", err)
	}
	for name, values := range c.Header {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", contentType)
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(r)
	if err != nil {
		return nil, nil, fmt.Errorf("remote: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, abi.MaxRequest))
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("remote: %w", err)
	case res.StatusCode == http.StatusConflict:
		return nil, nil, fmt.Errorf("remote: %w", store.ErrConflict)
	case res.StatusCode != http.StatusOK && res.StatusCode != http.StatusNoContent:
		return nil, nil, fmt.Errorf("remote: %s: %.*q", res.Status, maxText, strings.TrimSpace(string(b)))
	}
	return res.Header, b, nil
}
