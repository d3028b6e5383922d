package document

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// Request is the module's request for the document, on a snapshot: 32 bytes
// of hash, or the whole. Time and seed must have been set where the document
// left them out; entropy that it left out is expanded from the seed, so that a
// document with time and seed has exactly one answer.
func (d *Document) Request(snapshot []byte) *abi.Request {
	r := &abi.Request{
		Kind: abi.KindPage, Snapshot: snapshot,
		Time: d.Time, Seed: d.Seed, Entropy: d.entropy(),
		Flags: d.flags(), Want: d.Want,
		Host: []byte(strings.ToLower(d.Host)), Path: []byte(d.Path), Query: []byte(d.Query),
		Headers: d.headers(),
		Mode:    abi.SlotsAsked, HasSlots: d.HasSlots, Slots: d.Slots,
		Attributes: d.Attributes, Language: d.Language, Target: d.Target,
	}
	if d.Listed {
		r.Mode = abi.SlotsListed
	}
	if d.Links {
		r.Want |= abi.WantLinks
	}
	if d.Events {
		r.Want |= abi.WantEvents
	}
	if d.Visitor != nil {
		r.Visitor = d.Visitor.ID
	}
	if d.Store != nil {
		r.HasRecord, r.Record = d.Store.Asked, d.Store.Record
	}
	return r
}

func (d *Document) flags() abi.Flags {
	flags := d.Consent
	for _, f := range []struct {
		set  bool
		flag abi.Flags
	}{
		{d.Secure, abi.FlagSecure},
		{!d.Stranger, abi.FlagPeer},
		{d.NoStore, abi.FlagNoStore},
		{d.HasPeople, abi.FlagPeople},
		{d.Visitor != nil, abi.FlagVisitors},
		{d.Store != nil, abi.FlagStore},
	} {
		if f.set {
			flags |= f.flag
		}
	}
	return flags
}

func (d *Document) entropy() []byte {
	if d.Entropy != nil {
		return d.Entropy
	}
	var seed [32]byte
	for i := range 8 {
		seed[i] = byte(d.Seed >> (8 * i))
	}
	sum := seal.Expand(&seed, "document", 0)
	return sum[:]
}

// headers are the document's with lower-case names, and its cookies as one
// more Cookie header.
func (d *Document) headers() []abi.Header {
	var out []abi.Header
	for _, h := range d.Headers {
		out = append(out, abi.Header{Name: bytes.ToLower(h.Name), Value: h.Value})
	}
	var cookie []byte
	for i, c := range d.Cookies {
		if i > 0 {
			cookie = append(cookie, "; "...)
		}
		cookie = append(append(append(cookie, c.Name...), '='), c.Value...)
	}
	if cookie != nil {
		out = append(out, abi.Header{Name: []byte("cookie"), Value: cookie})
	}
	return out
}

// Record answers a look-up from the document: the person with the key, else
// the one that the link names, else the one that lists the visitor's id. Of a
// store that was not asked it is the record of one that does not answer.
func (d *Document) Record(n *abi.Need, keys *seal.Keyring) *abi.Record {
	r := &abi.Record{}
	if p := d.find(n, keys); p != nil {
		r.Persons = []abi.Person{{
			Key:        []byte(p.Key),
			Attributes: abi.AppendAttributes(nil, p.Attributes),
			History:    abi.AppendHistory(nil, p.History),
		}}
	}
	if v := d.Visitor; v != nil {
		r.Visitors = []abi.Visitor{{
			Known:      v.ID != nil,
			Attributes: abi.AppendAttributes(nil, v.Attributes),
			History:    abi.AppendHistory(nil, v.History),
		}}
	}
	return r
}

func (d *Document) find(n *abi.Need, keys *seal.Keyring) *Person {
	link := visitor.Link{Set: n.Link.Hash != nil, KeyID: n.Link.KeyID, Source: n.Link.Source}
	copy(link.Hash[:], n.Link.Hash)
	matches := []func(*Person) bool{
		func(p *Person) bool { return n.Key.Key != nil && p.Key == string(n.Key.Key) },
		func(p *Person) bool { return link.Matches(keys, link.Source, []byte(p.Key)) },
		func(p *Person) bool { return p.lists(n.Visitor) },
	}
	for _, match := range matches {
		for i := range d.People {
			if match(&d.People[i]) {
				return &d.People[i]
			}
		}
	}
	return nil
}

func (p *Person) lists(id []byte) bool {
	for _, c := range p.Cookies {
		if len(id) > 0 && bytes.Equal(c, id) {
			return true
		}
	}
	return false
}

// Decide runs the document through a module: one call, and a second one with a
// record if the first needs one. handle gets a request without its snapshot.
func (d *Document) Decide(keys *seal.Keyring, handle func(*abi.Request) ([]byte, error)) (response []byte, a *abi.Answer, err error) {
	r := d.Request(nil)
	for {
		if response, err = handle(r); err != nil {
			return nil, nil, err
		}
		out, err := abi.DecodeResponse(response)
		switch {
		case err != nil:
			return response, nil, err
		case out.Status == abi.StatusOK:
			return response, &out.Answer, nil
		case out.Status != abi.StatusNeed || r.HasRecord:
			return response, nil, fmt.Errorf("%s: %s", out.Status, out.Text)
		}
		r.Record, r.HasRecord = *d.Record(&out.Need, keys), true
	}
}
