package edge

import (
	"bytes"
	"errors"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
	"github.com/profferhq/proffer/plugin/inject"
	"github.com/profferhq/proffer/plugin/internal/fault"
	"github.com/profferhq/proffer/plugin/seal"
)

// Edge is one instance of a variant. It serves one exchange at a time.
type Edge struct {
	settings []byte // nil: the defaults
	snapshot []byte
	logs     bool   // event lines are wanted
	trusting bool   // headers say who somebody is and where
	source   source // of the snapshot, if that is in a file
	guest    *guest.Guest
	counter  uint64
	request  abi.Request
	response abi.Response
	injector inject.Injector
	places   Places
	slots    [abi.MaxSlots]inject.Slot
	asked    [abi.MaxSlots]abi.Slot
	fills    [abi.MaxSlots]inject.Fill
	entropy  [abi.EntropySize]byte
	message  []byte
	answer   []byte
	body     []byte
}

// Exchange is a request as the foreign host tells it, and what an instance can
// learn of time and chance there. Header names are lower-case.
type Exchange struct {
	Method  []byte
	URI     []byte // path and query, escaped
	Host    []byte
	Headers []abi.Header
	Source  []byte // address and port of the client
	Secure  bool
	Now     int64 // wall clock, nanoseconds since 1970-01-01T00:00:00Z
	Random  [32]byte
}

// Outcome is what becomes of a page.
type Outcome struct {
	Cookies [][]byte // Set-Cookie values to append
	Private bool     // the page is personal: it must not be cached
	Body    []byte   // the new body, nil if it stays as it is
}

// New makes an instance from the variant's configuration, whose bytes it keeps
// and changes. A snapshot in it is verified whole, for there is no host of ours
// that did; one in a file is what Refresh looks for.
func New(config []byte, files Files) (*Edge, error) {
	c, err := parseConfig(config)
	if err != nil {
		return nil, err
	}
	return start(c, files)
}

// Start makes an instance from a configuration that was read. One whose snapshot
// is still to be fetched knows no pages until Swap.
func Start(c Config) (*Edge, error) { return start(c, nil) }

func start(c Config, files Files) (*Edge, error) {
	e := &Edge{
		settings: c.settings, snapshot: c.snapshot, logs: c.logs, trusting: c.trusting, source: source{files: files, path: c.file},
	}
	if err := e.renew(); err != nil || c.snapshot == nil {
		return e, err
	}
	if status, text := e.guest.Verify(c.snapshot); status != abi.StatusOK {
		return nil, errors.New(text)
	}
	return e, nil
}

// Swap verifies a snapshot whole and decides by it from now on; it keeps the bytes
// then. On an error everything stays as it was.
func (e *Edge) Swap(b []byte) error {
	status, text := e.guest.Verify(b)
	if status == abi.StatusOK {
		status, text = e.guest.Load(b)
	}
	if status != abi.StatusOK {
		return errors.New(text)
	}
	e.snapshot = b
	return nil
}

// Has reports whether a snapshot says of itself that it is the one by which the
// instance decides.
func (e *Edge) Has(b []byte) bool {
	v, err := snapshot.Open(b)
	return err == nil && bytes.Equal(v.Hash(), e.Hash())
}

// Hash is that of the snapshot by which the instance decides, nil before there is
// one.
func (e *Edge) Hash() []byte {
	if v := e.guest.View(); v != nil {
		return v.Hash()
	}
	return nil
}

// renew puts a new guest in the place of one that must not be used again. Hosts
// keep an instance whatever happens in it, so that this is ours to do.
func (e *Edge) renew() error {
	e.guest = guest.New()
	if e.settings != nil {
		if status, text := e.guest.Configure(e.settings); status != abi.StatusOK {
			return errors.New("edge: settings: " + text)
		}
	}
	if e.snapshot == nil {
		return nil // it is not there yet
	}
	if status, text := e.guest.Load(e.snapshot); status != abi.StatusOK {
		return errors.New(text)
	}
	return nil
}

// Listed reports whether an exchange is for a page that the catalog lists: only
// then is its response worth holding.
func (e *Edge) Listed(x *Exchange) bool {
	return string(x.Method) == "GET" && e.guest.View() != nil && e.listed(x)
}

// Holds reports whether the response to an exchange is worth holding: a GET for a
// page that the catalog lists, or for an answer in JSON with places. accept is the
// request's header, nil if it says nothing. A page is asked for as browsers do,
// with text/html: whoever takes just anything may wait for a stream.
func (e *Edge) Holds(x *Exchange, accept []byte) bool {
	v := e.guest.View()
	if v == nil || string(x.Method) != "GET" {
		return false
	}
	accept = Lower(accept)
	if bytes.Contains(accept, []byte("text/event-stream")) {
		return false
	}
	path, _ := splitURI(x.URI)
	return HasPlaces(v, path) || e.listed(x) && (accept == nil || bytes.Contains(accept, []byte("text/html")))
}

// listed reports whether the catalog lists the page of an exchange.
func (e *Edge) listed(x *Exchange) bool {
	path, _ := splitURI(x.URI)
	fault.At("head", path)
	return e.guest.Listed(hostName(x.Host), path)
}

// Decide decides a listed page whose body was read whole, and injects its
// offers. It reports false if the page stays as it is.
func (e *Edge) Decide(x *Exchange, body []byte) (Outcome, bool) {
	if !e.listed(x) {
		return Outcome{}, false
	}
	e.ask(x, body)
	return e.outcome(body, e.inject)
}

// DecideJSON decides an answer in JSON that was read whole, and writes offers to
// its places. It reports false if the answer stays as it is.
func (e *Edge) DecideJSON(x *Exchange, body []byte) (Outcome, bool) {
	e.begin(x, abi.KindPage)
	e.request.Want, e.request.Slots = abi.WantJSON, e.asked[:0]
	e.places.Locate(e.guest.View(), e.request.Path)
	if !e.places.Find(body) || !e.places.Ask(&e.request, e.listed(x), true) {
		return Outcome{}, false
	}
	return e.outcome(body, e.splice)
}

// outcome has the request decided and the offers written into a body.
func (e *Edge) outcome(body []byte, write func(*abi.Answer, []byte) []byte) (Outcome, bool) {
	if !e.decide(abi.Record{}) {
		return Outcome{}, false
	}
	fault.At("body", e.request.Path)
	a := &e.response.Answer
	return Outcome{Cookies: a.Cookies, Private: a.Cache == abi.CachePrivate, Body: write(a, body)}, true
}

// ask makes the request.
func (e *Edge) ask(x *Exchange, body []byte) {
	slots := e.asked[:0]
	for _, s := range inject.Scan(e.slots[:0], body) {
		slots = append(slots, abi.Slot{Space: s.Space, N: s.N, Held: abi.HeldYes})
	}
	e.begin(x, abi.KindPage)
	e.request.Want = abi.WantHTML
	e.request.Mode, e.request.HasSlots, e.request.Slots = abi.SlotsListed, true, slots
}

// begin makes what every request has.
func (e *Edge) begin(x *Exchange, kind abi.Kind) {
	path, query := splitURI(x.URI)
	e.request = abi.Request{
		Kind: kind, Snapshot: e.Hash(), Time: x.Now / 1e6, Entropy: e.derive(x),
		Host: hostName(x.Host), Path: path, Query: query, Headers: x.Headers,
	}
	if x.Secure {
		e.request.Flags |= abi.FlagSecure
	}
	if e.trusting {
		e.request.Flags |= abi.FlagPeer
	}
	if e.request.Entropy != nil {
		sum := seal.Expand(&e.entropy, "seed", 0)
		for _, b := range sum[:8] {
			e.request.Seed = e.request.Seed<<8 | uint64(b)
		}
	}
}

// decide has the request answered, a need in between by a record.
func (e *Edge) decide(record abi.Record) bool {
	if !e.handle() {
		return false
	}
	if e.response.Status == abi.StatusNeed {
		e.request.HasRecord, e.request.Record = true, record
		if !e.handle() {
			return false
		}
	}
	return e.response.Status == abi.StatusOK
}

func (e *Edge) handle() bool {
	e.message = abi.AppendRequest(e.message[:0], &e.request)
	e.answer = e.guest.Handle(e.answer[:0], e.message)
	if e.response.Decode(e.answer) == nil && e.response.Status.Healthy() {
		return true
	}
	// It worked with the same bytes before.
	_ = e.renew()
	return false
}

// inject writes the offers into the body; nil if no slot was filled.
func (e *Edge) inject(a *abi.Answer, body []byte) []byte {
	fills := e.fills[:0]
	for i := range a.Slots {
		if s := &a.Slots[i]; s.HTML != nil {
			fills = append(fills, inject.Fill{Slot: inject.Slot{Space: s.Space, N: s.N}, HTML: s.HTML})
		}
	}
	if len(fills) == 0 {
		return nil
	}
	e.injector.Reset(fills)
	e.body = e.injector.Rewrite(e.body[:0], body)
	for i := range fills {
		if e.injector.Filled(i) {
			return e.body
		}
	}
	return nil
}

// splice writes the offers into a body in JSON; nil if no place got one.
func (e *Edge) splice(a *abi.Answer, body []byte) []byte {
	if !e.places.Fill(a.Slots) {
		return nil
	}
	e.body = e.places.Splice(e.body[:0], body)
	return e.body
}

// derive makes the entropy of a call. No source of a foreign host is trusted
// alone: some hand every instance the same random numbers, and a clock can
// stand still. Under a key that only the operator has, all that tells requests
// apart goes in. Without a key there is none, and no id is minted.
func (e *Edge) derive(x *Exchange) []byte {
	_, mac, ok := e.guest.Keys().Primary(seal.UseCookie)
	if !ok {
		return nil
	}
	e.counter++
	h := mac.Begin()
	h.WriteString("entropy")
	h.Write(x.Random[:])
	var numbers [16]byte
	for i := range 8 {
		numbers[i] = byte(x.Now >> (8 * i))
		numbers[8+i] = byte(e.counter >> (8 * i))
	}
	h.Write(numbers[:])
	writeField(&h, x.Source)
	writeField(&h, x.Method)
	writeField(&h, x.URI)
	for i := range x.Headers {
		writeField(&h, x.Headers[i].Name)
		writeField(&h, x.Headers[i].Value)
	}
	e.entropy = h.End()
	return e.entropy[:]
}

// writeField hashes a field with its length, so that fields cannot run into
// each other.
func writeField(h *seal.Hash, b []byte) {
	n := len(b)
	h.Write([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
	h.Write(b)
}

// splitURI splits "/path?query".
func splitURI(uri []byte) (path, query []byte) {
	for i, c := range uri {
		if c == '?' {
			return uri[:i], uri[i+1:]
		}
	}
	return uri, nil
}

// hostName is a Host header without its port and the dot of a rooted name, in
// lower case. It changes the bytes.
func hostName(host []byte) []byte {
	end := len(host)
	for i := len(host) - 1; i >= 0 && host[i] != ']'; i-- {
		if host[i] == ':' {
			end = i
		}
	}
	if end > 0 && host[end-1] == '.' {
		end--
	}
	return Lower(host[:end])
}
