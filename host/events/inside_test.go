package events

import (
	"encoding/json"
	"strings"
	"testing"
)

// Whatever a line of a log holds: what is found is an event that files can hold,
// there is one for each marker at most, and what JSON makes of the line has the
// same events.
func FuzzFind(f *testing.F) {
	const line = "proffer-event/1 e=seen&t=1&p=0011223344556677&v=v&s=s&c=%23aabb&o=a%3Ab"
	for _, seed := range []string{
		line, "a " + line + ", " + line + `"`, strings.ReplaceAll(line, "&", `\u0026`), `proffer-event\\/1 e=seen\\u00`,
		line + "&a=8899aabbccddeeff", "proffer-event/1 e=erased&t=1&a=8899aabbccddeeff " + line,
		"proffer-event proffer-event/1 proffer-event/1 =&", "\x00" + line + "\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all := eventsIn(t, text)
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		again := eventsIn(t, string(quoted))
		for i := range all {
			if i < len(again) && all[i] != again[i] || len(again) < len(all) {
				t.Fatalf("%q has %+v, and in JSON %+v", text, all, again)
			}
		}
	})
}

// eventsIn are the events of a line.
func eventsIn(t *testing.T, text string) (out []Event) {
	t.Helper()
	n := 0
	find(text, func(f found) {
		if n++; f.err != nil {
			return
		}
		back, err := ParseJSON(string(f.event.AppendJSON(nil)))
		if err != nil || back != f.event {
			t.Fatalf("%q: %+v reads %+v, %v", text, f.event, back, err)
		}
		out = append(out, f.event)
	})
	if n > strings.Count(text, marker) {
		t.Fatalf("%q: %d found", text, n)
	}
	return out
}
