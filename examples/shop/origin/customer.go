package origin

import (
	"net/http"
	"strings"
	"time"
)

// sessionCookie holds the number of the customer who is logged in, and nothing
// else. FOR DEMONSTRATION ONLY: it is not signed, so that anybody can become
// anybody by writing a number into it. A real shop keeps a session here.
const sessionCookie = "shop_session"

// identityCookie carries the identity token to Proffer.
const identityCookie = "proffer_identity"

// The names under which people are known: the shop's customers, who are whom the
// token says they are, and on a host name of its own the club's members, of whom
// there is a list (people.jsonl).
const (
	peopleSource = "main"
	clubSource   = "club"
	clubHost     = "club.localhost"
)

// source is the name under which a request's customer is known.
func source(r *http.Request) string {
	if hostName(r) == clubHost {
		return clubSource
	}
	return peopleSource
}

// sessionLife is how long a login lasts; within MaxTokenLife, with room for
// clocks that disagree.
const sessionLife = 12 * time.Hour

// mailDomain may follow a customer number, as in 1001@wayfern.example.
const mailDomain = "@wayfern.example"

// Customer is somebody who can log in. There are no names: the people of this
// shop are invented, and so they are numbers.
type Customer struct {
	Number  string
	Country string // ISO 3166-1, two letters
	Tier    string // blue or gold
	Points  int
	Booked  []Booking
}

// Booking is a trip that a customer has booked.
type Booking struct {
	Trip   string // slug
	InDays int    // from now to the departure
}

// CountryName is what the account page shows.
func (c *Customer) CountryName() string {
	switch c.Country {
	case "CA":
		return "Canada"
	case "DE":
		return "Germany"
	}
	return "France"
}

// demoCustomers are those whom the login offers.
func demoCustomers() []*Customer {
	return []*Customer{
		{Number: "1001", Country: "FR", Tier: "blue", Points: 1840, Booked: []Booking{{"lisbon-long-weekend", 38}}},
		{Number: "1002", Country: "FR", Tier: "gold", Points: 9420, Booked: []Booking{{"kyoto-in-blossom", 131}, {"pink-granite-coast", 204}}},
		{Number: "1003", Country: "CA", Tier: "blue", Points: 620},
	}
}

// customer finds who a customer number or the address made from it belongs to.
// Every number of four to eight digits is somebody: one who is new here.
func (s *shop) customer(text string) *Customer {
	number := strings.TrimSuffix(strings.ToLower(strings.TrimSpace(text)), mailDomain)
	if len(number) < 4 || len(number) > 8 || strings.Trim(number, "0123456789") != "" {
		return nil
	}
	if c := find(s.customers, func(c *Customer) bool { return c.Number == number }); c != nil {
		return c
	}
	return &Customer{Number: number, Country: "FR", Tier: "blue"}
}

// session is the customer who is logged in at the shop, or nil.
func (s *shop) session(r *http.Request) *Customer {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	return s.customer(cookie.Value)
}

// remember logs a customer in: a session for the shop, a token for Proffer.
func (s *shop) remember(w http.ResponseWriter, r *http.Request, c *Customer) {
	setCookie(w, r, sessionCookie, c.Number, sessionLife)
	if s.key.ID == 0 {
		return
	}
	token := s.key.Token(Claims{
		Source:  source(r),
		Person:  c.Number,
		Expires: s.now().Add(sessionLife),
		Attrs:   map[string]string{"country": c.Country, "tier": c.Tier},
	})
	setCookie(w, r, identityCookie, token, sessionLife)
}

// forget logs out. It leaves every other cookie alone, Proffer's visitor
// cookie too: the browser is still known, but nobody has said who sits there.
func (s *shop) forget(w http.ResponseWriter, r *http.Request) {
	setCookie(w, r, sessionCookie, "", -1)
	setCookie(w, r, identityCookie, "", -1)
}

// setCookie writes one cookie; a negative life expires it.
func setCookie(w http.ResponseWriter, r *http.Request, name, value string, life time.Duration) {
	age := int(life / time.Second)
	if life < 0 {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	})
}
