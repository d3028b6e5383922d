package abi_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
)

// contract is the page that the package implements.
func contract(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../ABI.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// section cuts the section of a number out of the page.
func section(t *testing.T, n int) string {
	t.Helper()
	_, s, ok := strings.Cut(contract(t), fmt.Sprintf("\n## %d. ", n))
	if !ok {
		t.Fatalf("no section %d", n)
	}
	s, _, _ = strings.Cut(s, "\n## ")
	return s
}

func TestExportsAreThoseOfThePage(t *testing.T) {
	var page []string
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)[`(]").FindAllStringSubmatch(section(t, 2), -1) {
		page = append(page, m[1])
	}
	want := []string{
		abi.ExportMemory, abi.ExportInitialize, abi.ExportVersion, abi.ExportBuffer, abi.ExportConfigure,
		abi.ExportVerify, abi.ExportLoad, abi.ExportHandle, abi.ExportGC,
	}
	if !slices.Equal(page, want) {
		t.Fatalf("the page has %v, the package %v", page, want)
	}
	if !strings.Contains(section(t, 2), fmt.Sprintf("| `proffer_abi_version() i32` | %d |", abi.Version)) {
		t.Errorf("the page's version is not %d", abi.Version)
	}
}

func TestStatusesAreThoseOfThePage(t *testing.T) {
	onPage := map[abi.Status]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\| (\d+) \| (.*?) \| (.*?) \|$`).FindAllStringSubmatch(section(t, 6), -1) {
		var s abi.Status
		if _, err := fmt.Sscan(m[1], &s); err != nil {
			t.Fatal(err)
		}
		onPage[s] = true
		if healthy := m[3] == "healthy"; s.Healthy() != healthy {
			t.Errorf("%v: Healthy is %v, the page says %q", s, s.Healthy(), m[3])
		}
		if s.String() == "unknown" {
			t.Errorf("status %d, %q, has no name", uint8(s), m[2])
		}
	}
	names := map[string]abi.Status{}
	for i := range 256 {
		s := abi.Status(i)
		if known := s.String() != "unknown"; known != onPage[s] {
			t.Errorf("status %d is %v, on the page: %v", i, s, onPage[s])
		} else if before, ok := names[s.String()]; known && ok {
			t.Errorf("statuses %d and %d have one name", before, i)
		}
		names[s.String()] = s
	}
}

func TestEnumsAreThoseOfThePage(t *testing.T) {
	requests, responses := section(t, 4), section(t, 5)
	cases := []struct{ page, words string }{
		{requests, fmt.Sprintf("%d ping, %d page, %d event, %d explain, %d need", abi.KindPing, abi.KindPage, abi.KindEvent, abi.KindExplain, abi.KindNeed)},
		{requests, fmt.Sprintf("%d secure", abi.FlagSecure)},
		{requests, fmt.Sprintf("%d no_store", abi.FlagNoStore)},
		{requests, fmt.Sprintf("%d people", abi.FlagPeople)},
		{requests, fmt.Sprintf("%d visitors", abi.FlagVisitors)},
		{requests, fmt.Sprintf("%d consent given, %d consent refused", abi.FlagConsentGiven, abi.FlagConsentRefused)},
		{requests, fmt.Sprintf("%d store", abi.FlagStore)},
		{requests, fmt.Sprintf("%d withdrawn", abi.Withdrawn)},
		{requests, fmt.Sprintf("%d peer", abi.FlagPeer)},
		{requests, fmt.Sprintf("%d HTML renderings, %d content fields, %d propositions", abi.WantHTML, abi.WantContent, abi.WantPropositions)},
		{requests, fmt.Sprintf("%d listed", abi.SlotsListed)},
		{requests, fmt.Sprintf("%d asked", abi.SlotsAsked)},
		{requests, fmt.Sprintf("%d not known, %d the body holds it, %d it does not", abi.HeldUnknown, abi.HeldYes, abi.HeldNo)},
		{responses, fmt.Sprintf("%d nobody or unknown slot, %d explicit, %d implicit, %d anonymous", abi.Nobody, abi.Explicit, abi.Implicit, abi.Anonymous)},
		{responses, fmt.Sprintf("storage uint %d %v %d %v", abi.StorageVisitor, abi.StorageVisitor, abi.StorageRecipient, abi.StorageRecipient)},
		{responses, fmt.Sprintf("%d leave the origin's, %d `private, no-store`", abi.CacheOrigin, abi.CachePrivate)},
	}
	for _, c := range cases {
		if !strings.Contains(c.page, c.words) {
			t.Errorf("the page does not say %q", c.words)
		}
	}
}

func TestLimitsAreThoseOfThePage(t *testing.T) {
	line := regexp.MustCompile(`(?m)^Limits: .*$`).FindString(section(t, 4))
	for _, words := range []string{
		fmt.Sprintf("%d slots", abi.MaxSlots),
		fmt.Sprintf("n 1 to %d", abi.MaxN),
		fmt.Sprintf("%d categories and %d themes a slot", abi.MaxCategories, abi.MaxThemes),
		fmt.Sprintf("%d attributes", abi.MaxAttributes),
		fmt.Sprintf("%d KiB each", abi.MaxAttribute>>10),
		fmt.Sprintf("%d persons and %d visitors", abi.MaxPersons, abi.MaxVisitors),
		fmt.Sprintf("at most %d MiB", abi.MaxRequest>>20),
	} {
		if !strings.Contains(line, words) {
			t.Errorf("the page's limits do not say %q", words)
		}
	}
	for _, words := range []string{
		fmt.Sprintf("at most %d strings", abi.MaxHeaders),
		fmt.Sprintf("at most %d deep", abi.MaxDepth),
		fmt.Sprintf("%d bytes: the hash of the resident snapshot", abi.HashSize),
		fmt.Sprintf("%d bytes from which ids are made", abi.EntropySize),
		fmt.Sprintf("bin(%d) or nil", abi.VisitorSize),
		fmt.Sprintf("proposition id bin(%d)", abi.PropositionSize),
	} {
		if !strings.Contains(section(t, 4), words) {
			t.Errorf("the page's requests do not say %q", words)
		}
	}
	if words := fmt.Sprintf("at most %d MiB", abi.MaxCommand>>20); !strings.Contains(section(t, 7), words) {
		t.Errorf("the command does not say %q", words)
	}
	if words := fmt.Sprintf("above %d MiB", abi.MaxBuffer>>20); !strings.Contains(section(t, 2), words) {
		t.Errorf("the buffer does not say %q", words)
	}
	if words := fmt.Sprintf("at most %d MiB", abi.MaxConfig>>20); !strings.Contains(section(t, 3), words) {
		t.Errorf("the configuration does not say %q", words)
	}
}

func TestTraceIsThatOfThePage(t *testing.T) {
	page := section(t, 5)
	for _, words := range []string{
		fmt.Sprintf("%d the visitor may be known, %d a visitor cookie came", abi.TraceConsent, abi.TraceSent),
		fmt.Sprintf("%d the visitor is known", abi.TraceKnown), fmt.Sprintf("%d the cookie links", abi.TraceLinked),
		fmt.Sprintf("%d a person's key was given, %d by an identity token, %d a new visit", abi.TraceKey, abi.TraceToken, abi.TraceNewVisit),
		fmt.Sprintf("%d what was known was another person's, %d the decision ran out", abi.TraceReplaced, abi.TraceCut),
		fmt.Sprintf("%d a people source", abi.TracePeople), fmt.Sprintf("at most %d, and those", abi.MaxTraced),
		fmt.Sprintf("%d the key resolves", abi.SlotExplicit), fmt.Sprintf("%d the cookie matches", abi.SlotCookie),
		fmt.Sprintf("%d an operator has paused the space", abi.SlotPaused),
		fmt.Sprintf("%d its value is not above 0", abi.WeightNumber), fmt.Sprintf("%d its expression fails", abi.WeightFailed),
		fmt.Sprintf("%d its filter is false, %d its filter fails", abi.WeightFilter, abi.WeightFilterFailed),
		fmt.Sprintf("| %d | it is not live", abi.WhyNotLive), fmt.Sprintf("| %d | its category is none", abi.WhyScope),
		fmt.Sprintf("| %d | the environment's filter", abi.WhyEnvironment), fmt.Sprintf("| %d | its period", abi.WhyPeriod),
		fmt.Sprintf("| %d | a category's filter", abi.WhyCategory), fmt.Sprintf("| %d | its own filter", abi.WhyFilter),
		fmt.Sprintf("| %d | no weight is usable", abi.WhyNoWeight), fmt.Sprintf("| %d | its final weight", abi.WhyFinalWeight),
		fmt.Sprintf("| %d | an operator has paused it", abi.WhyPaused), fmt.Sprintf("| %d | a presentation rule", abi.WhyRule),
		fmt.Sprintf("| %d | a slot of an earlier group", abi.WhyTaken), fmt.Sprintf("| %d | nothing: it is eligible", abi.WhyEligible),
		fmt.Sprintf("first %d weights", abi.MaxTracedWeights),
	} {
		if !strings.Contains(page, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
}

func TestNames(t *testing.T) {
	got := fmt.Sprint(
		abi.Nobody, abi.Explicit, abi.Implicit, abi.Anonymous, abi.Identification(9),
		abi.StorageVisitor, abi.StorageRecipient, abi.Storage(9), abi.StatusWrongSnapshot, abi.Status(200),
	)
	if want := "nobody explicit implicit anonymous unknown visitor recipient unknown wrong_snapshot unknown"; got != want {
		t.Fatalf("got %s", got)
	}
	if f := abi.FlagSecure | abi.FlagPeer; !f.Has(abi.FlagPeer) || f.Has(abi.FlagPeer|abi.FlagNoStore) {
		t.Error("Flags.Has")
	}
	if w := abi.WantHTML; !w.Has(abi.WantHTML) || w.Has(abi.WantHTML|abi.WantContent) {
		t.Error("Want.Has")
	}
}
