package document

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

// ErrNotDocument is a request that no document says: with bytes that are not
// UTF-8, with a record that no store gave, or with what only a program passes.
var ErrNotDocument = errors.New("document: not to be written as a document")

// Append appends the document of a request as one line without its end, with
// the pauses of then and what is recorded of its answer. It is read again: when
// the document's own request is not the same byte for byte, dst comes back with
// [ErrNotDocument]. Only the heads of a record's maps of attributes, which a module
// makes before it knows how many there are, may be longer than they need to be.
func Append(dst []byte, message []byte, paused []abi.Paused, rec *Recorded) ([]byte, error) {
	var r abi.Request
	if status, _ := r.Decode(message); status != abi.StatusOK || r.Kind != abi.KindPage {
		return dst, ErrNotDocument
	}
	w := writer{b: append(dst, '{')}
	w.request(&r)
	w.paused(paused)
	w.recorded(rec)
	w.b = append(w.b, '}')
	d, err := Parse(w.b[len(dst):])
	if err != nil {
		return dst, ErrNotDocument
	}
	again := d.Request(r.Snapshot)
	if d.Store == nil {
		again.HasRecord = r.HasRecord // an empty one: to be asked for again
	}
	exact := bytes.Equal(abi.AppendRequest(nil, &r), message)
	headMaps(&r.Record)
	if !exact || !bytes.Equal(abi.AppendRequest(nil, again), abi.AppendRequest(nil, &r)) {
		return dst, ErrNotDocument
	}
	return w.b, nil
}

// writer writes an object. What has its default is left out.
type writer struct{ b []byte }

// key begins an entry.
func (w *writer) key(name string) {
	if last := w.b[len(w.b)-1]; last != '{' && last != '[' {
		w.b = append(w.b, ',')
	}
	w.str([]byte(name))
	w.b = append(w.b, ':')
}

// str writes a string; what is not UTF-8 in it comes out as another.
func (w *writer) str(s []byte) {
	if plain(s) {
		w.b = append(append(append(w.b, '"'), s...), '"')
		return
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(string(s)); err != nil {
		panic(err) // a string cannot fail
	}
	w.b = append(w.b, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

// plain reports whether a string stands in JSON as it is.
func plain(s []byte) bool {
	for _, c := range s {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func (w *writer) text(name string, s []byte) {
	if len(s) > 0 {
		w.key(name)
		w.str(s)
	}
}

func (w *writer) hex(name string, b []byte) {
	if b != nil {
		w.key(name)
		w.str(hex.AppendEncode(nil, b))
	}
}

func (w *writer) bool(name string, v, fallback bool) {
	if v != fallback {
		w.key(name)
		w.b = strconv.AppendBool(w.b, v)
	}
}

// list writes an array.
func (w *writer) list(name string, n int, item func(i int)) {
	w.key(name)
	w.b = append(w.b, '[')
	for i := range n {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		item(i)
	}
	w.b = append(w.b, ']')
}

// object writes an object as the value of an entry or as an item.
func (w *writer) object(entries func()) {
	w.b = append(w.b, '{')
	entries()
	w.b = append(w.b, '}')
}

func (w *writer) request(r *abi.Request) {
	w.key("time")
	w.str(wire.AppendInstant(nil, r.Time))
	w.key("seed")
	w.b = strconv.AppendUint(w.b, r.Seed, 10)
	w.hex("entropy", r.Entropy)
	w.text("host", r.Host)
	w.key("path")
	w.str(r.Path)
	w.text("query", r.Query)
	w.headers(r.Headers)
	w.flags(r.Flags)
	w.key("want")
	w.b = strconv.AppendUint(w.b, uint64(r.Want), 10)
	if r.Mode == abi.SlotsListed {
		w.key("mode")
		w.str([]byte(modeListed))
	}
	if r.HasSlots {
		w.list("slots", len(r.Slots), func(i int) { w.object(func() { w.slot(&r.Slots[i]) }) })
	}
	w.attributes(r.Attributes, r.Language)
	w.target(r.Target)
	w.store(r)
}

func (w *writer) target(p abi.PersonKey) {
	if len(p.Source) == 0 {
		w.text("target", p.Key)
		return
	}
	w.key("target")
	w.object(func() {
		w.text("source", p.Source)
		w.text("key", p.Key)
	})
}

func (w *writer) headers(list []abi.Header) {
	if len(list) == 0 {
		return
	}
	w.key("headers")
	w.object(func() {
		for _, h := range list {
			w.key(string(h.Name))
			w.str(h.Value)
		}
	})
}

func (w *writer) flags(f abi.Flags) {
	switch f & (abi.FlagConsentGiven | abi.FlagConsentRefused) {
	case 0:
		w.key("consent")
		w.str([]byte(consentAsk))
	case abi.FlagConsentRefused:
		w.bool("consent", false, true)
	}
	w.bool("secure", f.Has(abi.FlagSecure), false)
	w.bool("peer", f.Has(abi.FlagPeer), true)
	w.bool("no_store", f.Has(abi.FlagNoStore), false)
}

func (w *writer) slot(s *abi.Slot) {
	w.key("space")
	w.str(s.Space)
	if s.N != 1 {
		w.key("n")
		w.b = strconv.AppendInt(w.b, int64(s.N), 10)
	}
	w.text("environment", s.Environment)
	w.names("categories", s.Categories)
	w.names("themes", s.Themes)
	w.attributes(s.Attributes, nil)
	if s.Held != abi.HeldYes {
		w.key("held")
		w.str([]byte(heldWords[s.Held]))
	}
}

func (w *writer) names(name string, list [][]byte) {
	if list != nil {
		w.list(name, len(list), func(i int) { w.str(list[i]) })
	}
}

// attributes writes declared call data, and the language where there is one.
func (w *writer) attributes(list []abi.Attribute, language []byte) {
	if len(list) == 0 && language == nil {
		return
	}
	w.key("attributes")
	w.object(func() {
		for _, a := range list {
			w.key(string(a.Name))
			c := wire.NewCursor(a.Value)
			w.value(&c)
		}
		if language != nil {
			w.key("language")
			w.str(language)
		}
	})
}

// value writes a value so that it keeps its type: a double has a point.
func (w *writer) value(c *wire.Cursor) {
	switch c.Kind() {
	case wire.Array:
		w.b = append(w.b, '[')
		for i, n := 0, c.Array(); i < n && c.OK(); i++ {
			if i > 0 {
				w.b = append(w.b, ',')
			}
			w.value(c)
		}
		w.b = append(w.b, ']')
	case wire.Float:
		text := strconv.AppendFloat(nil, c.Float(), 'g', -1, 64)
		if !bytes.ContainsAny(text, ".eIN") {
			text = append(text, ".0"...)
		}
		w.b = append(w.b, text...)
	default:
		w.b = appendScalar(w.b, c)
	}
}

func (w *writer) paused(list []abi.Paused) {
	if len(list) == 0 {
		return
	}
	w.list("paused", len(list), func(i int) {
		w.object(func() {
			w.key("environment")
			w.str([]byte(list[i].Environment))
			w.key("kind")
			w.str([]byte(list[i].Kind))
			w.key("name")
			w.str([]byte(list[i].Name))
		})
	})
}

func (w *writer) recorded(rec *Recorded) {
	if rec == nil {
		return
	}
	w.key("recorded")
	w.object(func() {
		w.hex("interaction", rec.Interaction)
		w.hex("snapshot", rec.Snapshot)
		w.hex("response", rec.Response)
		w.list("visitors", len(rec.Visitors), func(i int) { w.str(hex.AppendEncode(nil, rec.Visitors[i])) })
		w.list("keys", len(rec.Keys), func(i int) { w.object(func() { w.keyName(&rec.Keys[i]) }) })
		if len(rec.Names) > 0 {
			w.key("names")
			w.object(func() {
				for _, n := range rec.Names {
					w.key(n.Key)
					w.str([]byte(n.Value))
				}
			})
		}
	})
}

func (w *writer) keyName(k *abi.Key) {
	w.key("id")
	w.b = strconv.AppendUint(w.b, uint64(k.ID), 10)
	w.key("use")
	w.str([]byte(k.Use))
	w.bool("primary", k.Primary, false)
}

// Names are the settings of a configuration that are not the default.
func Names(c *abi.Config) []Name {
	var out []Name
	have, usual := settings(c), settings(abi.DefaultConfig())
	for key, value := range have {
		if *value != *usual[key] {
			out = append(out, Name{key, *value})
		}
	}
	slices.SortFunc(out, func(a, b Name) int { return bytes.Compare([]byte(a.Key), []byte(b.Key)) })
	return out
}
