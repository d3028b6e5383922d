// node walk.mjs DIR CHROMIUM BASE WALK
//
// Walks through the shop at BASE in Chromium, which Playwright drives that is
// installed in DIR, and ends with an error where it is not as it should be.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { argv } from "node:process";

const [, , dir, executablePath, base, walk] = argv;
const { chromium } = createRequire(`${dir}/package.json`)("playwright-core");

const browser = await chromium.launch({
  executablePath,
  // Playwright turns off what a page is kept in when somebody leaves it.
  ignoreDefaultArgs: ["--disable-back-forward-cache"],
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update", "--disable-sync"],
});

// watch runs in each document before its own scripts.
const watch = () => {
  self.seen = { shift: 0, shifted: [], violations: [], kept: false };
  new PerformanceObserver(list => {
    for (const e of list.getEntries()) {
      seen.shift += e.value; // also what follows an input: nothing may move at all
      for (const s of e.sources) seen.shifted.push(s.node?.outerHTML ?? s.node?.nodeValue);
    }
  }).observe({ type: "layout-shift", buffered: true });
  document.addEventListener("securitypolicyviolation", e => seen.violations.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
  addEventListener("pageshow", e => { seen.kept = e.persisted; });
};

/** A tab of somebody whom the shop has not seen, and what was noticed of it. */
class Tab {
  static async open(options) {
    const tab = new Tab();
    tab.said = [];
    tab.asked = [];
    tab.told = [];
    tab.context = await browser.newContext(options);
    await tab.context.addInitScript(watch);
    tab.page = await tab.context.newPage();
    tab.page.setDefaultTimeout(60_000);
    tab.page.on("console", m => tab.said.push(m.text()));
    tab.page.on("pageerror", e => tab.said.push(String(e)));
    tab.page.on("request", r => {
      if (r.url().endsWith("/decide")) tab.asked.push(JSON.parse(r.postData()));
      if (r.url().endsWith("/event")) tab.told.push(r.postData());
    });
    return tab;
  }
  visit(path) { return this.page.goto(base + path, { waitUntil: "load" }); }
  click(text) { return this.page.getByText(text, { exact: true }).first().click(); }
  /** Waits until a place says something. */
  says(selector, text) { return this.page.locator(selector).filter({ hasText: text }).first().waitFor(); }
  /** The calls since the last time, as a path and its slots. */
  calls() { return this.asked.splice(0).map(c => [c.path, ...c.slots.map(s => `${s.space}_${s.n}`)].join(" ")); }
  /** Waits until n events of a kind have been sent. */
  async tells(kind, n) {
    const count = () => this.told.join("&").split("&").filter(t => t.startsWith(`${kind}=`)).length;
    while (count() < n) await this.page.waitForEvent("request");
    assert.equal(count(), n, `${kind}: ${this.told}`);
  }
  /** Two frames, after which a browser has told what moved. */
  async clean() {
    await this.page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
    const seen = await this.page.evaluate(() => self.seen);
    assert.deepEqual({ ...seen, kept: undefined }, { shift: 0, shifted: [], violations: [], kept: undefined });
    assert.deepEqual(this.said, []);
  }
  /** Answers calls in place of Proffer. */
  answer(respond) { return this.page.route("**/decide", respond); }
}

/** An answer for the hero. */
const hero = html => ({ json: { snapshot: "", interaction: null, holdout: false, slots: [{ space: "hero", n: 1, offer: "x", html, fallback: false }] } });

const walks = {
  /** Views, answers, and the way back. */
  async views() {
    const tab = await Tab.open();
    await tab.visit("/");
    await tab.says(".hero", "The first flush");
    assert.deepEqual(tab.calls(), ["/ hero_1"]);
    await tab.tells("seen", 1);

    await tab.click("Teas");
    await tab.says(".side", "Five samples");
    assert.deepEqual(tab.calls(), ["/teas side_1"]);
    await tab.tells("seen", 2);
    await tab.click("Send me some");
    await tab.says(".side", "Thank you.");
    await tab.tells("accept", 1);

    await tab.click("Keemun");
    await tab.says("h1", "Keemun");
    await tab.says(".hero", "The first flush");
    await tab.says(".side", "Five samples");
    assert.deepEqual(tab.calls(), ["/teas/keemun hero_1 side_1"]);
    await tab.tells("seen", 4);
    await tab.click("Not for me");
    await tab.tells("reject", 1);

    await tab.page.goBack();
    await tab.says("h1", "Teas");
    await tab.says(".side", "Thank you.");
    await tab.page.goForward();
    await tab.says("h1", "Keemun");
    await tab.says(".side", "Thank you.");
    await tab.click("About");
    await tab.says("h1", "About us");
    assert.deepEqual(tab.calls(), [], "views that were there, or have no places");
    await tab.clean();
    await tab.tells("seen", 4);
  },

  /** A link of an offer leads over Proffer to another document, and back into the
   * one that the browser has kept. */
  async kept() {
    const tab = await Tab.open();
    await tab.visit("/about");
    await tab.click("Home");
    await tab.says(".hero", "The first flush");
    await tab.tells("seen", 1);
    await tab.click("Have a look");
    await tab.says("h1", "Darjeeling");
    await tab.says(".hero", "The first flush");
    assert.deepEqual(tab.calls(), ["/ hero_1", "/teas/darjeeling hero_1 side_1"]);
    await tab.tells("seen", 3);
    await tab.clean();
    await tab.page.evaluate(() => { history.back(); });
    await tab.page.waitForFunction(() => self.seen.kept);
    await tab.says("h1", "Tea, and time for it");
    await tab.says(".hero", "The first flush");
    await tab.click("Teas");
    await tab.says(".side", "Five samples");
    assert.deepEqual(tab.calls(), ["/teas side_1"]);
    await tab.tells("seen", 4);
    await tab.clean();
  },

  /** Offers that come after the view is shown. */
  async late() {
    const tab = await Tab.open();
    let go;
    const gate = new Promise(done => { go = done; });
    await tab.answer(async r => { await gate; await r.continue(); });
    await tab.visit("/teas/keemun"); // one place above the other
    await tab.says(".hero", "A pot for two.");
    await tab.says(".side", "We also pack presents.");
    go();
    await tab.says(".hero", "The first flush");
    await tab.says(".side", "Five samples");
    await tab.tells("seen", 2);
    await tab.clean();
  },

  /** Places for which there is nothing, calls that are refused, and a network that
   * is not there. */
  async none() {
    const tab = await Tab.open();
    await tab.visit("/about");
    const stays = () => tab.page.evaluate(async () => {
      const view = document.createElement("div");
      const place = document.createElement("div");
      place.dataset.offerSpace = "unheard-of";
      place.append("our own");
      view.append(place);
      document.querySelector("main").append(view);
      const slots = await proffer.fill(view);
      return [place.textContent, slots.map(s => s.offer)];
    });
    assert.deepEqual(await stays(), ["our own", [null]]);
    await tab.clean();
    await tab.answer(r => r.fulfill({ status: 503, contentType: "application/problem+json", body: "{}" }));
    assert.deepEqual(await stays(), ["our own", []]);
    await tab.click("Home");
    await tab.says(".hero", "Forty teas from nine gardens.");
    await tab.page.unroute("**/decide");
    await tab.answer(r => r.abort());
    assert.deepEqual(await stays(), ["our own", []]);
    await tab.page.unroute("**/decide");
    const slots = await tab.page.evaluate(() => proffer.fill(document.querySelector("main")).then(all => all.map(s => s.space)));
    assert.deepEqual(slots, ["hero", "unheard-of"], "what failed is asked for again, each place once");
    await tab.says(".hero", "The first flush");
    // The browser itself says that a request failed, and nobody else says anything.
    assert.deepEqual(tab.said.filter(s => !s.startsWith("Failed to load resource")), []);
  },

  /** The shop without Proffer. */
  async without() {
    const tab = await Tab.open();
    await tab.visit("/");
    await tab.says(".hero", "Forty teas from nine gardens.");
    await tab.click("Teas");
    await tab.says(".side", "We also pack presents.");
    assert.deepEqual(tab.calls(), []);
    assert.deepEqual(tab.said.filter(s => !s.includes("404")).filter(s => !s.includes("MIME type")), []);
    assert.equal(await tab.page.evaluate(() => self.seen.shift), 0);
  },

  /** Scripts in what should be an offer do not run. */
  async scripts() {
    const evil = "<p>here</p><script>self.bad = 1</script><img src=/static/leaf.svg onload='self.bad = 2'>";
    const tab = await Tab.open();
    await tab.answer(r => r.fulfill(hero(evil)));
    await tab.visit("/");
    await tab.says(".hero", "here");
    await tab.page.waitForFunction(() => document.querySelector(".hero img").complete);
    assert.equal(await tab.page.evaluate(() => self.bad), undefined);
    // A script element does not run where no policy forbids it either.
    const free = await Tab.open({ bypassCSP: true });
    await free.answer(r => r.fulfill(hero("<p>here</p><script>self.bad = 1</script>")));
    await free.visit("/");
    await free.says(".hero", "here");
    assert.equal(await free.page.evaluate(() => self.bad), undefined);
  },

  /** A place in the page itself, which the proxy has filled. */
  async served() {
    const tab = await Tab.open();
    await tab.visit("/");
    await tab.says("aside", "The first flush");
    await tab.says("main .hero", "The first flush");
    assert.deepEqual(await tab.page.evaluate(() => proffer.fill()), []);
    assert.deepEqual(tab.calls(), ["/ hero_1"]);
    await tab.tells("seen", 2);
    await tab.clean();
  },

  /** The script as a module, with the prefix that its address has. */
  async module() {
    const tab = await Tab.open();
    await tab.page.route(base + "/", async r => {
      const response = await r.fetch();
      const body = (await response.text()).replace(/<script src="([^"]+)" defer>/g, '<script src="$1" type="module">');
      assert.equal(body.split('type="module"').length, 3);
      await r.fulfill({ response, body });
    });
    await tab.visit("/");
    await tab.says(".hero", "The first flush");
    await tab.tells("seen", 1);
    await tab.clean();
  },
};

try {
  await walks[walk]();
} finally {
  await browser.close();
}
