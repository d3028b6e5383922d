// Writes offers into the pages of an origin. Whatever goes wrong, the page is the
// origin's.

import { ask, ready } from "./engine.mjs";
import { injection } from "./injector.mjs";
import { asksForPage, join, kindOf, locate, otherCharset, personal, plain, readHead } from "./page.mjs";

const PAGE = 1, EVENT = 2; // kinds
const HTML = 1, EVENTS = 16; // what is wanted
const MOST = 64 << 10; // bytes of a body below the prefix

export default {
  async fetch(request, env, ctx) {
    await ready(env, ctx);
    const at = locate(request);
    if (at.path.startsWith(env.PREFIX || "/.proffer/")) return reply(request, at);
    const answer = asksForPage(request) ? ask({ kind: PAGE, want: HTML | EVENTS, at, headers: request.headers }) : undefined;
    if (!answer?.response[3]) return origin(request, env); // the catalog does not list it
    return page(await origin(plain(request), env), answer);
  },
};

/** Asks the origin: a service, one by its address, or the zone's own. */
function origin(request, env) {
  if (env.ORIGIN) return env.ORIGIN.fetch(request, { redirect: "manual" });
  if (!env.ORIGIN_URL) return fetch(request, { redirect: "manual" });
  const url = new URL(request.url), to = new URL(env.ORIGIN_URL);
  url.protocol = to.protocol;
  url.host = to.host;
  return fetch(new Request(url, request), { redirect: "manual" });
}

/** The page with its offers, or as it came. */
async function page(response, answer) {
  const kind = kindOf(response);
  if (!kind.page) return response;
  let body = response.body;
  try {
    if (!kind.declared) {
      const read = await readHead(body);
      body = read.body;
      if (otherCharset(read.head, read.whole)) return new Response(body, response);
    }
    const [, , , , , , , cookies, cache, events] = answer.response;
    const injected = injection(answer.bytes);
    const out = new Response(injected ? body.pipeThrough(injected) : body, response);
    personal(out.headers, { cookies, keep: cache === 0, changed: injected !== null });
    for (const line of events) console.log(line);
    return out;
  } catch (error) {
    console.error(`proffer: ${error.message}`);
    return new Response(body, response);
  }
}

/** Answers a request below the prefix, which never reaches the origin. */
async function reply(request, at) {
  let body;
  try {
    body = await bodyOf(request);
  } catch {
    return refusal(400);
  }
  const answer = ask({ kind: EVENT, want: EVENTS, at, headers: request.headers, method: request.method, body, long: body === undefined });
  if (answer === undefined) return refusal(503);
  const [, , status, list, cookies, events, content] = answer.response;
  try {
    const headers = new Headers();
    for (let i = 0; i < list.length; i += 2) headers.append(list[i], list[i + 1]);
    for (const cookie of cookies) headers.append("set-cookie", cookie);
    const out = new Response(content, { status, headers });
    for (const line of events) console.log(line);
    return out;
  } catch (error) {
    console.error(`proffer: ${error.message}`);
    return refusal(503);
  }
}

/** A request's body; null where it has none, undefined where it is too long. */
async function bodyOf(request) {
  if (request.body === null) return null;
  let all = new Uint8Array(0);
  for await (const chunk of request.body) {
    if (all.length + chunk.length > MOST) return undefined;
    all = join(all, chunk);
  }
  return all;
}

const refusal = (status) => new Response(null, { status, headers: { "cache-control": "no-store" } });
