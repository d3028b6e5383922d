package events_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/host/events"
)

func query(t testing.TB, from, to, zone, by string) events.Query {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	p, err := events.Days(from, to, loc)
	if err != nil {
		t.Fatal(err)
	}
	d, err := events.ParseDimensions(by)
	if err != nil {
		t.Fatal(err)
	}
	return events.Query{Period: p, Zone: loc, By: d}
}

func count(t testing.TB, dir string, q events.Query) *events.Table {
	t.Helper()
	table, skipped, err := events.Count(dir, q)
	if err != nil || skipped.Lines != 0 {
		t.Fatalf("%+v, %v", skipped, err)
	}
	return table
}

// of is an event of a subject.
func of(subject string, e events.Event) events.Event {
	e.Subject = strings.Repeat("0", 14) + subject
	return e
}

func TestCount(t *testing.T) {
	later := func(hours int) time.Time { return noon.Add(time.Duration(hours) * time.Hour) }
	for name, c := range map[string]struct {
		list []events.Event
		want events.Counts
	}{
		"nothing":                       {nil, events.Counts{}},
		"decided alone was not shown":   {[]events.Event{event(events.Decided, 1, noon)}, events.Counts{}},
		"decided and seen was":          {[]events.Event{event(events.Decided, 1, noon), event(events.Seen, 1, noon)}, events.Counts{Shown: 1, Seen: 1}},
		"shown":                         {[]events.Event{event(events.Shown, 1, noon)}, events.Counts{Shown: 1}},
		"a click shows":                 {[]events.Event{event(events.Clicked, 1, noon)}, events.Counts{Shown: 1, Clicked: 1}},
		"everything counts once":        {[]events.Event{event(events.Shown, 1, noon), event(events.Shown, 1, noon), event(events.Clicked, 1, noon), event(events.Clicked, 1, later(1))}, events.Counts{Shown: 1, Clicked: 1}},
		"two propositions":              {[]events.Event{event(events.Shown, 1, noon), event(events.Shown, 2, noon)}, events.Counts{Shown: 2}},
		"rejected after accepted":       {[]events.Event{event(events.Accepted, 1, noon), event(events.Rejected, 1, later(1))}, events.Counts{Shown: 1, Rejected: 1}},
		"accepted after rejected":       {[]events.Event{event(events.Accepted, 1, later(1)), event(events.Rejected, 1, noon)}, events.Counts{Shown: 1, Accepted: 1}},
		"both at once":                  {[]events.Event{event(events.Rejected, 1, noon), event(events.Accepted, 1, noon), event(events.Rejected, 1, noon)}, events.Counts{Shown: 1, Accepted: 1}},
		"of one subject":                {[]events.Event{of("01", event(events.Shown, 1, noon)), of("01", event(events.Accepted, 2, noon))}, events.Counts{Shown: 2, Accepted: 1, ShownSubjects: 1, AcceptedSubjects: 1}},
		"of two subjects":               {[]events.Event{of("01", event(events.Shown, 1, noon)), of("02", event(events.Rejected, 2, noon)), event(events.Shown, 3, noon)}, events.Counts{Shown: 3, Rejected: 1, ShownSubjects: 2}},
		"one event names the subject":   {[]events.Event{event(events.Shown, 1, noon), of("01", event(events.Accepted, 1, noon))}, events.Counts{Shown: 1, Accepted: 1, ShownSubjects: 1, AcceptedSubjects: 1}},
		"decided for a subject":         {[]events.Event{of("01", event(events.Decided, 1, noon))}, events.Counts{}},
		"an erased subject counts on":   {[]events.Event{of("01", event(events.Shown, 1, noon)), erased("0000000000000001", noon)}, events.Counts{Shown: 1, ShownSubjects: 1}},
		"erased alone":                  {[]events.Event{erased("0000000000000001", noon)}, events.Counts{}},
		"outside of the period":         {[]events.Event{event(events.Shown, 1, later(-13)), event(events.Shown, 2, later(12))}, events.Counts{}},
		"the period's first and last":   {[]events.Event{event(events.Shown, 1, later(-12)), event(events.Shown, 2, later(12).Add(-time.Millisecond))}, events.Counts{Shown: 2}},
		"what came after the period is": {[]events.Event{event(events.Shown, 1, noon), event(events.Clicked, 1, later(12))}, events.Counts{Shown: 1}},
	} {
		dir := t.TempDir()
		l := open(t, events.Config{Dir: dir, Subjects: true})
		for i := range c.list {
			l.Put(bytesOf(lineOf(&c.list[i])))
		}
		closing(t, l)
		if got := count(t, dir, query(t, "2026-07-10", "2026-07-10", "UTC", "offer,space,day")).Total; got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}

// What came of a proposition stands on the day on which it was first told of, in
// the zone that was asked, under the name that is no hash.
func TestCountRows(t *testing.T) {
	dir := t.TempDir()
	night := time.Date(2026, 7, 10, 22, 30, 0, 0, time.UTC)
	known, hashed := event(events.Shown, 1, night), event(events.Clicked, 1, night.Add(3*time.Hour))
	hashed.Offer, hashed.Channel = "#00000001", "#00000002"
	other := event(events.Shown, 2, noon)
	other.Environment = "customers"
	save(t, dir, "2026-07-10-001.jsonl", jsonOf([]events.Event{hashed, other}))
	save(t, dir, "2026-07-11-import-001.jsonl", jsonOf([]events.Event{known}))
	for _, c := range []struct{ zone, by, want string }{
		{"UTC", "day,offer,channel", "[[2026-07-10 2026:beach.1 web]:2/1]"},
		{"Europe/Paris", "day,offer", "[[2026-07-10 2026:beach.1]:1/0 [2026-07-11 2026:beach.1]:1/1]"},
		{"UTC", "space,environment", "[[hero customers]:1/0 [hero visitors]:1/1]"},
	} {
		table := count(t, dir, query(t, "", "", c.zone, c.by))
		var got []string
		for _, r := range table.Rows {
			got = append(got, fmt.Sprintf("%v:%d/%d", r.Keys, r.Shown, r.Clicked))
		}
		if fmt.Sprint(got) != c.want || table.Total.Shown != 2 {
			t.Errorf("%s by %s: got %v, want %s", c.zone, c.by, got, c.want)
		}
	}
}

// naive counts with everything in memory, by going through all events for each
// proposition.
func naive(list []events.Event, q events.Query, from, to time.Time) map[string]events.Counts {
	byID := map[string][]events.Event{}
	for _, e := range list {
		if at := time.UnixMilli(e.Time); !at.Before(from) && at.Before(to) {
			byID[e.Proposition] = append(byID[e.Proposition], e)
		}
	}
	out := map[string]events.Counts{}
	showed, accepted := map[[2]string]bool{}, map[[2]string]bool{}
	for _, of := range byID {
		slices.SortStableFunc(of, func(a, b events.Event) int { return int(a.Time - b.Time) })
		var c events.Counts
		verdicts := []events.Event{}
		offer, subject := "", ""
		for _, e := range of {
			subject = max(subject, e.Subject)
			if e.Kind != events.Decided {
				c.Shown = 1
			}
			if e.Kind == events.Seen {
				c.Seen = 1
			}
			if e.Kind == events.Clicked {
				c.Clicked = 1
			}
			if e.Kind == events.Accepted || e.Kind == events.Rejected {
				verdicts = append(verdicts, e)
			}
			if offer == "" || strings.HasPrefix(offer, "#") {
				offer = e.Offer
			}
		}
		if len(verdicts) > 0 {
			last := verdicts[len(verdicts)-1].Time
			if slices.ContainsFunc(verdicts, func(e events.Event) bool { return e.Time == last && e.Kind == events.Accepted }) {
				c.Accepted = 1
			} else {
				c.Rejected = 1
			}
		}
		if c.Shown == 0 {
			continue
		}
		key := strings.Join([]string{offer, of[0].Space, time.UnixMilli(of[0].Time).In(q.Zone).Format("2006-01-02")}, " ")
		sum := out[key]
		sum.Shown += c.Shown
		sum.Seen += c.Seen
		sum.Clicked += c.Clicked
		sum.Accepted += c.Accepted
		sum.Rejected += c.Rejected
		if who := [2]string{key, subject}; subject != "" {
			if !showed[who] {
				sum.ShownSubjects++
			}
			if c.Accepted > 0 && !accepted[who] {
				sum.AcceptedSubjects++
			}
			showed[who], accepted[who] = true, accepted[who] || c.Accepted > 0
		}
		out[key] = sum
	}
	return out
}

func TestCountEqualsANaiveOne(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Kathmandu")
	if err != nil {
		t.Fatal(err)
	}
	from, to := time.Date(2026, 7, 11, 0, 0, 0, 0, zone), time.Date(2026, 7, 13, 0, 0, 0, 0, zone)
	by := []events.Dimension{events.ByOffer, events.BySpace, events.ByDay}
	period, err := events.Days("2026-07-11", "2026-07-12", zone)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		var list []events.Event
		days := map[string][]events.Event{}
		for range rapid.IntRange(0, 400).Draw(t, "events") {
			e := random(r)
			list = append(list, e)
			day := time.UnixMilli(e.Time).UTC().Format("2006-01-02")
			days[day] = append(days[day], e)
		}
		dir, err := os.MkdirTemp("", "events")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		for day, of := range days {
			if err := os.WriteFile(filepath.Join(dir, day+"-001.jsonl"), []byte(jsonOf(of)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		q := events.Query{Period: period, Zone: zone, By: by}
		table, skipped, err := events.Count(dir, q)
		if err != nil || skipped.Lines > 0 {
			t.Fatal(err, skipped)
		}
		got := map[string]events.Counts{}
		for _, row := range table.Rows {
			got[strings.Join(row.Keys, " ")] = row.Counts
		}
		if want := naive(list, q, from, to); !reflect.DeepEqual(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestReportsForms(t *testing.T) {
	dir := t.TempDir()
	list := []events.Event{event(events.Shown, 1, noon), event(events.Clicked, 1, noon), event(events.Shown, 2, noon), event(events.Shown, 3, noon)}
	list[3].Offer = "a-longer-code-than-the-others"
	save(t, dir, "2026-07-10-001.jsonl", jsonOf(list))
	table := count(t, dir, query(t, "", "", "UTC", "offer,space,day"))
	var text bytes.Buffer
	if err := table.Print(&text); err != nil {
		t.Fatal(err)
	}
	want := `OFFER                          SPACE  DAY         SHOWN  SEEN    %  CLICKED     %  ACCEPTED    %  REJECTED    %
2026:beach.1                   hero   2026-07-10      2     0  0.0        1  50.0         0  0.0         0  0.0
a-longer-code-than-the-others  hero   2026-07-10      1     0  0.0        0   0.0         0  0.0         0  0.0
all                                                   3     0  0.0        1  33.3         0  0.0         0  0.0
`
	if text.String() != want {
		t.Errorf("got\n%swant\n%s", text.String(), want)
	}
	text.Reset()
	if err := table.PrintCSV(&text); err != nil {
		t.Fatal(err)
	}
	cells, err := csv.NewReader(&text).ReadAll()
	if err != nil || len(cells) != 3 || strings.Join(cells[0], ",") != "offer,space,day,shown,seen,seen_rate,clicked,click_rate,accepted,accept_rate,rejected,reject_rate" ||
		strings.Join(cells[1], ",") != "2026:beach.1,hero,2026-07-10,2,0,0.000000,1,0.500000,0,0.000000,0,0.000000" {
		t.Errorf("got %v, %v", cells, err)
	}
	text.Reset()
	if err := table.PrintJSON(&text); err != nil {
		t.Fatal(err)
	}
	var object struct {
		By    []string
		Rows  []map[string]any
		Total map[string]any
	}
	if err := json.Unmarshal(text.Bytes(), &object); err != nil || len(object.By) != 3 || len(object.Rows) != 2 ||
		object.Rows[0]["offer"] != "2026:beach.1" || object.Rows[0]["click_rate"] != 0.5 || object.Total["shown"] != 3.0 || object.Total["offer"] != nil {
		t.Errorf("got %s, %v", text.Bytes(), err)
	}
}

// Subjects have columns where events tell of them; each counts once in a row and
// once in all.
func TestReportOfSubjects(t *testing.T) {
	dir := t.TempDir()
	list := []events.Event{
		of("01", event(events.Shown, 1, noon)), of("01", event(events.Accepted, 2, noon)), of("02", event(events.Shown, 3, noon)), event(events.Shown, 4, noon),
	}
	list[1].Offer = "alps"
	save(t, dir, "2026-07-10-001.jsonl", jsonOf(list))
	table := count(t, dir, query(t, "", "", "UTC", "offer"))
	var text, cells, object bytes.Buffer
	if err := errors.Join(table.Print(&text), table.PrintCSV(&cells), table.PrintJSON(&object)); err != nil {
		t.Fatal(err)
	}
	want := `OFFER         SHOWN  SEEN    %  CLICKED    %  ACCEPTED      %  REJECTED    %  SHOWN_SUBJECTS  ACCEPTED_SUBJECTS
2026:beach.1      3     0  0.0        0  0.0         0    0.0         0  0.0               2                  0
alps              1     0  0.0        0  0.0         1  100.0         0  0.0               1                  1
all               4     0  0.0        0  0.0         1   25.0         0  0.0               2                  1
`
	if text.String() != want {
		t.Errorf("got\n%swant\n%s", text.String(), want)
	}
	if got := cells.String(); !strings.Contains(got, ",reject_rate,shown_subjects,accepted_subjects\n") || !strings.Contains(got, ",0.000000,1,1\n") {
		t.Errorf("got %s", got)
	}
	if got := object.String(); strings.Count(got, `"shown_subjects": 2`) != 2 || !strings.Contains(got, `"accepted_subjects": 0`) {
		t.Errorf("got %s", got)
	}
}

func TestEmptyReport(t *testing.T) {
	table := count(t, t.TempDir(), query(t, "", "", "UTC", "day"))
	var text bytes.Buffer
	if err := table.PrintJSON(&text); err != nil || !strings.Contains(text.String(), `"rows": []`) {
		t.Errorf("got %s, %v", text.Bytes(), err)
	}
}

func TestQueriesRefuse(t *testing.T) {
	for _, by := range []string{"", "offer,", "offer,offer", "Offer", "visitor"} {
		if d, err := events.ParseDimensions(by); err == nil {
			t.Errorf("%q: got %v", by, d)
		}
	}
	for _, days := range [][2]string{{"2026-7-1", ""}, {"", "yesterday"}, {"2026-07-02", "2026-07-01"}} {
		if p, err := events.Days(days[0], days[1], time.UTC); err == nil {
			t.Errorf("%v: got %v", days, p)
		}
	}
}

// What is no event is passed over and told, with its place.
func TestReadTellsWhatItSkips(t *testing.T) {
	dir := t.TempDir()
	e := event(events.Shown, 1, noon)
	save(t, dir, "2026-07-10-001.jsonl", jsonOf([]events.Event{e})+"{}\nwhat\n"+strings.Repeat("x", 1<<20)+"\n"+jsonOf([]events.Event{e}))
	got, skipped := read(t, dir)
	if len(got) != 2 || skipped.Lines != 3 || !strings.HasPrefix(skipped.First, "2026-07-10-001.jsonl:2: no event") {
		t.Errorf("got %q, %+v", got, skipped)
	}
}

// BenchmarkReport reads a million events of 400,000 propositions.
func BenchmarkReport(b *testing.B) {
	dir := b.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	var text bytes.Buffer
	const size = 1_000_000
	for range size {
		n := r.IntN(400_000)
		e := event(events.Kind(r.IntN(6)), n, noon.Add(time.Duration(r.IntN(12*3600))*time.Second))
		e.Offer, e.Space = fmt.Sprintf("offer%d", n%500), fmt.Sprintf("space%d", n%6)
		e.Interaction, e.Rank, e.Mode = fmt.Sprintf("%032x", n), 1, "anonymous"
		text.Write(append(e.AppendJSON(nil), '\n'))
	}
	save(b, dir, "2026-07-10-001.jsonl", text.String())
	b.SetBytes(int64(text.Len()))
	text = bytes.Buffer{}
	q := query(b, "", "", "Europe/Paris", "offer,space,day")
	b.ReportAllocs()
	for b.Loop() {
		if table := count(b, dir, q); table.Total.Shown == 0 {
			b.Fatal("nothing counted")
		}
	}
	b.ReportMetric(size*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
