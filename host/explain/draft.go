package explain

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// draft is what of a request document the fields of the page say.
type draft struct {
	Time       string             `json:"time,omitempty"`
	Seed       *uint64            `json:"seed,omitempty"`
	Host       string             `json:"host,omitempty"`
	Path       string             `json:"path,omitempty"`
	Headers    map[string]string  `json:"headers,omitempty"`
	Consent    *bool              `json:"consent,omitempty"`
	Target     personKey          `json:"target,omitempty"`
	Attributes map[string]any     `json:"attributes,omitempty"`
	Visitor    *subject           `json:"visitor,omitempty"`
	People     map[string]subject `json:"people,omitempty"`
	Slots      []slotDraft        `json:"slots"`
}

// subject is a visitor or a person.
type subject struct {
	Attributes map[string]any `json:"attributes,omitempty"`
	History    []pastDraft    `json:"history,omitempty"`
}

type pastDraft struct {
	Offer   string `json:"offer"`
	Status  string `json:"status"`
	Time    string `json:"time"`
	Space   string `json:"space,omitempty"`
	Channel string `json:"channel,omitempty"`
}

type slotDraft struct {
	Space       string `json:"space"`
	N           int    `json:"n,omitempty"`
	Environment string `json:"environment,omitempty"`
}

// fields are the common part of a request as a form has it.
type fields struct {
	Host, Path, Slots, Time, Consent, Key, Language, Country, Attributes, Data, History string
}

// fieldsOf takes a form's fields.
func fieldsOf(form url.Values) fields {
	return fields{
		Host: form.Get("host"), Path: form.Get("path"), Slots: form.Get("slots"), Time: form.Get("time"), Consent: form.Get("consent"),
		Key: form.Get("key"), Language: form.Get("language"), Country: form.Get("country"),
		Attributes: form.Get("attributes"), Data: form.Get("data"), History: form.Get("history"),
	}
}

// draft makes a request document of the fields; where they name no slots, those
// that the catalog lists for the path. Its time and seed are set, so that it has
// one answer.
func (f *fields) draft(v *snapshot.View, country string, now time.Time) (*draft, error) {
	seed := uint64(1)
	d := &draft{Time: f.Time, Seed: &seed, Host: strings.ToLower(f.Host), Path: f.Path}
	if d.Time == "" {
		d.Time = now.UTC().Format(time.RFC3339)
	}
	if d.Path == "" {
		d.Path = "/"
	}
	if f.Consent == "refused" {
		given := false
		d.Consent = &given
	}
	if f.Country != "" && country != "" {
		d.Headers = map[string]string{country: f.Country}
	}
	var err error
	if d.Attributes, err = parseAttributes("call data", f.Data); err != nil {
		return nil, err
	}
	if f.Language != "" {
		if d.Attributes == nil {
			d.Attributes = map[string]any{}
		}
		d.Attributes["language"] = f.Language
	}
	var who subject
	if who.Attributes, err = parseAttributes("attributes", f.Attributes); err != nil {
		return nil, err
	}
	if who.History, err = parseHistory(f.History); err != nil {
		return nil, err
	}
	switch d.Target = personKey(f.Key); {
	case f.Key != "":
		d.People = map[string]subject{f.Key: who}
	case len(who.Attributes)+len(who.History) > 0:
		d.Visitor = &who
	}
	if d.Slots = parseSlots(f.Slots); len(d.Slots) == 0 {
		d.Slots, err = listed(v, d.Host, d.Path)
	}
	return d, err
}

// listed are the slots that the catalog lists for a page.
func listed(v *snapshot.View, host, path string) (out []slotDraft, err error) {
	for i := range v.Count(snapshot.SecEnvironments) {
		if site, ok := v.FindSite([]byte(host)); ok && site != i {
			continue
		}
		page := v.FindPage(v.Environment(i), []byte(path))
		if page == nil {
			continue
		}
		if len(out) > 0 {
			return nil, errors.New("several environments list the page: name the slots, like visitors/hero")
		}
		for j := page.Slots().Start; j < page.Slots().End(); j++ {
			s := v.PageSlot(j)
			out = append(out, slotDraft{Space: string(v.Name(v.Space(s.Space()).Name())), N: int(s.N()), Environment: string(v.Name(v.Environment(i).Name()))})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("the catalog lists no page for path %q on host %q: name the slots, like hero, hero_2", path, host)
	}
	return out, nil
}

// parseSlots reads slots with commas or spaces between: hero, hero_2,
// visitors/hero.
func parseSlots(text string) (out []slotDraft) {
	for _, name := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' || r == '\t' }) {
		s := slotDraft{Space: name, N: 1}
		if env, space, ok := strings.Cut(name, "/"); ok {
			s.Environment, s.Space = env, space
		}
		if at := strings.LastIndexByte(s.Space, '_'); at > 0 {
			if n, err := strconv.Atoi(s.Space[at+1:]); err == nil {
				s.Space, s.N = s.Space[:at], n
			}
		}
		out = append(out, s)
	}
	return out
}

// parseAttributes reads lines like country = "FR". A value that is no JSON is
// text as it stands.
func parseAttributes(what, text string) (map[string]any, error) {
	out := map[string]any{}
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, raw, ok := strings.Cut(line, "=")
		name, raw = strings.TrimSpace(name), strings.TrimSpace(raw)
		if !ok || name == "" {
			return nil, fmt.Errorf("%s: %q is not a line like country = FR", what, strings.TrimSpace(line))
		}
		out[name] = raw
		if json.Valid([]byte(raw)) {
			out[name] = json.RawMessage(raw)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// parseHistory reads lines of offer, status, time, space and channel, of which
// the last two may be left out.
func parseHistory(text string) (out []pastDraft, err error) {
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if len(words) < 3 || len(words) > 5 {
			return nil, fmt.Errorf("history: %q is not a line like beach rejected 2026-07-09T12:00:00Z hero web", strings.TrimSpace(line))
		}
		words = append(words, "", "")
		out = append(out, pastDraft{Offer: words[0], Status: words[1], Time: words[2], Space: words[3], Channel: words[4]})
	}
	return out, nil
}

// personKey is a document's target. Of one that says the people source, too, it
// is the key: a form has no field for the source.
type personKey string

// UnmarshalJSON reads both forms.
func (k *personKey) UnmarshalJSON(b []byte) error {
	var of struct {
		Key personKey `json:"key"`
	}
	if b[0] == '{' {
		err := json.Unmarshal(b, &of)
		*k = of.Key
		return err
	}
	return json.Unmarshal(b, (*string)(k))
}

// lines are attributes one a line, by name.
func lines(attributes map[string]any) (out string) {
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		b, err := json.Marshal(attributes[name])
		if err == nil { // what was read from JSON can be written as such
			out += name + " = " + string(b) + "\n"
		}
	}
	return out
}

// fieldsFrom are the fields that say what a document says, as far as they can.
func fieldsFrom(text []byte, country string) (f fields) {
	var d draft
	if json.Unmarshal(text, &d) != nil {
		return f // the document is shown beside its fault
	}
	f = fields{Host: d.Host, Path: d.Path, Time: d.Time, Key: string(d.Target), Country: d.Headers[country]}
	if d.Consent != nil && !*d.Consent {
		f.Consent = "refused"
	}
	if language, ok := d.Attributes["language"].(string); ok {
		f.Language = language
		delete(d.Attributes, "language")
	}
	f.Data = lines(d.Attributes)
	who := d.People[string(d.Target)]
	if d.Target == "" && d.Visitor != nil {
		who = *d.Visitor
	}
	f.Attributes = lines(who.Attributes)
	for _, p := range who.History {
		f.History += strings.TrimSpace(strings.Join([]string{p.Offer, p.Status, p.Time, p.Space, p.Channel}, " ")) + "\n"
	}
	var slots []string
	for _, s := range d.Slots {
		name := s.Space
		if s.N > 1 || endsInNumber(name) {
			name += "_" + strconv.Itoa(max(s.N, 1))
		}
		if s.Environment != "" {
			name = s.Environment + "/" + name
		}
		slots = append(slots, name)
	}
	f.Slots = list(slots)
	return f
}

// endsInNumber tells that a space's name reads like a slot's with an ordinal.
func endsInNumber(name string) bool {
	_, err := strconv.Atoi(name[strings.LastIndexByte(name, '_')+1:])
	return err == nil
}

// first is a request to begin with: the site's first page.
func first(v *snapshot.View) fields {
	f := fields{Path: "/"}
	if v.Count(snapshot.SecSites) > 0 {
		if s := v.Site(0); s.Kind() == snapshot.SiteExact {
			f.Host = string(v.Name(s.Name()))
		}
	}
	if _, err := listed(v, f.Host, f.Path); err != nil && v.Count(snapshot.SecSpaces) > 0 {
		sp := v.Space(0)
		f.Slots = string(v.Name(v.Environment(sp.Environment()).Name())) + "/" + string(v.Name(sp.Name()))
	}
	return f
}
