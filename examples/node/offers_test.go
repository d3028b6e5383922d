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
const sent = [], handlers = {}, answers = [], targets = {}, self = {};
const addEventListener = (name, f) => { handlers[name] = f; };
const element = (tagName, attributes) => ({
  href: tagName == "A" ? "https://shop.example/" : undefined, getAttribute: n => attributes[n] ?? null,
  closest: s => s.slice(1, -1) in attributes ? targets[tagName] : null, attributes, innerHTML: "own",
});
const seen = url => element("P", {"data-offer-seen": url});
const slot = name => element("DIV", {"data-offer-space": name});
const elements = [1, 2, 3].map(n => seen("/o/event?seen=T" + n));
elements.push(seen(""));
const root = (...slots) => ({querySelectorAll: s => s == "[data-offer-space]" ? slots : []});
const served = [slot("strip")];
targets.BUTTON = element("BUTTON", {"data-offer-accept": "/o/event?accept=A"});
targets.A = element("A", {"data-offer-reject": "/o/event?reject=R"});
targets.P = element("P", {});
targets.DOCUMENT = {};
const location = {pathname: "/travel/canada", search: "?month=7"};
const document = {
  querySelectorAll: s => s == "[data-offer-seen]" ? elements : served, prerendering: globalThis.ahead, readyState: "interactive",
  currentScript: globalThis.imported ? null : {src: "https://shop.example/o/offers.js?v=2"}, querySelector: () => null,
};
let eye, changed;
const requestAnimationFrame = f => { f(); };
class IntersectionObserver {
  constructor(f) { this.f = f; this.all = new Set(); eye = this; }
  observe(e) { this.all.add(e); }
  unobserve(e) { this.all.delete(e); }
  see(...ratios) { this.f(elements.map((target, i) => ({target, intersectionRatio: ratios[i] ?? 0})).filter(i => this.all.has(i.target))); }
}
class MutationObserver {
  constructor(f) { changed = f; }
  observe() {}
}
const navigator = globalThis.old ? {} : {sendBeacon: (path, body) => sent.push("beacon " + path + " " + body)};
const fetch = (path, o) => {
  sent.push(o.method + " " + path + " " + o.body + (o.keepalive || o.headers ? "" : " dies with the page"));
  return new Promise((yes, no) => answers.push({yes, no}));
};
self.fetch = fetch;
self.MutationObserver = MutationObserver;
if (!globalThis.old) self.IntersectionObserver = IntersectionObserver;
const turn = () => new Promise(setImmediate);
const answer = (body, status = 200) => { answers.shift().yes({ok: status < 300, json: () => Promise.resolve(body), text: () => Promise.resolve(String(body))}); return turn(); };
const fail = () => { answers.shift().no(new TypeError("no network")); return turn(); };
const click = name => { let ours = true; handlers.click({target: targets[name], preventDefault: () => { ours = false; }}); sent.push(name + (ours ? " goes on" : " stays")); };
`

// hero is a slot's answer.
const hero = `{slots: [{space: "hero", n: 1, html: "<p>H</p>"}]}`

// decided is a call of the decide API, as fetch is given it.
func decided(slots string) string {
	return `POST https://shop.example/o/decide {"path":"/travel/canada","query":"month=7","slots":[` + slots + `]}`
}

// TestOffersScript runs offers.js in a page.
func TestOffersScript(t *testing.T) {
	script := offersScript(t)
	for name, c := range map[string]struct {
		before, steps string
		want          []string
	}{
		"seen, one request at a time": {"", `eye.see(0.2, 0.5, 1); eye.see(0.9, 1, 1); eye.see(0, 0, 0, 1); await answer(); await answer(); eye.see(1, 1, 1, 1)`,
			[]string{"POST /o/event seen=T2&seen=T3", "POST /o/event seen=T1"}},
		"the page goes":         {"", `eye.see(1); eye.see(0, 1); handlers.pagehide()`, []string{"POST /o/event seen=T1", "beacon /o/event seen=T2"}},
		"the page goes twice":   {"", `eye.see(1); eye.see(0, 1); handlers.pagehide(); await answer(); handlers.pagehide()`, []string{"POST /o/event seen=T1", "beacon /o/event seen=T2"}},
		"nothing is due":        {"", `eye.see(0.4); handlers.pagehide()`, nil},
		"the network goes":      {"", `eye.see(1); eye.see(0, 1); await fail(); await fail()`, []string{"POST /o/event seen=T1", "POST /o/event seen=T2"}},
		"a button and a link":   {"", `click("BUTTON"); await answer(); click("A"); click("P"); click("DOCUMENT")`, []string{"POST /o/event accept=A", "BUTTON stays", "POST /o/event reject=R", "A goes on", "P goes on", "DOCUMENT goes on"}},
		"again and again":       {"", `click("BUTTON"); click("BUTTON"); click("A"); await answer()`, []string{"POST /o/event accept=A", "BUTTON stays", "BUTTON stays", "A goes on", "POST /o/event accept=A&reject=R"}},
		"an old browser":        {"globalThis.old = true;", `handlers.pagehide()`, []string{"POST /o/event seen=T1&seen=T2&seen=T3"}},
		"a very old browser":    {"globalThis.old = true;", `delete self.fetch; delete self.MutationObserver; await answer(); click("BUTTON"); handlers.pagehide()`, []string{"POST /o/event seen=T1&seen=T2&seen=T3", "BUTTON stays"}},
		"nobody looks yet":      {"globalThis.ahead = true;", `sent.push(String(eye.all.size))`, []string{"0"}},
		"now somebody looks":    {"globalThis.ahead = true;", `handlers.prerenderingchange(); await turn(); eye.see(1)`, []string{"POST /o/event seen=T1"}},
		"it came later":         {"", `elements.push(seen("/o/event?seen=T5")); changed(); eye.see(0, 0, 0, 0, 1); changed(); eye.see(0, 0, 0, 0, 1)`, []string{"POST /o/event seen=T5"}},
		"an element used again": {"", `eye.see(1); elements[0].attributes["data-offer-seen"] = "/o/event?seen=T6"; changed(); eye.see(1); await answer()`, []string{"POST /o/event seen=T1", "POST /o/event seen=T6"}},
		"the attribute goes":    {"", `delete elements[0].attributes["data-offer-seen"]; eye.see(1)`, nil},
		"the script comes twice": {"", `const first = self.proffer; run(); eye.see(1); sent.push(first == self.proffer ? "once" : "twice")`,
			[]string{"POST /o/event seen=T1", "once"}},
	} {
		run(t, name, c.before, script, c.steps, c.want)
	}
}

// TestOffersFill: the slots of an application are asked for and filled.
func TestOffersFill(t *testing.T) {
	script := offersScript(t)
	for name, c := range map[string]struct {
		before, steps string
		want          []string
	}{
		"one call for all": {"", `const a = slot("hero"), b = slot("side_2"); proffer.fill(root(a, b)); await turn();
			await answer({slots: [{space: "hero", n: 1, html: "<p>H</p>"}, {space: "side", n: 2, offer: null}]}); sent.push(a.innerHTML, b.innerHTML)`,
			[]string{decided(`{"space":"hero","n":1},{"space":"side","n":2}`), "<p>H</p>", "own"}},
		"not asked again": {"", `const a = root(slot("hero"), slot("hero_1")); proffer.fill(a); proffer.fill(a); await turn(); await answer(` + hero + `); proffer.fill(a); await turn()`,
			[]string{decided(`{"space":"hero","n":1}`)}},
		"what came with the page":      {"", `const f = proffer.fill(); await turn(); sent.push(JSON.stringify(await f))`, []string{"[]"}},
		"all the same":                 {"", `proffer.fill(null, null, true); await turn()`, []string{decided(`{"space":"strip","n":1}`)}},
		"no names":                     {"", `proffer.fill(root(slot(""), slot("a b"), slot("hero_0"), slot("x_y_100"))); await turn()`, []string{decided(`{"space":"hero_0","n":1},{"space":"x_y","n":100}`)}},
		"refused, and asked again":     {"", `const a = slot("hero"); const f = proffer.fill(root(a)); await turn(); await answer("no", 503); sent.push(JSON.stringify(await f), a.innerHTML); proffer.fill(root(a)); await turn()`, []string{decided(`{"space":"hero","n":1}`), "[]", "own", decided(`{"space":"hero","n":1}`)}},
		"no network":                   {"", `const f = proffer.fill(root(slot("hero"))); await turn(); await fail(); sent.push(JSON.stringify(await f))`, []string{decided(`{"space":"hero","n":1}`), "[]"}},
		"no policy may be made":        {"", `self.trustedTypes = trustedTypes; const f = proffer.fill(root(slot("hero"))); await turn(); sent.push(JSON.stringify(await f))`, []string{"[]"}},
		"with what the page knows":     {"", `proffer.fill(root(slot("hero")), {path: "/x", query: "", attributes: {basket: 9.5}}); await turn()`, []string{`POST https://shop.example/o/decide {"path":"/x","query":"","slots":[{"space":"hero","n":1}],"attributes":{"basket":9.5}}`}},
		"one call at a time":           {"", `proffer.fill(root(slot("hero"))); proffer.fill(root(slot("side"))); await turn(); sent.push("then"); await answer(` + hero + `)`, []string{decided(`{"space":"hero","n":1}`), "then", decided(`{"space":"side","n":1}`)}},
		"one fails, the next goes":     {"", `proffer.fill(root(slot("hero"))); proffer.fill(root(slot("side"))); await turn(); await fail()`, []string{decided(`{"space":"hero","n":1}`), decided(`{"space":"side","n":1}`)}},
		"the path is that of the call": {"", `proffer.fill(root(slot("hero"))); location.pathname = "/"; await turn()`, []string{decided(`{"space":"hero","n":1}`)}},
		"nobody looks yet":             {"globalThis.ahead = true;", `proffer.fill(root(slot("hero"))); await turn(); sent.push("now"); handlers.prerenderingchange(); await turn()`, []string{"now", decided(`{"space":"hero","n":1}`)}},
		"a module":                     {"globalThis.imported = true;", `proffer.fill(root(slot("hero"))); await turn()`, []string{strings.Replace(decided(`{"space":"hero","n":1}`), "https://shop.example/o/", "/.proffer/", 1)}},
		"the answer, and why none":     {"", `const a = proffer.decide({slots: [{space: "hero"}]}), b = proffer.decide({slots: []}).catch(e => e.message); await turn(); await answer({slots: [1]}); await answer("slots is missing", 400); sent.push(JSON.stringify(await a), await b)`, []string{decided(`{"space":"hero"}`), decided(``), `{"slots":[1]}`, "slots is missing"}},
	} {
		run(t, name, c.before, script, "const {proffer} = self; "+c.steps, c.want)
	}
}

// offersScript is the script as the module serves it.
func offersScript(t *testing.T) string {
	t.Helper()
	request := abi.Request{Kind: abi.KindEvent, Path: []byte("/.proffer/offers.js")}
	snapshot := hosttest.Cases(t)[0].Snapshot
	reply, err := abi.DecodeReply(hosttest.InProcess(t, hosttest.Settings(), snapshot, &request))
	if err != nil || reply.Code != 200 {
		t.Fatalf("%v: %+v", err, reply)
	}
	return string(reply.Body)
}

// run runs the script and steps of a test in a page, and compares what was sent.
func run(t *testing.T, name, before, script, steps string, want []string) {
	t.Helper()
	program := `'use strict';` + before + page + `
const trustedTypes = {createPolicy: () => { throw new TypeError("refused"); }};
const run = () => {` + script + `};
run();
(async () => { await turn(); ` + steps + `; console.log(JSON.stringify(sent)); })();`
	out, err := exec.Command("node", "-e", program).CombinedOutput()
	var got []string
	if err != nil || json.Unmarshal([]byte(strings.TrimSpace(string(out))), &got) != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
	if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %q, want %q", name, got, want)
	}
}
