// A shop of one page: the views are built here, and ask for their offers. There is
// no markup in strings, so the page needs no Trusted Types policy of its own.
"use strict";

{
  const main = /** @type {HTMLElement} */ (document.querySelector("main"));

  // How long a view waits for its offers, in milliseconds. What comes later is put
  // into the view while it is looked at.
  const patience = 200;

  // The views that were shown, by the number of their entry in the history: who
  // goes back sees what was there, and no offer is asked for twice.
  /** @type {Map<number, Element>} */
  const shown = new Map();
  const most = 20;
  let last = Date.now();
  let turn = 0;

  /** @param {string} name @param {Record<string, string>} attributes @param {...(Node | string)} children */
  const el = (name, attributes, ...children) => {
    const e = document.createElement(name);
    for (const key in attributes) e.setAttribute(key, attributes[key]);
    e.append(...children);
    return e;
  };

  /** A place for an offer, with what stands there without one. @param {string} space @param {string} text */
  const place = (space, text) => el("div", { class: space, "data-offer-space": space }, el("p", {}, text));

  /** @typedef {{slug: string, name: string, text: string, price: number}} Tea */

  /** @type {Promise<Tea[]> | undefined} */
  let list;
  /** @returns {Promise<Tea[]>} */
  const teas = () => (list ??= fetch("/static/teas.json").then(r => r.json()));

  const home = () => el("section", {}, el("h1", {}, "Tea, and time for it"), place("hero", "Forty teas from nine gardens."));
  const about = () => el("section", {}, el("h1", {}, "About us"), el("p", {}, "We are three people and a kettle."));
  const lost = () => el("section", {}, el("h1", {}, "There is no such page"));
  const shelf = async () => el("section", {}, el("h1", {}, "Teas"),
    el("ul", {}, ...(await teas()).map(t => el("li", {}, el("a", { href: `/teas/${t.slug}` }, t.name), ` ${t.price} €`))),
    place("side", "We also pack presents."));
  /** @param {string} slug */
  const tea = async slug => {
    const t = (await teas()).find(t => t.slug === slug);
    return t ? el("section", {}, el("h1", {}, t.name), el("p", {}, t.text), place("hero", "A pot for two."), place("side", "We also pack presents.")) : lost();
  };

  /** The view of a path. @param {string} path @returns {Element | Promise<Element>} */
  const build = path => {
    if (path === "/") return home();
    if (path === "/about") return about();
    if (path === "/teas") return shelf();
    return path.startsWith("/teas/") ? tea(path.slice(6)) : lost();
  };

  /** Builds and fills the view of the address. */
  const fresh = async () => {
    const view = await build(location.pathname);
    const late = new Promise(done => setTimeout(done, patience));
    await Promise.race([window.proffer?.fill(view), late]);
    return view;
  };

  /** Shows the view of the entry of the history that the browser is at. */
  const show = async () => {
    const mine = ++turn;
    const entry = history.state?.entry ?? last;
    const view = shown.get(entry) ?? await fresh();
    if (mine !== turn) return; // somebody has gone on
    shown.set(entry, view);
    if (shown.size > most) shown.delete(Math.min(...shown.keys()));
    main.replaceChildren(view);
    document.title = `${view.querySelector("h1")?.textContent} - Steeps`;
  };

  addEventListener("popstate", show);

  document.addEventListener("click", e => {
    if (!(e.target instanceof Element)) return;
    const answers = e.target.closest("[data-offer-accept], [data-offer-reject]")?.closest(".answers");
    answers?.replaceChildren("Thank you.");
    const a = e.target.closest("a");
    // Links of offers lead over /.proffer/, which is not a view.
    if (!a || a.origin !== location.origin || a.pathname.startsWith("/.proffer/") || a.target) return;
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    e.preventDefault();
    history.pushState({ entry: ++last }, "", a.href);
    scrollTo(0, 0);
    show();
  });

  if (!history.state) history.replaceState({ entry: last }, "");
  show();
}
