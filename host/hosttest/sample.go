package hosttest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
	"github.com/profferhq/proffer/plugin/abi"
)

// sample is a catalog for the cases of faults, with a word in its offers.
type sample struct {
	word     string
	snapshot []byte
}

// pathLong is the page whose slot "long" has the long expressions. few of them leave
// steps for the offer behind, many do not: a call has 4,194,304 of them.
const (
	pathLong = "/long"
	few      = 2
	many     = 50
)

// The page of the cases of faults, and the offers that it gets. Two other slots have
// their own content on every page.
const (
	faultyPage = `<!doctype html><meta charset="utf-8"><title>A page</title>` + "\n" +
		`<h1>Hello</h1><div data-offer-space="hero"><p>own</p></div><div data-offer-space="long"><p>own</p></div>` + "\n"
	ownHero = `<div data-offer-space="hero"><p>own</p>`
)

const sampleCatalog = `catalog: faults
consent: assumed
environments:
  visitors:
    kind: anonymous
    target: {visits: {type: int, default: 0}}
    pages:
      - {match: /long, slots: [long, hero]}
      - {match: /**, slots: [hero]}
    spaces:
      hero:
        channel: web
        fields: {t: {type: text, required: true}}
        render: {html: '<b>{{ t }}</b>'}
        store: {visitor: {visits: target.visits + 1}}
      long:
        channel: web
        fields: {t: {type: text, required: true}}
        render: {html: '<i>{{ t }}</i>'}
    categories:
      all:
        offers:
          hero: {weights: 1, content: {hero: {t: the WORD offer}}}
`

func newSample(t testing.TB, word string) *sample {
	t.Helper()
	s := &sample{word: word}
	s.compile(t, sampleCatalog)
	return s
}

func (s *sample) compile(t testing.TB, text string) {
	t.Helper()
	b, err := Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(strings.ReplaceAll(text, "WORD", s.word))}})
	if err != nil {
		t.Fatal(err)
	}
	s.snapshot = b
}

// expressions gives the sample so many offers whose filters are long to evaluate and
// do not hold, and one behind them.
func (s *sample) expressions(t testing.TB, n int) {
	t.Helper()
	var list []string
	for i := range 19 {
		list = append(list, fmt.Sprint(i))
	}
	each := "[" + strings.Join(list, ", ") + "]"
	var b strings.Builder
	b.WriteString(sampleCatalog)
	for i := range n {
		fmt.Fprintf(&b, "          x%d: {weights: [{value: 9, filter: '%s.exists(a, %s.exists(b, %s.exists(c, a * b + b * c + c * a + a + b + c == %d)))'}], content: {long: {t: x}}}\n",
			i, each, each, each, 100_000+i)
	}
	b.WriteString("          last: {weights: [{value: 1, filter: 'target.visits >= 0'}], content: {long: {t: the last offer}}}\n")
	s.compile(t, b.String())
	s.checkLong(t, n == few)
}

// checkLong holds that the expressions are as long as they should be, by what is
// answered in this process: whether the offer behind them is there.
func (s *sample) checkLong(t testing.TB, want bool) {
	t.Helper()
	r, err := abi.DecodeResponse(InProcess(t, faultySettings(), s.snapshot, faultyRequest(pathLong)))
	if err != nil || r.Status != abi.StatusOK || len(r.Answer.Slots) != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	if got := r.Answer.Slots[0].HTML != nil; got != want {
		t.Errorf("the offer behind the long expressions is there: %v", got)
	}
}

// page is what a page becomes of which the target has decided.
func (s *sample) page() string {
	return strings.Replace(faultyPage, ownHero, `<div data-offer-space="hero"><b>the `+s.word+` offer</b>`, 1)
}

// faultySettings are those of the cases of faults.
func faultySettings() []byte { return pagecase.Settings() }
