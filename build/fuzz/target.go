package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// target is a fuzz function.
type target struct{ module, pkg, function string }

func (t target) String() string {
	return strings.TrimPrefix(strings.TrimPrefix(t.pkg, t.module), "/") + "." + t.function
}

// strangers are the targets that stand where bytes of strangers come in, by
// what they hold. Each must match: a target that was renamed is not forgotten.
var strangers = []struct{ what, pattern string }{
	{"the msgpack cursor", `^catalog/wire\.FuzzCursor$`},
	{"the visitor cookie", `^plugin/visitor\.FuzzCookie$`},
	{"whole catalogs", `^catalog/compile\.FuzzBuild$`},
	{"snapshots", `^catalog/snapshot\.FuzzOpen$`},
	{"damaged snapshots", `^catalog/snapshot\.FuzzVerify$`},
	{"the injector", `^plugin/inject\.FuzzInject$`},
	{"the injector of JSON", `^plugin/inject\.FuzzJSON$`},
	{"the module's entry", `^plugin/guest\.FuzzHandle$`},
	{"calls of the decide API", `^plugin/call\.FuzzRead$`},
}

// chosen are the targets of strangers.
func chosen(all []target) (list []target, err error) {
	for _, s := range strangers {
		found := matching(all, regexp.MustCompile(s.pattern))
		if len(found) == 0 {
			err = errors.Join(err, fmt.Errorf("no target for %s, %s", s.what, s.pattern))
		}
		list = append(list, found...)
	}
	return list, err
}

func matching(all []target, pattern *regexp.Regexp) (list []target) {
	for _, t := range all {
		if pattern.MatchString(t.String()) {
			list = append(list, t)
		}
	}
	return list
}

// list finds all targets. Only packages whose tests mention one are built.
func list() ([]target, error) {
	packages, err := candidates()
	if err != nil {
		return nil, err
	}
	module, err := exec.Command("go", "list", "-m").Output()
	if err != nil {
		return nil, fmt.Errorf("go list -m: %w", err)
	}
	args := append([]string{"test", "-json", "-list", "^Fuzz"}, packages...)
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		return nil, fmt.Errorf("go test -list: %w\n%s", err, out)
	}
	return parseList(strings.TrimSpace(string(out)), strings.TrimSpace(string(module)))
}

// parseList reads what "go test -json -list" prints.
func parseList(out, module string) (targets []target, err error) {
	for d := json.NewDecoder(strings.NewReader(out)); ; {
		var event struct{ Action, Package, Output string }
		if err := d.Decode(&event); errors.Is(err, io.EOF) {
			return targets, nil
		} else if err != nil {
			return nil, fmt.Errorf("go test -list: %w", err)
		}
		if name := strings.TrimSpace(event.Output); event.Action == "output" && strings.HasPrefix(name, "Fuzz") {
			targets = append(targets, target{module, event.Package, name})
		}
	}
}

// fuzz runs the target. One that executed nothing has failed: then the time was
// over before its inputs were read. The time limit of go test is far beyond its
// own. Go's own limit for making one input smaller, a minute, is longer than most
// runs: on inputs of some kilobytes nothing else was done.
func (t target) fuzz(length time.Duration) (out []byte, ok bool) {
	cmd := exec.Command("go", "test", "-run=^$", "-fuzz=^"+t.function+"$",
		"-fuzztime="+length.String(), "-fuzzminimizetime=1s", "-timeout="+(length+10*time.Minute).String(), t.pkg)
	out, err := cmd.CombinedOutput()
	return out, (err == nil || late(out)) && progress.Match(out)
}

var (
	lateLine    = regexp.MustCompile(`(?m)^\s+context deadline exceeded$`)
	failureLine = regexp.MustCompile(`(?m)^\s+(.*_test\.go:\d+:|panic:|fuzzing process|Failing input|failure while)`)
)

// late reports whether a run failed only because go test took the end of the
// time for a failure, which it does now and then (https://go.dev/issue/75804).
func late(out []byte) bool { return lateLine.Match(out) && !failureLine.Match(out) }

// starved reports whether a run had time for nothing but the inputs of earlier
// ones, which the machine remembers and which are run first.
func starved(out []byte) bool {
	return bytes.Contains(out, []byte("gathering baseline coverage")) && !progress.Match(out) && !failureLine.Match(out)
}

var progress = regexp.MustCompile(`fuzz: elapsed: \S+, execs: (\d+) \(.*?\), new interesting: (\d+) \(total: (\d+)\)`)

// line is what is printed of a run: name, executions, inputs that reach
// something new.
func line(t target, out []byte, ok bool) string {
	word := "ok  "
	if !ok {
		word = "FAIL"
	}
	all := progress.FindAllSubmatch(bytes.TrimSpace(out), -1)
	if all == nil {
		return fmt.Sprintf("%s  %-36s  nothing was executed", word, t)
	}
	last := all[len(all)-1]
	text := fmt.Sprintf("%s  %-36s  %s executions, %s inputs, %s of them new", word, t, last[1], last[3], last[2])
	if ok && late(out) {
		text += "; go test called the end of its time a failure"
	}
	return text
}
