package hosttest_test

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/profferhq/proffer/catalog"
)

type object = map[string]any

// requests draws what one browser sends, as documents.
func (d journey) requests(c *catalog.Catalog) (out []string) {
	now := int64(journeyStart)
	host := oneOf(d, "www.shop.example", "m.shop.example")
	for i := range requestsOfAJourney {
		now += oneOf[int64](d, 1, 20, 60, 45*60, 24*60*60, 40*60*60)*1000 + int64(d.IntN(2000))
		r := d.page(c)
		if i > 0 && d.chance(35) {
			r = object{"event": d.event()}
		}
		r["time"] = time.UnixMilli(now).UTC().Format("2006-01-02T15:04:05.000Z")
		r["seed"], r["host"] = d.IntN(1000), host
		d.browser(r)
		b, err := json.Marshal(r)
		if err != nil {
			panic(err)
		}
		out = append(out, string(b))
	}
	return out
}

// browser draws cookies, headers and consent.
func (d journey) browser(r object) {
	cookies, headers := object{}, object{}
	if !d.chance(5) {
		cookies["proffer"], cookies["proffer_e"] = "$cookie", "$events"
	}
	if d.chance(85) {
		cookies["consent"], headers["X-Consent"] = "yes", "yes"
	}
	switch d.IntN(12) {
	case 0:
		r["consent"] = false
	case 1, 2, 3, 4:
		r["consent"] = "ask"
	}
	for name, values := range map[string][]string{
		"Accept-Language": {"fr-CH, fr;q=0.9, en;q=0.8", "de", "en", "fr"}, "X-Country": {"FR", "DE"}, "X-Device": {"phone"},
	} {
		if v := oneOf(d, values...); d.IntN(2) == 0 {
			headers[name] = v
		}
	}
	switch d.IntN(30) {
	case 0:
		headers["User-Agent"] = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
	case 1, 2:
		headers["Sec-Purpose"] = "prefetch"
	case 3:
		headers["Sec-GPC"] = "1"
	}
	r["cookies"], r["headers"] = cookies, headers
}

func (d journey) event() object {
	const prefix = "/.proffer/"
	action := oneOf(d, "click", "click", "seen", "accept", "accept", "reject")
	switch {
	case d.chance(3):
		return object{"method": "POST", "path": prefix + "forget"}
	case d.chance(3):
		return object{"method": "PUT", "path": prefix + "event"}
	case action == "click":
		return object{"method": "GET", "path": prefix + "click", "query": "t=$click"}
	case d.chance(20):
		return object{"method": "POST", "path": prefix + "event", "body": "seen=$seen&" + action + "=$" + action}
	}
	return object{"method": "POST", "path": prefix + "event", "query": action + "=$" + action}
}

// page draws what is said of a page, without the browser's part.
func (d journey) page(c *catalog.Catalog) object {
	r := object{"path": oneOf(d, "/", "/a"), "links": d.chance(80), "events": d.chance(30)}
	var slots []object
	for range 1 + d.IntN(4) {
		slots = append(slots, d.slot(c))
	}
	if d.chance(60) { // a first slot that is often filled: its links are what events are about
		slots[0] = object{"space": "hero", "environment": "visitors"}
	}
	r["slots"] = slots
	if d.chance(10) {
		r["mode"] = "listed"
	}
	if d.chance(30) {
		r["attributes"] = object{"basket": d.IntN(30), "coupon": oneOf[any](d, "X", "Y", 3), "language": oneOf(d, "fr", "en-GB")}
	}
	if d.chance(35) {
		r["target"] = oneOf(d, "anna", "bob")
	}
	if d.chance(35) {
		r["people"] = object{"anna": object{
			"attributes": object{"visits": d.IntN(5), "country": oneOf(d, "FR", "DE"), "tags": []string{"a"}, "score": 2.5}, "history": d.history(),
		}}
	}
	if d.chance(5) {
		r["visitor"] = object{"id": "0123456789abcdef0123456789abcd" + strconv.Itoa(10+d.IntN(3)), "attributes": object{"visits": d.IntN(9)}, "history": d.history()}
	}
	if d.chance(5) {
		r["no_store"] = true
	}
	if d.chance(5) {
		r["paused"] = []object{{"environment": "visitors", "kind": oneOf(d, "offer", "space"), "name": oneOf(d, "o0", "o1", "hero")}}
	}
	return r
}

func (d journey) slot(c *catalog.Catalog) object {
	s := object{"space": oneOf(d, journeySpaces...), "n": oneOf(d, 1, 1, 1, 2, 3), "held": oneOf(d, "yes", "yes", "no", "unknown")}
	if len(c.Sites) == 0 || d.chance(50) {
		s["environment"] = oneOf(d, "visitors", "customers", "customers", "guests")
	}
	if d.chance(15) {
		s["categories"] = append(someOf(d, 50, "c0", "c1", "nothing"), "c2")
	}
	if d.chance(10) {
		s["themes"] = journeyThemes[:1+d.IntN(2)]
	}
	if d.chance(10) {
		s["attributes"] = object{"basket": 20.5}
	}
	return s
}

// history draws what a person was shown before the journey.
func (d journey) history() []object {
	list := []object{}
	for range d.IntN(4) {
		list = append(list, object{
			"offer": "o" + strconv.Itoa(d.IntN(6)), "space": oneOf(d, journeySpaces...), "channel": oneOf(d, "web", "mobile"),
			"status": catalog.Status(d.IntN(6)).String(), "time": time.UnixMilli(journeyStart - int64(d.IntN(1000))*600_000).UTC().Format(time.RFC3339),
		})
	}
	return list
}
