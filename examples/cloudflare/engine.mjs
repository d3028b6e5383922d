// The module and its snapshot: one instance for all requests of an isolate, made
// when the first comes, for before that there is neither time nor chance.

import bundled from "./offers.snapshot";
import module from "./proffer.wasm";
import { Proffer } from "../embed/embed.mjs";
import { decode, encode } from "./msgpack.mjs";

const EMPTY_RECORD = []; // all state is in the cookie
const MOST = 1 << 20;    // bytes of a request

let current;         // { proffer, hash }
let source;          // the snapshot that it has, or had: bytes
let refused;         // one that is bad, and until when it is not tried again: { snapshot, until }
let asked = 0;       // when the namespace was asked for another, in ms

/** Sees to it that there is an instance, if there can be one. Never throws. */
export async function ready(env, ctx) {
  try {
    if (source === undefined) source = await first(env);
    else if (env.OFFERS && Date.now() - asked >= every(env)) ctx.waitUntil(renew(env));
    if (current === undefined) boot(env, source);
  } catch (error) {
    console.error(`proffer: ${error.message}`);
  }
}

const every = (env) => 1000 * Number(env.REFRESH ?? 60);

async function first(env) {
  const bytes = await fromNamespace(env);
  return bytes !== undefined && boot(env, bytes) ? bytes : new Uint8Array(bundled);
}

/** Swaps in another snapshot, once it has an instance. */
async function renew(env) {
  const bytes = await fromNamespace(env);
  if (bytes !== undefined && !same(bytes, source) && boot(env, bytes)) source = bytes;
}

async function fromNamespace(env) {
  if (!env.OFFERS) return;
  asked = Date.now();
  try {
    const bytes = await env.OFFERS.get("snapshot", { type: "arrayBuffer", cacheTtl: 60 });
    return bytes === null ? undefined : new Uint8Array(bytes);
  } catch (error) {
    console.error(`proffer: the namespace: ${error.message}`);
  }
}

/** Starts an instance; false where the snapshot is bad, which is said now and then. */
function boot(env, snapshot) {
  if (snapshot.length === 0) return false;
  if (refused !== undefined && Date.now() < refused.until && same(snapshot, refused.snapshot)) return false;
  try {
    const proffer = new Proffer(module, settings(env), snapshot);
    current = { proffer, hash: decode(proffer.handle(encode([0])))[1] };
    return true;
  } catch (error) {
    refused = { snapshot, until: Date.now() + every(env) };
    console.error(`proffer: this snapshot is not used: ${error.message}`);
    return false;
  }
}

const same = (a, b) => a.length === b.length && crypto.subtle.timingSafeEqual(a, b);

/** The configuration: SETTINGS as it is, or what the secrets make. */
function settings(env) {
  if (env.SETTINGS) return new Uint8Array(env.SETTINGS);
  const keys = [];
  for (const [use, secret] of [["cookie", env.COOKIE_KEY], ["identity", env.IDENTITY_KEY]]) {
    if (secret) keys.push([1, use, true, Uint8Array.from(atob(secret), (c) => c.charCodeAt(0))]);
  }
  return encode({ keys, ...(env.PREFIX ? { prefix: env.PREFIX } : {}) });
}

/** What kind, headers and so on make of a request to the module. */
function fields({ kind, want, at, headers, method, body, long }) {
  const chance = crypto.getRandomValues(new Uint8Array(40));
  const seed = new DataView(chance.buffer).getBigUint64(32);
  return [
    kind, current.hash, Date.now(), seed, chance.subarray(0, 32), at.secure ? 1 : 0, want, at.host, at.path, at.query,
    headers, 0, null, null, null, null, null, null, method ?? null, body ?? null, null, long ?? null, // slots are not known yet
  ];
}

/** A header as it was sent: workerd joins several lines of cookies by ", ". */
function lines([name, value]) {
  return name === "cookie" ? value.split(/, (?=[^\s=;,"]+=)/).map((line) => [name, line]) : [[name, value]];
}

/** Asks the module: the response, and its bytes; nothing where it cannot answer. */
export function ask(question) {
  const headers = [...question.headers].flatMap(lines).flat();
  if (current === undefined || headers.length > 256) return;
  const instance = current;
  try {
    const request = fields({ ...question, headers });
    let answer = handle(instance.proffer, request);
    if (answer?.response[0] === 1) {
      request[17] = EMPTY_RECORD;
      answer = handle(instance.proffer, request);
    }
    if (answer?.response[0] === 0) return answer;
    if (answer) console.error(`proffer: status ${answer.response[0]}: ${answer.response[1]}`);
  } catch (error) { // a trap, or a status that says the same: the next request starts another
    if (current === instance) current = undefined;
    console.error(`proffer: ${error.message}`);
  }
}

function handle(proffer, request) {
  const message = encode(request);
  if (message.length > MOST) return;
  const bytes = proffer.handle(message);
  return { bytes, response: decode(bytes) };
}
