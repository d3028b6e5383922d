// The entry of tests: what the Worker decides with, and nothing of HTTP.
//
// POST /frames: three frames as examples/embed/run.mjs has them; the response.
// POST /again?n=: the same, n times. POST /msgpack: a value, read and written.
// POST /own?n= and /rewriter?n=: an answer, and a page behind it, as frames; the
// page with its offers, by the injector or HTMLRewriter, made n times. POST /memory:
// the size of the injector's memory, as text.

import module from "./proffer.wasm";
import { Proffer } from "../embed/embed.mjs";
import { injection, memory } from "./injector.mjs";
import { decode, encode } from "./msgpack.mjs";

let proffer;

function frames(bytes) {
  const view = new DataView(bytes.buffer);
  const out = [];
  for (let at = 0; at < bytes.length; ) {
    const n = view.getUint32(at, true);
    out.push(bytes.subarray(at + 4, at + 4 + n));
    at += 4 + n;
  }
  return out;
}

function handle([settings, snapshot, request], n) {
  if (snapshot.length > 0) proffer = new Proffer(module, settings, snapshot);
  if (request.length === 0) return `${proffer.size}`;
  let response;
  while (n-- > 0) response = proffer.handle(request);
  return response;
}

/** A page's offers by HTMLRewriter: by elements, for it has no pairs of comments. */
function rewriter(answer) {
  let rewriter = new HTMLRewriter();
  for (const [space, n, , , offer, , , , html] of decode(answer)[4]) {
    if (offer === null || html === null) continue;
    const name = n === 1 ? space : `${space}_${n}`;
    for (const selector of [`[data-offer-space="${name}"]`, `[id="i_${name}"]`]) {
      rewriter = rewriter.on(selector, { element: (e) => { e.setInnerContent(html, { html: true }); } });
    }
  }
  return rewriter;
}

async function inject([answer, page], n, how) {
  let out;
  while (n-- > 0) {
    const response = new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
    const changed = how === "/own" ? new Response(response.body.pipeThrough(injection(answer))) : rewriter(answer).transform(response);
    out = await changed.arrayBuffer();
  }
  return out;
}

export default {
  async fetch(request) {
    const url = new URL(request.url), n = Number(url.searchParams.get("n") ?? 1);
    const bytes = new Uint8Array(await request.arrayBuffer());
    switch (url.pathname) {
      case "/memory": return new Response(`${memory()}`);
      case "/msgpack": return new Response(encode(decode(bytes)));
      case "/own": case "/rewriter": return new Response(await inject(frames(bytes), n, url.pathname));
    }
    return new Response(handle(frames(bytes), n));
  },
};
