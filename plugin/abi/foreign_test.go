package abi_test

import (
	"bytes"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/profferhq/proffer/plugin/abi"
)

// fataler is what tests and property tests have in common.
type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// pairs is a map that keeps its order.
type pairs []any

// EncodeMsgpack implements msgpack.CustomEncoder.
func (p pairs) EncodeMsgpack(e *msgpack.Encoder) error {
	if err := e.EncodeMapLen(len(p) / 2); err != nil {
		return err
	}
	for _, v := range p {
		if err := e.Encode(v); err != nil {
			return err
		}
	}
	return nil
}

// encode gives the encoding of v by another library; compact chooses between
// the shortest integers and those of full width.
func encode(t fataler, v any, compact bool) []byte {
	t.Helper()
	var b bytes.Buffer
	e := msgpack.NewEncoder(&b)
	e.UseCompactInts(compact)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func foreignBin(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

func foreignText(b []byte) any {
	if b == nil {
		return nil
	}
	return string(b)
}

func foreignTexts(list [][]byte) any {
	out := make([]any, 0, len(list))
	for _, s := range list {
		out = append(out, string(s))
	}
	return out
}

// foreignNames is nil for an empty list.
func foreignNames(list [][]byte) any {
	if len(list) == 0 {
		return nil
	}
	return foreignTexts(list)
}

func foreignCallData(list []abi.Attribute) any {
	if len(list) == 0 {
		return nil
	}
	var p pairs
	for _, a := range list {
		p = append(p, string(a.Name), msgpack.RawMessage(a.Value))
	}
	return p
}

func foreignAttributes(m abi.Attributes) any {
	p := pairs{}
	var a abi.Attribute
	for it := m.Iterate(); it.Next(&a); {
		p = append(p, string(a.Name), msgpack.RawMessage(a.Value))
	}
	return p
}

// foreignHistory keeps the bytes as they are: a decoder does so too.
func foreignHistory(h abi.History) any {
	if h == nil {
		return []any{}
	}
	return msgpack.RawMessage(h)
}

func foreignPersonKey(p abi.PersonKey) any {
	if p.Key == nil {
		return nil
	}
	return []any{foreignText(p.Source), string(p.Key)}
}

func foreignSlots(r *abi.Request) any {
	if !r.HasSlots {
		return nil
	}
	out := []any{}
	for _, s := range r.Slots {
		out = append(out, []any{
			string(s.Space), s.N, foreignText(s.Environment), foreignNames(s.Categories),
			foreignNames(s.Themes), foreignCallData(s.Attributes), uint8(s.Held),
		})
	}
	return out
}

func foreignRecord(r *abi.Request) any {
	if !r.HasRecord {
		return nil
	}
	persons, visitors := []any{}, []any{}
	for _, p := range r.Record.Persons {
		persons = append(persons, []any{
			string(p.Source), string(p.Key), foreignAttributes(p.Attributes), foreignHistory(p.History),
		})
	}
	for _, v := range r.Record.Visitors {
		visitors = append(visitors, []any{
			string(v.Folder), v.Known, foreignAttributes(v.Attributes), foreignHistory(v.History),
		})
	}
	return []any{persons, visitors, r.Record.Erased, foreignHistory(r.Record.Linked)}
}

// foreignRequest writes the table of the contract's page once more, without the
// package's own code.
func foreignRequest(r *abi.Request) []any {
	headers := []any{}
	for _, h := range r.Headers {
		headers = append(headers, string(h.Name), string(h.Value))
	}
	tree := []any{
		uint8(r.Kind), foreignBin(r.Snapshot), r.Time, r.Seed, foreignBin(r.Entropy),
		uint8(r.Flags), uint8(r.Want), string(r.Host), string(r.Path), string(r.Query),
		headers, uint8(r.Mode), foreignSlots(r), foreignCallData(r.Attributes),
		foreignText(r.Language), foreignPersonKey(r.Target), foreignBin(r.Visitor), foreignRecord(r),
	}
	if r.Method == nil && r.Body == nil && r.Offers == nil && !r.Long {
		return tree
	}
	tree = append(tree, foreignText(r.Method), foreignBin(r.Body), foreignNames(r.Offers))
	if r.Long {
		tree = append(tree, true)
	}
	return tree
}

func foreignLink(l *abi.Link) any {
	if l.Hash == nil {
		return nil
	}
	return []any{string(l.Source), l.KeyID, l.Hash}
}

func foreignChanges(has bool, c *abi.Changes) any {
	if !has {
		return nil
	}
	folders, persons := []any{}, []any{}
	for _, f := range c.Folders {
		folders = append(folders, []any{string(f.Folder), foreignAttributes(f.Attributes)})
	}
	for _, p := range c.Persons {
		persons = append(persons, []any{string(p.Source), foreignText(p.Key), foreignHistory(p.History)})
	}
	return []any{
		foreignBin(c.Visitor), c.Forget, foreignPersonKey(c.Person), foreignLink(&c.Link),
		folders, foreignHistory(c.History), persons,
	}
}

func foreignNeed(n *abi.Need) []any {
	return []any{
		uint8(abi.StatusNeed), foreignBin(n.Visitor), foreignTexts(n.Sources),
		foreignPersonKey(n.Key), foreignLink(&n.Link), foreignTexts(n.Folders),
	}
}

func foreignRaw(b []byte) any {
	if b == nil {
		return nil
	}
	return msgpack.RawMessage(b)
}

func foreignAnswer(a *abi.Answer) []any {
	slots, propositions := []any{}, []any{}
	for _, s := range a.Slots {
		slots = append(slots, []any{
			string(s.Space), s.N, foreignText(s.Environment), uint8(s.Mode), foreignText(s.Offer),
			s.Rank, s.Weight, s.Fallback, foreignText(s.HTML), foreignRaw(s.Content), foreignRaw(s.Links), foreignText(s.JSON), foreignText(s.Text),
		})
	}
	for _, p := range a.Propositions {
		propositions = append(propositions, []any{
			p.ID, string(p.Offer), string(p.Space), string(p.Environment), string(p.Channel),
			foreignTexts(p.Categories), uint8(p.Storage), string(p.Target), p.Rank, p.Weight,
			uint8(p.Status), p.Time, uint8(p.Mode), p.Fallback, uint8(p.Shown),
		})
	}
	var visitor any
	if a.HasVisitor {
		visitor = []any{
			foreignBin(a.Visitor.ID), a.Visitor.New, foreignText(a.Visitor.Folder),
			foreignAttributes(a.Visitor.Attributes),
		}
	}
	return []any{
		uint8(abi.StatusOK), foreignBin(a.Snapshot), foreignBin(a.Interaction), a.Listed, slots,
		visitor, propositions, foreignTexts(a.Cookies), uint8(a.Cache), foreignTexts(a.Events),
		a.Holdout, foreignBin(a.Trace), a.Evicted, a.Keep, foreignChanges(a.HasChanges, &a.Changes),
	}
}
