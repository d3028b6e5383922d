//go:build edges

package node_test

import (
	"encoding/json"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
)

// page is a browser as far as offers.js needs one: it runs the script, the steps
// of a test, and prints what was sent.
const page = `
const sent = [], handlers = {}, answers = [];
const on = (name, f) => { handlers[name] = f; };
const element = (tagName, attributes) => ({
  href: tagName == "A" ? "https://shop.example/" : undefined, getAttribute: n => attributes[n] ?? null,
  closest: s => s.slice(1, -1) in attributes ? targets[tagName] : null,
});
const targets = {}, self = {};
const elements = [1, 2, 3].map(n => element("P", {"data-offer-seen": "/o/event?seen=T" + n}));
elements.push(element("P", {"data-offer-seen": ""}));
targets.BUTTON = element("BUTTON", {"data-offer-accept": "/o/event?accept=A"});
targets.A = element("A", {"data-offer-reject": "/o/event?reject=R"});
targets.P = element("P", {});
const document = {querySelectorAll: () => elements, prerendering: globalThis.ahead};
let eye;
class IntersectionObserver {
  constructor(f) { this.f = f; this.all = new Set(); eye = this; }
  observe(e) { this.all.add(e); }
  unobserve(e) { this.all.delete(e); }
  see(...ratios) { this.f(elements.map((target, i) => ({target, intersectionRatio: ratios[i] ?? 0})).filter(i => this.all.has(i.target))); }
}
if (!globalThis.old) self.IntersectionObserver = IntersectionObserver;
const addEventListener = on;
const navigator = {sendBeacon: (path, body) => sent.push("beacon " + path + " " + body)};
const fetch = (path, o) => { sent.push(o.method + " " + path + " " + o.body + (o.keepalive ? "" : " dies with the page")); return {finally: f => answers.push(f)}; };
const answer = () => answers.shift()();
const click = name => { let ours = true; handlers.click({target: targets[name], preventDefault: () => { ours = false; }}); sent.push(name + (ours ? " goes on" : " stays")); };
`

// TestOffersScript runs offers.js in a page.
func TestOffersScript(t *testing.T) {
	request := abi.Request{Kind: abi.KindEvent, Path: []byte("/.proffer/offers.js")}
	snapshot := hosttest.Cases(t)[0].Snapshot
	reply, err := abi.DecodeReply(hosttest.InProcess(t, hosttest.Settings(), snapshot, &request))
	if err != nil || reply.Code != 200 {
		t.Fatalf("%v: %+v", err, reply)
	}
	for name, c := range map[string]struct {
		before, steps string
		want          []string
	}{
		"seen, one request at a time": {"", `eye.see(0.2, 0.5, 1); eye.see(0.9, 1, 1); eye.see(0, 0, 0, 1); answer(); answer(); eye.see(1, 1, 1, 1)`,
			[]string{"POST /o/event seen=T2&seen=T3", "POST /o/event seen=T1"}},
		"the page goes":       {"", `eye.see(1); eye.see(0, 1); handlers.pagehide()`, []string{"POST /o/event seen=T1", "beacon /o/event seen=T2"}},
		"nothing is due":      {"", `eye.see(0.4); handlers.pagehide()`, nil},
		"a button and a link": {"", `click("BUTTON"); answer(); click("A"); click("P")`, []string{"POST /o/event accept=A", "BUTTON stays", "POST /o/event reject=R", "A goes on", "P goes on"}},
		"again and again":     {"", `click("BUTTON"); click("BUTTON"); click("A"); answer()`, []string{"POST /o/event accept=A", "BUTTON stays", "BUTTON stays", "A goes on", "POST /o/event accept=A&reject=R"}},
		"an old browser":      {"globalThis.old = true;", ``, []string{"POST /o/event seen=T1&seen=T2&seen=T3"}},
		"nobody looks yet":    {"globalThis.ahead = true;", `sent.push(String(eye))`, []string{"undefined"}},
		"now somebody looks":  {"globalThis.ahead = true;", `handlers.prerenderingchange(); eye.see(1)`, []string{"POST /o/event seen=T1"}},
	} {
		program := "'use strict';" + c.before + page + string(reply.Body) + c.steps + "; console.log(JSON.stringify(sent));"
		out, err := exec.Command("node", "-e", program).CombinedOutput()
		var got []string
		if err != nil || json.Unmarshal([]byte(strings.TrimSpace(string(out))), &got) != nil {
			t.Fatalf("%s: %v: %s", name, err, out)
		}
		if len(got)+len(c.want) > 0 && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
