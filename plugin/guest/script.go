package guest

// script is offers.js. It tells what became of the offers of a page: an element
// with data-offer-seen is reported when half of it has come into view, and a
// click on one with data-offer-accept or data-offer-reject instead of what the
// element itself would do, unless it is a link. It sends one request at a time,
// since each answer writes the second cookie anew; what is due by then goes with
// the next, or, when the page goes, with a beacon. It needs nothing else, and no
// Content-Security-Policy that lets it and requests to its own host pass hinders
// it. It takes at most 1 KiB.
const script = `{
const on = addEventListener, eyes = self.IntersectionObserver, due = [];
let to, busy;
const send = () => busy || !due.length ||
	(busy = fetch(to, {method: "POST", body: due.splice(0).join("&"), keepalive: true}).finally(() => send(busy = 0)));
const add = (e, name) => {
	const [url, it] = e.getAttribute("data-offer-" + name).split("?");
	if (it) to = url, due.push(it);
};
const go = () => {
	const eye = eyes && new eyes(list => {
		for (const i of list) if (i.intersectionRatio >= .5) eye.unobserve(i.target), add(i.target, "seen");
		send();
	}, {threshold: .5});
	for (const e of document.querySelectorAll("[data-offer-seen]")) eye ? eye.observe(e) : add(e, "seen");
	send();
};
on("click", c => {
	for (const name of ["accept", "reject"]) {
		const e = c.target.closest("[data-offer-" + name + "]");
		if (e) e.href || c.preventDefault(), add(e, name);
	}
	send();
});
on("pagehide", () => due.length && navigator.sendBeacon(to, due.join("&")));
document.prerendering ? on("prerenderingchange", go) : go();
}
`

// scriptTag is the first half of the script's SHA-256, as an entity tag.
const scriptTag = `"f7fa5baf40fef2a13f27c52d297a8c45"`
