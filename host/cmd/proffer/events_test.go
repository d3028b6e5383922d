package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// eventLine is a line as the module writes it.
func eventLine(kind string, at time.Time, proposition int, offer string) string {
	return fmt.Sprintf("proffer-event/1 e=%s&t=%d&p=%016x&v=visitors&s=hero&c=web&o=%s", kind, at.UnixMilli(), proposition, offer)
}

// eventsDir has events of two days.
func eventsDir(t *testing.T) string {
	t.Helper()
	dir, night := t.TempDir(), july().Add(11*time.Hour)
	log := strings.Join([]string{
		eventLine("shown", july(), 1, "beach"), eventLine("clicked", night.Add(2*time.Hour), 1, "beach"),
		eventLine("shown", july(), 2, "beach"), "12:00 nothing", eventLine("shown", night, 3, "alps"), eventLine("bought", july(), 1, "beach"), "",
	}, "\n")
	status, out, errs := proffer(t, log, "events", "import", "-", "--into", dir)
	if want := "6 lines read, 4 events: 4 added, 0 already known; 1 not understood\n"; status != 0 || out != want ||
		!strings.Contains(errs, `standard input:6: event "bought" is unknown`) {
		t.Fatalf("status %d: %s%s", status, out, errs)
	}
	return dir
}

func TestEventsReport(t *testing.T) {
	dir := eventsDir(t)
	for args, want := range map[string]string{
		"--by offer,day": `OFFER  DAY         SHOWN  SEEN    %  CLICKED     %  ACCEPTED    %  REJECTED    %
alps   2026-07-10      1     0  0.0        0   0.0         0  0.0         0  0.0
beach  2026-07-10      2     0  0.0        1  50.0         0  0.0         0  0.0
all                    3     0  0.0        1  33.3         0  0.0         0  0.0
`,
		"--zone Europe/Paris --from 2026-07-11 --by day,offer --format csv": `day,offer,shown,seen,seen_rate,clicked,click_rate,accepted,accept_rate,rejected,reject_rate
2026-07-11,alps,1,0,0.000000,0,0.000000,0,0.000000,0,0.000000
2026-07-11,beach,1,0,0.000000,1,1.000000,0,0.000000,0,0.000000
`,
		"--to 2026-07-10 --by environment --format json": `{
  "by": [
    "environment"
  ],
  "rows": [
    {
      "accept_rate": 0,
      "accepted": 0,
      "click_rate": 0,
      "clicked": 0,
      "environment": "visitors",
      "reject_rate": 0,
      "rejected": 0,
      "seen": 0,
      "seen_rate": 0,
      "shown": 3
    }
  ],
  "total": {
    "accept_rate": 0,
    "accepted": 0,
    "click_rate": 0,
    "clicked": 0,
    "reject_rate": 0,
    "rejected": 0,
    "seen": 0,
    "seen_rate": 0,
    "shown": 3
  }
}
`,
	} {
		status, out, errs := proffer(t, "", append([]string{"events", "report", dir}, strings.Fields(args)...)...)
		if status != 0 || out != want || errs != "" {
			t.Errorf("%s: status %d, %s\ngot\n%swant\n%s", args, status, errs, out, want)
		}
	}
	if status, _, errs := proffer(t, "", "events", "report", dir, "--from", "2027-01-01"); status != 0 || !strings.Contains(errs, "nothing") {
		t.Errorf("no events: status %d, %s", status, errs)
	}
}

func TestEventsExport(t *testing.T) {
	dir := eventsDir(t)
	status, out, errs := proffer(t, "", "events", "export", dir, "--from", "2026-07-11", "--format", "csv")
	want := `time,event,interaction,proposition,environment,space,channel,offer,rank,mode,fallback,subject
2026-07-11T01:00:00.000Z,clicked,,0000000000000001,visitors,hero,web,beach,,,,
`
	if status != 0 || out != want || errs != "" {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	status, out, _ = proffer(t, "", "events", "export", dir)
	if status != 0 || strings.Count(out, "\n") != 4 || !strings.HasPrefix(out, `{"time":"2026-07-10T12:00:00.000Z","event":"shown",`) {
		t.Errorf("status %d: %s", status, out)
	}
	// What is exported can be read again, and is known where it came from.
	for into, want := range map[string]string{dir: "0 added, 4 already", t.TempDir(): "4 added, 0 already"} {
		if status, got, errs := proffer(t, out, "events", "import", "-", "--into", into); status != 0 || !strings.Contains(got, want) {
			t.Errorf("%s: status %d: %s%s", into, status, got, errs)
		}
	}
}

func TestEventsTail(t *testing.T) {
	dir := eventsDir(t)
	status, out, errs := proffer(t, "", "events", "tail", dir, "-n", "2")
	want := "2026-07-10T23:00:00.000Z  shown     alps in visitors/hero (web)  0000000000000003\n" +
		"2026-07-11T01:00:00.000Z  clicked   beach in visitors/hero (web)  0000000000000001\n"
	if status != 0 || out != want || errs != "" {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	status, out, _ = proffer(t, "", "events", "tail", dir, "--json")
	if status != 0 || strings.Count(out, "{") != 4 {
		t.Errorf("status %d: %s", status, out)
	}
}

// Aliases come out as they went in, and nothing is told of an erased subject but
// that it was.
func TestEventsOfSubjects(t *testing.T) {
	dir, alias := t.TempDir(), "0123456789abcdef"
	log := eventLine("accepted", july(), 1, "beach") + "&a=" + alias + "\n" +
		fmt.Sprintf("proffer-event/1 e=erased&t=%d&a=%s\n", july().UnixMilli(), alias)
	if status, out, errs := proffer(t, log, "events", "import", "-", "--into", dir); status != 0 || !strings.Contains(out, "2 added") {
		t.Fatalf("status %d: %s%s", status, out, errs)
	}
	for args, want := range map[string]string{
		"tail": "2026-07-10T12:00:00.000Z  accepted  beach in visitors/hero (web)  0000000000000001  subject " + alias + "\n" +
			"2026-07-10T12:00:00.000Z  erased    subject " + alias + "\n",
		"export": `{"time":"2026-07-10T12:00:00.000Z","event":"accepted","proposition":"0000000000000001","environment":"visitors","space":"hero","channel":"web","offer":"beach","subject":"` + alias + `"}
{"time":"2026-07-10T12:00:00.000Z","event":"erased","subject":"` + alias + `"}
`,
		"export --format csv": `time,event,interaction,proposition,environment,space,channel,offer,rank,mode,fallback,subject
2026-07-10T12:00:00.000Z,accepted,,0000000000000001,visitors,hero,web,beach,,,,` + alias + `
2026-07-10T12:00:00.000Z,erased,,,,,,,,,,` + alias + "\n",
		"report --by offer --format csv": `offer,shown,seen,seen_rate,clicked,click_rate,accepted,accept_rate,rejected,reject_rate,shown_subjects,accepted_subjects
beach,1,0,0.000000,0,0.000000,1,1.000000,0,0.000000,1,1
`,
	} {
		words := strings.Fields(args)
		status, out, errs := proffer(t, "", append([]string{"events", words[0], dir}, words[1:]...)...)
		if status != 0 || out != want || errs != "" {
			t.Errorf("%s: status %d: %s\ngot\n%swant\n%s", args, status, errs, out, want)
		}
	}
}

// What comes while tail runs is printed once, a line that is not whole yet not
// before its end.
func TestEventsTailFollows(t *testing.T) {
	dir := eventsDir(t)
	ctx, cancel := context.WithCancel(context.Background())
	out := &output{wrote: make(chan struct{}, 1)}
	done := make(chan error, 1)
	go func() {
		done <- (&tailCommand{Dir: dir, N: 1, Follow: true, JSON: true}).run(ctx, streams{nil, out, out})
	}()
	out.wait(t, `"clicked"`)
	line := `{"time":"2026-07-12T01:00:00.000Z","event":"seen","proposition":"00000000000000%02d","environment":"v","space":"s","channel":"c","offer":"o"}` + "\n"
	name := filepath.Join(dir, "2026-07-12-001.jsonl")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	torn := fmt.Sprintf(line, 11)
	fmt.Fprintf(f, line, 10)
	fmt.Fprint(f, torn[:50])
	out.wait(t, `0000000000000010`)
	fmt.Fprint(f, torn[50:])
	out.wait(t, `0000000000000011`)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got := out.String(); strings.Count(got, "\n") != 3 || strings.Count(got, "0000000000000010") != 1 {
		t.Errorf("got %s", got)
	}
}

func TestEventsRefusals(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		args []string
		want int
		says string
	}{
		"no directory": {[]string{"report", filepath.Join(dir, "none")}, 1, "no such file"},
		"zone":         {[]string{"report", dir, "--zone", "Paris"}, 1, `--zone "Paris"`},
		"by":           {[]string{"report", dir, "--by", "offer,week"}, 1, `"week" is not offer, space, day`},
		"format":       {[]string{"report", dir, "--format", "xml"}, 2, "--format"},
		"from":         {[]string{"export", dir, "--from", "today"}, 1, `"today" is not a day like`},
		"turned":       {[]string{"export", dir, "--from", "2026-07-02", "--to", "2026-07-01"}, 1, "after the last"},
		"n":            {[]string{"tail", dir, "--n=-1"}, 1, "-n is -1"},
		"no log":       {[]string{"import", filepath.Join(dir, "none"), "--into", dir}, 1, "no such file"},
		"no into":      {[]string{"import", "-"}, 2, "--into"},
	} {
		status, out, errs := proffer(t, "", append([]string{"events"}, c.args...)...)
		if status != c.want || !strings.Contains(errs, c.says) || out != "" {
			t.Errorf("%s: status %d, stdout %q, stderr %q", name, status, out, errs)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}
