package guest

// script is offers.js. It tells what became of the offers of a page: an element
// with data-offer-seen is reported when half of it has come into view, and a
// click on one with data-offer-accept or data-offer-reject instead of what the
// element itself would do, unless it is a link. It is read as it stands, needs
// nothing, and runs under any Content-Security-Policy that lets it and its
// requests to its own host pass. It takes at most 1 KiB.
const script = `// Proffer: offers.js
(function (d) {
	function send(e, name) {
		var url = e.getAttribute(name);
		if (url) navigator.sendBeacon(url) || fetch(url, {method: "POST", keepalive: true});
	}
	function watch() {
		var name = "data-offer-seen", eye = window.IntersectionObserver && new IntersectionObserver(function (list) {
			list.forEach(function (i) {
				if (i.intersectionRatio < .5) return;
				eye.unobserve(i.target);
				send(i.target, name);
			});
		}, {threshold: .5});
		d.querySelectorAll("[" + name + "]").forEach(function (e) {
			eye ? eye.observe(e) : send(e, name);
		});
	}
	d.addEventListener("click", function (c) {
		["accept", "reject"].forEach(function (name) {
			var e = c.target.closest("[" + (name = "data-offer-" + name) + "]");
			if (!e) return;
			if (e.tagName != "A") c.preventDefault();
			send(e, name);
		});
	});
	d.prerendering ? d.addEventListener("prerenderingchange", watch) :
		d.readyState == "loading" ? d.addEventListener("DOMContentLoaded", watch) : watch();
})(document);
`

// scriptTag is the first half of the script's SHA-256, as an entity tag.
const scriptTag = `"4e6ac104557777e36a5dc64217317a2b"`
