// node drive.mjs DIR CHROMIUM
//
// Drives Chromium by Playwright, which is installed in DIR, for a program that
// asks by lines of JSON on standard input and is answered by lines on standard
// output: {"do": "goto", "page": "a", "url": "…"} by {"value": …} or {"error": "…"}.
// What happens meanwhile (messages on the console, requests, dialogs) is kept for
// each page until it is asked for by {"do": "notes"}.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { argv, stdin, stdout } from "node:process";

const { chromium } = createRequire(`${argv[2]}/package.json`)("playwright-core");

const browser = await chromium.launch({
  executablePath: argv[3],
  // Playwright turns off what a page is kept in when somebody leaves it.
  ignoreDefaultArgs: ["--disable-back-forward-cache"],
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
    // What would leave this machine is noted, and does not leave it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1"],
});
const pages = new Map();
const PATIENCE = 15_000;

// watch runs in each document before its own scripts, outside its policy.
const watch = () => {
  self.__shift = 0;
  self.__shifted = [];
  self.__violations = [];
  new PerformanceObserver(list => {
    for (const e of list.getEntries()) {
      if (e.hadRecentInput) continue;
      self.__shift += e.value;
      for (const s of e.sources) if (s.node) self.__shifted.push(s.node.outerHTML?.slice(0, 120) ?? s.node.nodeValue);
    }
  }).observe({ type: "layout-shift", buffered: true });
  document.addEventListener("securitypolicyviolation", e => self.__violations.push(`${e.violatedDirective} ${e.blockedURI}`));
};

/** A page, and what was noticed of it. */
class Seen {
  constructor(page, scripts) {
    this.page = page;
    this.scripts = scripts;
    this.clear();
    this.open = new Set();
    page.on("console", m => this.notes.console.push(`${m.type()}: ${m.text()}`));
    page.on("pageerror", e => this.notes.errors.push(String(e)));
    page.on("dialog", d => { this.notes.dialogs.push(`${d.type()}: ${d.message()}`); d.dismiss(); });
    page.on("popup", p => { this.notes.popups.push(p.url()); });
    page.on("response", r => this.notes.answers.push({ status: r.status(), url: r.url() }));
    page.on("request", r => {
      this.open.add(r);
      this.notes.requests.push({ method: r.method(), url: r.url(), type: r.resourceType() });
    });
    page.on("requestfailed", r => { this.open.delete(r); this.notes.failed.push(`${r.method()} ${r.url()}: ${r.failure()?.errorText}`); });
    page.on("requestfinished", async r => {
      this.open.delete(r);
      const status = (await r.response())?.status();
      if (status >= 400) this.notes.failed.push(`${r.method()} ${r.url()}: status ${status}`);
    });
  }
  clear() { this.notes = { console: [], errors: [], dialogs: [], popups: [], requests: [], answers: [], failed: [] }; }

  /** Waits until what a page does by itself is done: two frames, in which a
   * script sees what is in view, and the answers to what it sent. */
  async settle() {
    const limit = Date.now() + PATIENCE;
    for (let quiet = 0; quiet < 2; quiet++) {
      // Where scripts are off no frame calls back; to ask takes its time, too.
      await this.page.evaluate(this.scripts ? () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))) : "1");
      if (this.open.size > 0) quiet = -1;
      if (Date.now() > limit) throw new Error(`not answered in ${PATIENCE} ms: ${[...this.open].map(r => r.url())}`);
    }
  }
}

const ops = {
  async open({ page, options = {}, script }) {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(PATIENCE);
    if (options.javaScriptEnabled !== false) await context.addInitScript(watch);
    if (script) await context.addInitScript(script);
    pages.set(page, new Seen(await context.newPage(), options.javaScriptEnabled !== false));
  },
  async tab({ page, of }) { pages.set(page, new Seen(await at(of).page.context().newPage(), at(of).scripts)); },
  async headers({ page, headers }) { await at(page).page.setExtraHTTPHeaders(headers); },
  async goto({ page, url, wait = "load" }) {
    const r = await at(page).page.goto(url, { waitUntil: wait });
    return { status: r?.status(), url: at(page).page.url(), headers: await r?.allHeaders() };
  },
  async back({ page }) { await at(page).page.goBack({ waitUntil: "load" }); },
  async reload({ page }) { await at(page).page.reload({ waitUntil: "load" }); },
  /** Clicks what is in view or can be scrolled there, and waits for the page that
   * it leads to if it is one that leads. */
  async click({ page, selector, leads }) {
    const p = at(page).page;
    const load = leads ? p.waitForEvent("load") : null;
    await p.locator(selector).first().click();
    await load;
  },
  async settle({ page }) { await at(page).settle(); },
  async eval({ page, script }) { return at(page).page.evaluate(script); },
  async text({ page, selector }) {
    const all = await at(page).page.locator(selector).allInnerTexts();
    return all.map(s => s.replace(/\s+/g, " ").trim());
  },
  async aria({ page, selector = "body" }) { return at(page).page.locator(selector).first().ariaSnapshot(); },
  async cookies({ page }) { return at(page).page.context().cookies(); },
  async shot({ page, file, whole = true }) { await at(page).page.screenshot({ path: file, fullPage: whole, animations: "disabled" }); },
  async url({ page }) { return at(page).page.url(); },
  async notes({ page }) {
    const notes = at(page).notes;
    at(page).clear();
    return notes;
  },
  async frames({ page, script }) {
    return Promise.all(at(page).page.frames().map(f => within(f.evaluate(script), PATIENCE / 5).catch(() => null)));
  },
  async close({ page }) { await at(page).page.context().close(); pages.delete(page); },
};

function at(name) {
  if (!pages.has(name)) throw new Error(`no page ${name}`);
  return pages.get(name);
}

/** Fails what does not end: a page may wait for ever. */
const within = (what, ms) => Promise.race([what, new Promise((_, fail) => setTimeout(() => fail(new Error(`not done in ${ms} ms`)), ms).unref())]);

for await (const line of createInterface({ input: stdin })) {
  const ask = JSON.parse(line);
  let answer;
  try {
    answer = { value: (await within(ops[ask.do](ask), 2 * PATIENCE)) ?? null };
  } catch (e) {
    answer = { error: e.message };
  }
  stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
