package bolt

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// exported is what is told of a subject.
type exported struct {
	Visitor      string                    `json:"visitor,omitempty"`
	Person       *exportedPerson           `json:"person,omitempty"`
	Alias        string                    `json:"alias,omitempty"` // in events
	Changed      string                    `json:"changed,omitempty"`
	Attributes   map[string]any            `json:"attributes,omitempty"` // that a people source has
	Folders      map[string]map[string]any `json:"folders,omitempty"`
	Visitors     []string                  `json:"visitors,omitempty"`
	Propositions []exportedProposition     `json:"propositions"`
}

type exportedPerson struct {
	Source string `json:"source"`
	Key    string `json:"key"`
}

type exportedProposition struct {
	ID          string   `json:"id,omitempty"`
	Environment string   `json:"environment,omitempty"`
	Offer       string   `json:"offer"`
	Space       string   `json:"space,omitempty"`
	Channel     string   `json:"channel,omitempty"`
	Status      string   `json:"status"`
	Shown       string   `json:"shown"`
	Since       string   `json:"since"` // it has the status
	Interaction string   `json:"interaction,omitempty"`
	Snapshot    string   `json:"snapshot,omitempty"`
	Categories  []string `json:"categories,omitempty"`
	Rank        int64    `json:"rank,omitempty"`
	Weight      float64  `json:"weight,omitempty"`
	Mode        string   `json:"mode,omitempty"`
	Fallback    bool     `json:"fallback,omitempty"`
}

// Export writes everything that is held of a subject.
func (s *Store) Export(ctx context.Context, who store.Subject, w io.Writer) error {
	if err := s.opened(ctx); err != nil {
		return err
	}
	key, out := visitorKey(who.Visitor[:]), exported{Propositions: []exportedProposition{}}
	known := false
	if who.Key == "" {
		out.Visitor = hex.EncodeToString(who.Visitor[:])
	} else {
		key = personKey([]byte(who.Source), []byte(who.Key))
		out.Person = &exportedPerson{who.Source, who.Key}
		attributes, ok, err := s.config.People.Find(who.Source, who.Key)
		if err != nil {
			return err
		}
		known, out.Attributes = ok, plain(attributes)
	}
	held, err := s.row(key)
	if err != nil {
		return err
	}
	if held == nil && !known {
		return store.ErrUnknown
	}
	if held != nil {
		out.take(held)
	}
	text, err := json.Marshal(&out)
	if err != nil {
		return fmt.Errorf("bolt: export: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

func (o *exported) take(r *row) {
	o.Alias, o.Changed = hex.EncodeToString(r.alias[:]), moment(r.changed)
	if r.link != "" {
		source, key := cutPerson(r.link)
		o.Person = &exportedPerson{source, key}
	}
	for i := range r.folders {
		if o.Folders == nil {
			o.Folders = map[string]map[string]any{}
		}
		o.Folders[string(r.folders[i].Folder)] = plain(r.folders[i].Attributes)
	}
	for i := range r.linked {
		o.Visitors = append(o.Visitors, hex.EncodeToString(r.linked[i][:]))
	}
	more := details(r.details)
	for _, e := range entries(r.history) {
		p := exportedProposition{
			ID: hex.EncodeToString(e.ID), Environment: string(e.Environment), Offer: string(e.Offer), Space: string(e.Space),
			Channel: string(e.Channel), Status: e.Status.String(), Shown: moment(e.First), Since: moment(e.Time),
		}
		if e.Status == abi.Withdrawn {
			p.Status = "withdrawn"
		}
		for _, d := range more {
			if string(d.id()) == string(e.ID) {
				p.take(d)
			}
		}
		o.Propositions = append(o.Propositions, p)
	}
}

func (p *exportedProposition) take(d detail) {
	c := wire.NewCursor(d)
	c.Array()
	c.Bin()
	p.Interaction, p.Snapshot = hex.EncodeToString(c.Bin()), hex.EncodeToString(c.Bin())
	for n := c.Array(); n > 0 && c.OK(); n-- {
		p.Categories = append(p.Categories, string(c.Str()))
	}
	p.Rank, p.Weight = c.Int(), c.Float()
	p.Mode = [...]string{"", "explicit", "implicit", "anonymous"}[c.Uint()&3]
	p.Fallback = c.Bool()
}

func moment(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }

// plain is a map of attributes as JSON has it. A number that JSON has not is a
// string.
func plain(a abi.Attributes) map[string]any {
	out := map[string]any{}
	var v abi.Attribute
	for it := a.Iterate(); it.Next(&v); {
		c := wire.NewCursor(v.Value)
		out[string(v.Name)] = value(&c)
	}
	return out
}

func value(c *wire.Cursor) any {
	switch c.Kind() {
	case wire.Bool:
		return c.Bool()
	case wire.Int:
		return c.Int()
	case wire.Float:
		f := c.Float()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Sprint(f)
		}
		return f
	case wire.Array:
		list := []any{}
		for n := c.Array(); n > 0 && c.OK(); n-- {
			list = append(list, value(c))
		}
		return list
	}
	return string(c.Str())
}
