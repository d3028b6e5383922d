package document

import (
	"github.com/tidwall/gjson"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

// Store is what a document says of a host's store: what its look-up found. A
// folder that is left out is one of which the store did not answer, as in
// plugin/ABI.md, section 10.
type Store struct {
	Asked  bool // false: nobody was to be looked up
	Record abi.Record
}

// withdrawn is the word for a status that histories alone have.
const withdrawn = "withdrawn"

func (r *reader) store(v gjson.Result) *Store {
	if v.Type == gjson.Null {
		return nil
	}
	out := &Store{}
	record := &out.Record
	r.object("store", v, map[string]func(gjson.Result){
		"persons": func(v gjson.Result) {
			r.array("store.persons", v, func(field string, v gjson.Result) {
				record.Persons = append(record.Persons, r.known(field, v))
			})
		},
		"visitors": func(v gjson.Result) {
			r.array("store.visitors", v, func(field string, v gjson.Result) {
				record.Visitors = append(record.Visitors, r.folder(field, v))
			})
		},
		"erased": func(v gjson.Result) { record.Erased = r.bool("store.erased", v) },
		"linked": func(v gjson.Result) { record.Linked = r.encoded("store.linked", v) },
	})
	v.ForEach(func(_, _ gjson.Result) bool {
		out.Asked = true
		return false
	})
	return out
}

// known is a person of whom a store knows.
func (r *reader) known(field string, v gjson.Result) (p abi.Person) {
	r.object(field, v, map[string]func(gjson.Result){
		"source":     func(v gjson.Result) { p.Source = []byte(r.str(field+".source", v)) },
		"key":        func(v gjson.Result) { p.Key = []byte(r.str(field+".key", v)) },
		"attributes": func(v gjson.Result) { p.Attributes = abi.AppendAttributes(nil, r.attributes(field+".attributes", v)) },
		"history":    func(v gjson.Result) { p.History = r.encoded(field+".history", v) },
	})
	return p
}

// folder is what a store has of the visitor in a folder.
func (r *reader) folder(field string, v gjson.Result) abi.Visitor {
	out := abi.Visitor{Known: true}
	r.object(field, v, map[string]func(gjson.Result){
		"folder":     func(v gjson.Result) { out.Folder = []byte(r.str(field+".folder", v)) },
		"known":      func(v gjson.Result) { out.Known = r.bool(field+".known", v) },
		"attributes": func(v gjson.Result) { out.Attributes = abi.AppendAttributes(nil, r.attributes(field+".attributes", v)) },
		"history":    func(v gjson.Result) { out.History = r.encoded(field+".history", v) },
	})
	return out
}

func (r *reader) encoded(field string, v gjson.Result) abi.History {
	return abi.AppendHistory(nil, r.history(field, v))
}

func (r *reader) history(field string, v gjson.Result) []abi.HistoryEntry {
	var out []abi.HistoryEntry
	r.array(field, v, func(field string, v gjson.Result) {
		var e abi.HistoryEntry
		r.object(field, v, map[string]func(gjson.Result){
			"id":          func(v gjson.Result) { e.ID = r.hex(field+".id", v, abi.PropositionSize) },
			"offer":       func(v gjson.Result) { e.Offer = []byte(r.str(field+".offer", v)) },
			"space":       func(v gjson.Result) { e.Space = []byte(r.str(field+".space", v)) },
			"channel":     func(v gjson.Result) { e.Channel = []byte(r.str(field+".channel", v)) },
			"status":      func(v gjson.Result) { e.Status = r.status(field+".status", v) },
			"time":        func(v gjson.Result) { e.Time = r.instant(field+".time", v) },
			"environment": func(v gjson.Result) { e.Environment = []byte(r.str(field+".environment", v)) },
			"first":       func(v gjson.Result) { e.First = r.instant(field+".first", v) },
		})
		out = append(out, e)
	})
	return out
}

func (r *reader) status(field string, v gjson.Result) catalog.Status {
	word := r.str(field, v)
	if word == withdrawn {
		return abi.Withdrawn
	}
	s, ok := catalog.ParseStatus(word)
	if !ok {
		r.fail(field, "must be generated, presented, interested, accepted, scheduled, rejected or withdrawn")
	}
	return s
}

// store writes what the store of a request's host had.
func (w *writer) store(r *abi.Request) {
	if !r.Flags.Has(abi.FlagStore) {
		return
	}
	w.key("store")
	w.object(func() {
		if r.HasRecord {
			w.record(&r.Record)
		}
	})
}

func (w *writer) record(r *abi.Record) {
	if len(r.Persons) > 0 {
		w.list("persons", len(r.Persons), func(i int) {
			p := &r.Persons[i]
			w.object(func() {
				w.text("source", p.Source)
				w.text("key", p.Key)
				w.held(p.Attributes, p.History)
			})
		})
	}
	w.list("visitors", len(r.Visitors), func(i int) { // an empty one, too, says that the store was asked
		v := &r.Visitors[i]
		w.object(func() {
			w.text("folder", v.Folder)
			w.bool("known", v.Known, true)
			w.held(v.Attributes, v.History)
		})
	})
	w.bool("erased", r.Erased, false)
	w.history("linked", r.Linked)
}

// headMaps gives a record's maps of attributes their shortest heads.
func headMaps(r *abi.Record) {
	for i := range r.Persons {
		r.Persons[i].Attributes = headed(r.Persons[i].Attributes)
	}
	for i := range r.Visitors {
		r.Visitors[i].Attributes = headed(r.Visitors[i].Attributes)
	}
}

func headed(a abi.Attributes) abi.Attributes {
	list := listed(a)
	if len(list) == 0 {
		return nil
	}
	return abi.AppendAttributes(nil, list)
}

func listed(attributes abi.Attributes) (list []abi.Attribute) {
	var a abi.Attribute
	for it := attributes.Iterate(); it.Next(&a); {
		list = append(list, a)
	}
	return list
}

// held writes what is held of a person or a visitor.
func (w *writer) held(attributes abi.Attributes, history abi.History) {
	w.attributes(listed(attributes), nil)
	w.history("history", history)
}

func (w *writer) history(name string, h abi.History) {
	if len(h) == 0 {
		return
	}
	it := h.Iterate()
	w.list(name, h.Len(), func(int) {
		var e abi.HistoryEntry
		it.Next(&e) // it was decoded
		w.object(func() { w.entry(&e) })
	})
}

func (w *writer) entry(e *abi.HistoryEntry) {
	w.hex("id", e.ID)
	w.text("offer", e.Offer)
	w.text("space", e.Space)
	w.text("channel", e.Channel)
	w.key("status")
	w.str(statusWord(e.Status))
	w.key("time")
	w.str(wire.AppendInstant(nil, e.Time))
	if e.Environment != nil {
		w.key("environment")
		w.str(e.Environment)
	}
	if e.First != 0 {
		w.key("first")
		w.str(wire.AppendInstant(nil, e.First))
	}
}

func statusWord(s catalog.Status) []byte {
	if s == abi.Withdrawn {
		return []byte(withdrawn)
	}
	return []byte(s.String())
}
