package hosttest_test

import (
	"regexp"
	"testing"

	"github.com/profferhq/proffer/host/hosttest"
)

// apart are the cases whose answers differ where the histories are in a store,
// each with the reason.
var apart = map[string]string{
	"fragments-count-in-a-store":            "a fragment cannot write the cookie",
	"history-makes-room":                    "a store has room",
	"visitor-data-budget-over-all-sections": "a store has room",
	"visitor-data-within-its-budget":        "a store has room",
	"visitor-unknown-to-the-host":           "a caller that says what it knows does not tell the store, which goes on from before",
}

// own is what of an answer is the cookie's or the snapshot's alone, also of one that
// is the body of a reply.
var own = regexp.MustCompile(`\\?"snapshot\\?":\\?"[0-9a-f]*\\?"|,"set_cookies":\[[^\]]*\]`)

// TestCorpusWithAStore plays the corpus once more, on a host with a store and with
// all histories in it: but for cookies the answers are the same.
func TestCorpusWithAStore(t *testing.T) {
	for _, c := range hosttest.Cases(t) {
		t.Run(c.Name, func(t *testing.T) {
			answers := hosttest.AnswersWithAStore(t, &c, hosttest.InProcess)
			differs := false
			for i, got := range answers {
				got, want := own.ReplaceAllString(got, ""), own.ReplaceAllString(c.Answers[i], "")
				if got != want && apart[c.Name] == "" {
					t.Errorf("request %d: %s\n got %s\nwant %s", i+1, c.Requests[i], got, want)
				}
				differs = differs || got != want
			}
			if apart[c.Name] != "" && !differs {
				t.Error("it does not differ")
			}
		})
	}
}
