package guest

// script is offers.js. It tells what became of the offers of a page, whenever
// they come into it: an element with data-offer-seen is reported when half of it
// has come into view, and a click on one with data-offer-accept or
// data-offer-reject instead of what the element itself would do, unless it is a
// link. What changes in the page is looked at once a frame. Events go one request
// at a time, since each answer writes the second cookie anew; what is due by then
// goes with the next, or, when the page goes, with a beacon. Calls of the decide
// API go one at a time, too, since each answer writes the first cookie, and none
// goes before a page that was fetched ahead is shown.
//
// The global proffer is described in examples/single-page/offers.d.ts. A slot that
// came with the page, or was asked for, is in asked and is not asked for again.
//
// It needs nothing else, and no Content-Security-Policy that lets it and requests
// to its own host pass hinders it, nor Trusted Types where a policy named proffer
// may be made. It is written in the JavaScript of 2016, and what a browser lacks
// it does without. It takes at most 3 KiB, compressed; RATIONALE.md says why it is
// as it is.
const script = `if (!(self.proffer || {}).fill) {
const on = addEventListener, due = [], told = new WeakMap, asked = new WeakSet,
	from = document.currentScript || document.querySelector("[src*='offers.js']") || {src: "/.proffer/"},
	all = (root, name) => root.querySelectorAll("[data-offer-" + name + "]"),
	same = {createHTML: html => html};
let to, busy, frame, policy, last = document.prerendering ? new Promise(f => on("prerenderingchange", f)) : Promise.resolve();
const next = () => send(busy = 0);
const send = () => busy || !due.length || !self.fetch ||
	(busy = fetch(to, {method: "POST", body: due.splice(0).join("&"), keepalive: true}).then(next, next));
const add = (e, name) => {
	const [url, it] = (e.getAttribute("data-offer-" + name) || "").split("?");
	if (it) to = url, due.push(it);
};
const eye = self.IntersectionObserver && new IntersectionObserver(list => {
	for (const i of list) if (i.intersectionRatio >= .5) eye.unobserve(i.target), add(i.target, "seen");
	send();
}, {threshold: .5});
const look = () => {
	for (const e of all(document, "seen")) {
		const url = e.getAttribute("data-offer-seen");
		if (told.get(e) != url) told.set(e, url), eye ? (eye.unobserve(e), eye.observe(e)) : add(e, "seen");
	}
	send();
};
const own = () => { for (const e of all(document, "space")) asked.add(e); };
const decide = call => {
	const body = JSON.stringify(Object.assign({path: location.pathname, query: location.search.slice(1)}, call)),
		answer = last.then(() => fetch(from.src.split("offers.js")[0] + "decide", {method: "POST", body, headers: {"content-type": "application/json"}}))
			.then(r => r.ok ? r.json() : r.text().then(why => { throw Error(why); }));
	last = answer.catch(() => {});
	return answer;
};
const fill = (root, call, again) => {
	const places = {}, slots = [];
	return new Promise(done => {
		for (const e of all(root || document, "space")) {
			const m = /^([\w.-]+?)(?:_([1-9]\d?|100))?$/.exec(e.getAttribute("data-offer-space")), n = m && +m[2] || 1, name = m && m[1] + "_" + n;
			if (!m || !again && asked.has(e) || slots.length > 63) continue;
			asked.add(e);
			if (!places[name]) places[name] = e, slots.push({space: m[1], n});
		}
		policy = policy || (self.trustedTypes ? trustedTypes.createPolicy("proffer", same) : same);
		done(slots.length ? decide(Object.assign({slots}, call)) : {slots});
	}).then(answer => {
		for (const s of answer.slots) if (s.html) places[s.space + "_" + s.n].innerHTML = policy.createHTML(s.html);
		return answer.slots;
	}).catch(() => {
		for (const name in places) asked.delete(places[name]);
		return [];
	});
};
on("click", c => {
	for (const name of ["accept", "reject"]) {
		const e = c.target.closest && c.target.closest("[data-offer-" + name + "]");
		if (e) e.href || c.preventDefault(), add(e, name);
	}
	send();
}, true);
on("pagehide", () => due.length && navigator.sendBeacon && navigator.sendBeacon(to, due.splice(0).join("&")));
document.readyState == "loading" ? on("DOMContentLoaded", own) : own();
last.then(() => {
	look();
	const soon = () => frame = frame || requestAnimationFrame(() => look(frame = 0));
	self.MutationObserver && new MutationObserver(soon).observe(document, {subtree: true, childList: true, attributeFilter: ["data-offer-seen"]});
});
self.proffer = {decide, fill};
}
`

// scriptTag is the first half of the script's SHA-256, as an entity tag.
const scriptTag = `"ba064affd1bf81aceece82ee42d8d188"`
