package main

import (
	"strings"
	"testing"
)

const module = "example.org/m"

func names(targets []target) string {
	var all []string
	for _, t := range targets {
		all = append(all, t.String())
	}
	return strings.Join(all, " ")
}

func TestParseList(t *testing.T) {
	got, err := parseList(`{"Action":"start","Package":"example.org/m/a"}
{"Action":"output","Package":"example.org/m/a","Output":"FuzzOne\n"}
{"Action":"output","Package":"example.org/m/a","Output":"ok  \texample.org/m/a\t0.1s\n"}
{"Action":"output","Package":"example.org/m/a/b","Output":"FuzzTwo\n"}
{"Action":"pass","Package":"example.org/m/a/b"}`, module)
	if err != nil || names(got) != "a.FuzzOne a/b.FuzzTwo" {
		t.Errorf("got %v, %v", names(got), err)
	}
	if _, err := parseList(`{"Action":`, module); err == nil {
		t.Error("half a line is taken")
	}
}

func TestChosen(t *testing.T) {
	make := func(list ...string) (all []target) {
		for _, s := range list {
			i := strings.LastIndexByte(s, '.')
			all = append(all, target{module, module + "/" + s[:i], s[i+1:]})
		}
		return all
	}
	all := make("catalog/author.FuzzParse", "catalog/wire.FuzzCursor", "catalog/wire.FuzzInstant", "catalog/compile.FuzzBuild",
		"catalog/snapshot.FuzzVerify", "catalog/snapshot.FuzzOpen", "plugin/guest.FuzzHandle", "plugin/inject.FuzzInject", "plugin/inject.FuzzJSON", "plugin/visitor.FuzzCookie", "plugin/visitor.FuzzState",
		"plugin/call.FuzzRead")
	got, err := chosen(all)
	if want := "catalog/wire.FuzzCursor plugin/visitor.FuzzCookie catalog/compile.FuzzBuild catalog/snapshot.FuzzOpen " +
		"catalog/snapshot.FuzzVerify plugin/inject.FuzzInject plugin/inject.FuzzJSON plugin/guest.FuzzHandle plugin/call.FuzzRead"; err != nil || names(got) != want {
		t.Errorf("got %v, %v, want %s", names(got), err, want)
	}
	_, err = chosen(all[:7])
	if err == nil || !strings.Contains(err.Error(), "the visitor cookie") || !strings.Contains(err.Error(), "the injector") {
		t.Errorf("with two targets missing: %v", err)
	}
}

const running = "fuzz: elapsed: 0s, gathering baseline coverage: 0/3 completed\n" +
	"fuzz: elapsed: 3s, execs: 100 (33/sec), new interesting: 1 (total: 4)\n" +
	"fuzz: elapsed: 6s, execs: 12345 (4081/sec), new interesting: 2 (total: 5)\n"

func TestLine(t *testing.T) {
	target := target{module, module + "/a", "FuzzOne"}
	for name, c := range map[string]struct {
		out  string
		ok   bool
		want string
	}{
		"passes":        {running + "PASS\n", true, "12345 executions, 5 inputs, 2 of them new"},
		"fails":         {running + "--- FAIL: FuzzOne (6.01s)\n    a_test.go:3: no\n", false, "FAIL  a.FuzzOne"},
		"does not run":  {"./a.go:1:1: expected 'package'\n", false, "nothing was executed"},
		"ends in a row": {running + "--- FAIL: FuzzOne (6.01s)\n    context deadline exceeded\nFAIL\n", true, "called the end of its time a failure"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := line(target, []byte(c.out), c.ok); !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q in it", got, c.want)
			}
		})
	}
}

func TestLate(t *testing.T) {
	const end = "--- FAIL: FuzzOne (6.01s)\n"
	for out, want := range map[string]bool{
		running + end + "    context deadline exceeded\nFAIL\n":                                                  true,
		running + end + "    --- FAIL: FuzzOne (0.00s)\n        a_test.go:9: context deadline exceeded\n":        false,
		running + end + "    fuzzing process hung or terminated unexpectedly: exit status 2\n":                   false,
		running + end + "    context deadline exceeded\n    Failing input written to testdata/fuzz/FuzzOne/12\n": false,
		running + "PASS\n": false,
	} {
		if got := late([]byte(out)); got != want {
			t.Errorf("late(%q) is %v, want %v", out, got, want)
		}
	}
}

func TestStarved(t *testing.T) {
	const gathering = "fuzz: elapsed: 18s, gathering baseline coverage: 650/826 completed\n"
	for out, want := range map[string]bool{
		gathering + "PASS\n": true,
		gathering + "fuzz: elapsed: 20s, execs: 5 (1/sec), new interesting: 0 (total: 9)\nPASS\n": false,
		gathering + "    a_test.go:5: broken\n":                                                   false,
		"./a.go:1:1: expected 'package'\n":                                                        false,
	} {
		if got := starved([]byte(out)); got != want {
			t.Errorf("%q: %v", out, got)
		}
	}
}
