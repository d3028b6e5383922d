package document

import (
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/profferhq/proffer/plugin/abi"
)

// The words of a document that speaks for a page.
const (
	modeAsked  = "asked"
	modeListed = "listed"
	consentAsk = "ask"
)

// heldWords are the words for whether a body holds a slot, by number.
var heldWords = [...]string{abi.HeldUnknown: "unknown", abi.HeldYes: "yes", abi.HeldNo: "no"}

func (r *reader) listed(v gjson.Result) bool {
	mode := r.str("mode", v)
	if mode != modeAsked && mode != modeListed {
		r.fail("mode", "must be asked or listed")
	}
	return mode == modeListed
}

func (r *reader) consent(v gjson.Result) abi.Flags {
	switch {
	case v.Type == gjson.True:
		return abi.FlagConsentGiven
	case v.Type == gjson.False:
		return abi.FlagConsentRefused
	case v.Type != gjson.String || v.Str != consentAsk:
		r.fail("consent", `must be true, false or "ask"`)
	}
	return 0
}

func (r *reader) held(field string, v gjson.Result) abi.Held {
	word := r.str(field, v)
	for held, name := range heldWords {
		if word == name {
			return abi.Held(held)
		}
	}
	r.fail(field, "must be yes, no or unknown")
	return abi.HeldUnknown
}

func (r *reader) upTo(field string, v gjson.Result, limit uint64) uint64 {
	n := r.uint(field, v)
	if n > limit {
		r.fail(field, fmt.Sprintf("must be at most %d", limit))
	}
	return n
}

func (r *reader) paused(v gjson.Result) []abi.Paused {
	var out []abi.Paused
	r.array("paused", v, func(field string, v gjson.Result) {
		var p abi.Paused
		r.object(field, v, map[string]func(gjson.Result){
			"environment": func(v gjson.Result) { p.Environment = r.str(field+".environment", v) },
			"kind":        func(v gjson.Result) { p.Kind = r.str(field+".kind", v) },
			"name":        func(v gjson.Result) { p.Name = r.str(field+".name", v) },
		})
		if p.Kind != abi.PausedOffer && p.Kind != abi.PausedSpace {
			r.fail(field+".kind", "must be offer or space")
		}
		out = append(out, p)
	})
	return out
}
