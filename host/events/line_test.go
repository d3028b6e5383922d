package events_test

import (
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/events"
)

const shown = `proffer-event/1 e=shown&t=1790000000000&i=00112233445566778899aabbccddeeff&p=0011223344556677&v=visitors&s=hero&c=web&o=2026%3abeach&r=1&m=anonymous&f=1`

const erasure = "proffer-event/1 e=erased&t=1790000000000&a=8899aabbccddeeff"

func TestLine(t *testing.T) {
	for line, want := range map[string]string{
		shown: `{"time":"2026-09-21T14:13:20.000Z","event":"shown","interaction":"00112233445566778899aabbccddeeff","proposition":"0011223344556677",` +
			`"environment":"visitors","space":"hero","channel":"web","offer":"2026:beach","rank":1,"mode":"anonymous","fallback":true}`,
		"proffer-event/1 o=%2301020304&c=%23aabbccdd&s=s&v=v&p=0011223344556677&t=1&e=rejected": `{"time":"1970-01-01T00:00:00.001Z",` +
			`"event":"rejected","proposition":"0011223344556677","environment":"v","space":"s","channel":"#aabbccdd","offer":"#01020304"}`,
		shown + "&a=8899aabbccddeeff": `{"time":"2026-09-21T14:13:20.000Z","event":"shown","interaction":"00112233445566778899aabbccddeeff","proposition":"0011223344556677",` +
			`"environment":"visitors","space":"hero","channel":"web","offer":"2026:beach","rank":1,"mode":"anonymous","fallback":true,"subject":"8899aabbccddeeff"}`,
		erasure: `{"time":"2026-09-21T14:13:20.000Z","event":"erased","subject":"8899aabbccddeeff"}`,
		// What a later version may add is not kept.
		shown + "&x=1&later=2&=3": "", shown + "&g=visitor%20id": "",
	} {
		e, err := events.ParseLine(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		text := string(e.AppendJSON(nil))
		if want != "" && text != want {
			t.Errorf("%s:\n got %s\nwant %s", line, text, want)
		}
		if again, err := events.ParseJSON(text); err != nil || again != e {
			t.Errorf("%s reads %+v, %v", text, again, err)
		}
	}
}

func TestLineRefuses(t *testing.T) {
	for change, says := range map[string]string{
		"proffer-event/1 ->proffer-event/2 ":         "no event line",
		"e=shown->e=bought":                          `"bought" is unknown`,
		"e=shown&->":                                 "no event or no time",
		"t=1790000000000&->":                         "no event or no time",
		"t=1790000000000->t=253402300800000":         "time 253402300800000",
		"t=1790000000000->t=-1":                      "time -1",
		"t=1790000000000->t=x":                       "invalid syntax",
		"p=0011223344556677->p=001122334455667":      "16 hex digits",
		"p=0011223344556677->p=00112233445566AA":     "16 hex digits",
		"i=00112233445566778899aabbccddeeff->i=0011": "32 hex digits",
		"v=visitors->v=":                             "environment",
		"v=visitors&->":                              "environment",
		"s=hero->s=he+ro":                            "not a name",
		"c=web->c=w%22b":                             "not a name",
		"o=2026%3abeach->o=%3d1%2b1":                 "not a name",
		"o=2026%3abeach->o=-1":                       "not a name",
		"o=2026%3abeach->o=b%C3%A9":                  "not a name",
		"o=2026%3abeach->o=%zz":                      "invalid URL escape",
		"s=hero->s=" + strings.Repeat("a", 65):       "64 characters",
		"r=1->r=-1":                                  "rank",
		"r=1->r=99999999":                            "rank",
		"m=anonymous->m=somebody":                    `"somebody"`,
		"&f=1->&e=seen":                              "e comes twice",
		"&f=1->&f":                                   "no value",
		"&f=1->&a=8899aabbccddeef":                   "subject",
		"&f=1->&a=8899AABBCCDDEEFF":                  "subject",
		"&f=1->&a=192.0.2.7":                         "subject",
		"e=shown->e=erased":                          "subject",
		"e=shown->e=erased&a=8899aabbccddeeff":       "tells of a proposition",
	} {
		from, to, _ := strings.Cut(change, "->")
		line := strings.Replace(shown, from, to, 1)
		if line == shown {
			t.Fatalf("%s changes nothing", change)
		}
		if e, err := events.ParseLine(line); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %+v, %v, want %q", change, e, err, says)
		}
	}
}

// An erased subject's event has nothing that says what the subject was shown.
func TestErasedSaysNoMore(t *testing.T) {
	for _, pair := range []string{
		"i=00112233445566778899aabbccddeeff", "p=0011223344556677", "v=visitors", "s=hero", "c=web", "o=beach", "r=1", "m=anonymous", "f=1",
	} {
		if e, err := events.ParseLine(erasure + "&" + pair); err == nil || !strings.Contains(err.Error(), "tells of a proposition") {
			t.Errorf("%s: got %+v, %v", pair, e, err)
		}
	}
	if e, err := events.ParseLine(erasure + "&x=1"); err != nil || e.Subject != "8899aabbccddeeff" {
		t.Errorf("a key of a later version: %+v, %v", e, err)
	}
}

func TestJSONRefuses(t *testing.T) {
	e, err := events.ParseLine(shown)
	if err != nil {
		t.Fatal(err)
	}
	whole := string(e.AppendJSON(nil))
	for change, says := range map[string]string{
		"{->": "not JSON", "}->": "not JSON", `"rank":1->"rank":"1"`: "rank is not a Number",
		`"event":"shown"->"event":"shown","subject":"me"`: "subject",
		`"event":"shown"->"event":1`:                      "unknown", `"event":"shown",->`: "no event", "2026-09-21T->2026-09-21 ": "is not like",
		`"space":"hero"->"space":"=he"`: "not a name", `"space":"hero"->"space":{}`: "space is not a String",
		whole + "->[]": "not a JSON object",
	} {
		from, to, _ := strings.Cut(change, "->")
		if e, err := events.ParseJSON(strings.Replace(whole, from, to, 1)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %+v, %v, want %q", change, e, err, says)
		}
	}
	if _, err := events.ParseJSON(strings.Replace(whole, "{", `{"visitor":"x","more":[1],`, 1)); err != nil {
		t.Errorf("keys of a later version: %v", err)
	}
}

func TestDurable(t *testing.T) {
	for kind, want := range map[string]bool{"decided": false, "shown": false, "seen": false, "clicked": false, "accepted": true, "rejected": true} {
		if got := events.Durable([]byte(strings.Replace(shown, "shown", kind, 1))); got != want {
			t.Errorf("%s: %t", kind, got)
		}
	}
	if !events.Durable([]byte(erasure)) {
		t.Error("an erasure is not durable")
	}
	if events.Durable([]byte("proffer-event/1 e=accepted")) {
		t.Error("what is no line is durable")
	}
}

// What is read has one form, and that form reads the same.
func FuzzLine(f *testing.F) {
	f.Add(shown)
	f.Add(strings.Replace(shown, "hero", "%23aabbccdd", 1))
	f.Add(shown + "&a=8899aabbccddeeff")
	f.Add(erasure)
	f.Fuzz(func(t *testing.T, line string) {
		e, err := events.ParseLine(line)
		if err != nil {
			return
		}
		text := string(e.AppendJSON(nil))
		again, err := events.ParseJSON(text)
		if err != nil || again != e {
			t.Fatalf("%q: %s reads %+v, %v", line, text, again, err)
		}
		if third, err := events.ParseLine(lineOf(&e)); err != nil || third != e {
			t.Fatalf("%q: %q reads %+v, %v", line, lineOf(&e), third, err)
		}
	})
}
