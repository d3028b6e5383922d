package hosttest

import (
	"regexp"
	"strings"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/visitor"
)

// memory is what later documents of a case can name: what earlier answers gave.
type memory struct {
	cookie  string            // $cookie: the visitor cookie's value that was set last
	events  string            // $events: the second cookie's value, empty once it was removed
	tickets map[string]string // $click, $seen, $accept, $reject: of the last page's first slot
}

// ticketForm finds the tickets in links.
var ticketForm = regexp.MustCompile(`(click\?t|seen|accept|reject)=([0-9A-Za-z_-]{64,})`)

// fill puts into a document what it names.
func (m *memory) fill(line string) string {
	pairs := []string{"$cookie", m.cookie, "$events", m.events}
	for _, name := range []string{"click", "seen", "accept", "reject"} {
		pairs = append(pairs, "$"+name, m.tickets[name])
	}
	return strings.NewReplacer(pairs...).Replace(line)
}

// set takes what an answer sets. A visitor cookie that is removed is not
// forgotten, so that a case can send it again.
func (m *memory) set(cookies [][]byte) {
	for _, set := range cookies {
		pair, _, _ := strings.Cut(string(set), ";")
		name, value, _ := strings.Cut(pair, "=")
		switch name {
		case visitor.EventsName, visitor.EventsNameSecure:
			m.events = value
		default:
			if value != "" {
				m.cookie = value
			}
		}
	}
}

// see takes the tickets of a page's first slot, from its links and its HTML.
func (m *memory) see(slots []abi.SlotAnswer) {
	m.tickets = map[string]string{}
	if len(slots) == 0 {
		return
	}
	text := string(slots[0].Links) + " " + string(slots[0].HTML)
	for _, found := range ticketForm.FindAllStringSubmatch(text, -1) {
		name := strings.TrimSuffix(found[1], "?t")
		if m.tickets[name] == "" {
			m.tickets[name] = found[2]
		}
	}
}
