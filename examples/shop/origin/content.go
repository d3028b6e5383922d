package origin

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
)

//go:embed data static templates
var files embed.FS

// Trip is one journey of the shop.
type Trip struct {
	Slug     string   `json:"slug"`
	List     string   `json:"list"`  // slug of its List
	Image    string   `json:"image"` // name of a drawing in static/img
	Title    string   `json:"title"`
	Place    string   `json:"place"`
	Days     int      `json:"days"`
	Price    int      `json:"price"` // euros for one person
	Season   string   `json:"season"`
	Travel   string   `json:"travel"`
	Group    string   `json:"group"`
	Lead     string   `json:"lead"`
	Text     []string `json:"text"`
	Plan     []Stage  `json:"plan"`
	Included []string `json:"included"`
}

// Stage is a part of a trip's plan.
type Stage struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Landing is the page that an offer leads to, /offers/SLUG.
type Landing struct {
	Slug   string   `json:"slug"`
	Kicker string   `json:"kicker"`
	Title  string   `json:"title"`
	Lead   string   `json:"lead"`
	Image  string   `json:"image"`
	Points []string `json:"points"`
	Trip   string   `json:"trip"`  // slug of the trip that it is about; may be empty
	Terms  string   `json:"terms"` // may be empty
}

// List is a page that lists the trips of one kind, /travel/SLUG.
type List struct {
	Slug  string
	Title string
	Lead  string
	Image string
	Trips []*Trip
}

// Content is everything that the shop sells and says, indexed by slug where
// pages look it up.
type Content struct {
	Trips    []*Trip
	Landings []*Landing
	Lists    []*List
}

func (c *Content) trip(slug string) *Trip {
	return find(c.Trips, func(t *Trip) bool { return t.Slug == slug })
}

func (c *Content) landing(slug string) *Landing {
	return find(c.Landings, func(l *Landing) bool { return l.Slug == slug })
}

func (c *Content) list(slug string) *List {
	return find(c.Lists, func(l *List) bool { return l.Slug == slug })
}

func find[T any](all []*T, is func(*T) bool) *T {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i]
	}
	return nil
}

// load reads the texts and refuses what would show as a hole in a page: an
// unknown field, drawing, list or trip, or two pages of one address.
func load(root fs.FS) (*Content, error) {
	c := &Content{Lists: []*List{
		{Slug: "beaches", Title: "Beaches", Image: "algarve-coves", Lead: "Small bays, slow ferries, and towns that have other things to do than wait for us."},
		{Slug: "canada", Title: "Canada", Image: "yukon-lights", Lead: "Forests, trains and very large skies. We go in small groups and stay longer."},
		{Slug: "cities", Title: "Cities", Image: "lisbon", Lead: "Three to ten days, on foot, by tram or by bicycle, in rooms with a view of something."},
	}}
	if err := decode(root, "data/trips.json", &c.Trips); err != nil {
		return nil, err
	}
	if err := decode(root, "data/offers.json", &c.Landings); err != nil {
		return nil, err
	}
	for _, t := range c.Trips {
		l := c.list(t.List)
		if l == nil {
			return nil, fmt.Errorf("trip %s: unknown list %q", t.Slug, t.List)
		}
		if c.trip(t.Slug) != t {
			return nil, fmt.Errorf("two trips %s", t.Slug)
		}
		if err := drawing(root, t.Image); err != nil {
			return nil, fmt.Errorf("trip %s: %w", t.Slug, err)
		}
		l.Trips = append(l.Trips, t)
	}
	for _, l := range c.Landings {
		if c.landing(l.Slug) != l {
			return nil, fmt.Errorf("two offer pages %s", l.Slug)
		}
		if l.Trip != "" && c.trip(l.Trip) == nil {
			return nil, fmt.Errorf("offer page %s: unknown trip %q", l.Slug, l.Trip)
		}
		if err := drawing(root, l.Image); err != nil {
			return nil, fmt.Errorf("offer page %s: %w", l.Slug, err)
		}
	}
	return c, nil
}

func drawing(root fs.FS, name string) error {
	_, err := fs.Stat(root, "static/img/"+name+".svg")
	return err
}

func decode(root fs.FS, name string, into any) error {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
