// What of HTTP tells a page with offers from everything else. The rules are those
// of package plugin/edge, for other hosts' edges.

const PLAIN = ["accept-encoding", "range", "if-range", "if-none-match", "if-modified-since"];
const CACHE = [
  "etag", "last-modified", "age", "expires", "accept-ranges",
  "surrogate-control", "cdn-cache-control", "cloudflare-cdn-cache-control", "edge-control", "x-accel-expires",
];
const DIGEST = ["content-digest", "repr-digest", "digest", "content-md5"];
const DOCUMENTS = ["document", "iframe", "frame", "fencedframe", "embed", "object"];
const HEAD = 1024; // bytes of a page in which its charset is declared

/** Where a request goes to, as it was sent: a URL object would tidy it up. */
export function locate(request) {
  const [, scheme, authority, path, query] = /^([a-z]+):\/\/([^/?#]*)([^?#]*)\??([^#]*)/i.exec(request.url);
  const host = authority.replace(/^.*@/, "").replace(/:\d*$/, "").replace(/\.$/, "").toLowerCase();
  return { secure: scheme === "https", host, path: path || "/", query };
}

/** Whether a request may be answered by a page: a script's or an image's is not. */
export function asksForPage(request) {
  if (request.method !== "GET" || request.headers.has("upgrade")) return false;
  const dest = request.headers.get("sec-fetch-dest");
  if (dest !== null) return DOCUMENTS.includes(dest);
  const accept = request.headers.get("accept");
  return accept === null || accept.trim() === "*/*" || /text\/html/i.test(accept);
}

/** The request for a whole, plain and fresh page, which alone has its slots. */
export function plain(request) {
  const out = new Request(request, { redirect: "manual" });
  for (const name of PLAIN) out.headers.delete(name);
  out.headers.set("accept-encoding", "identity");
  return out;
}

/** Whether a response is HTML in UTF-8, and whether its header says so. */
export function kindOf(response) {
  const coding = response.headers.get("content-encoding") ?? "";
  if (response.status !== 200 || response.body === null || coding !== "" && coding.toLowerCase() !== "identity") return {};
  const [media, ...params] = (response.headers.get("content-type") ?? "").toLowerCase().split(";");
  if (media.trim() !== "text/html") return {};
  const label = labelIn(params.join(";"));
  return { page: label === undefined || isUTF8(label), declared: label !== undefined };
}

/** Whether a page whose header does not say so is in another charset than UTF-8. */
export function otherCharset(head, whole) {
  const bytes = head.subarray(0, HEAD);
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !whole || head.length > HEAD });
  } catch {
    return true;
  }
  const meta = text.toLowerCase().indexOf("<meta");
  const label = meta < 0 ? undefined : labelIn(text.toLowerCase().slice(meta));
  return label !== undefined && !isUTF8(label);
}

const labelIn = (text) => /charset[ \t\r\n]*=[ \t\r\n"']*([^ \t\r\n"';>/]*)/.exec(text)?.[1];
const isUTF8 = (label) => ["utf-8", "utf8", "us-ascii"].includes(label);

/** Reads a body until its charset must have been declared: that, and the whole again. */
export async function readHead(body) {
  const reader = body.getReader();
  let head = new Uint8Array(0), whole = false;
  while (head.length < HEAD && !whole) {
    const { value, done } = await reader.read();
    whole = done;
    if (value) head = join(head, value);
  }
  const again = new ReadableStream({
    start: (to) => { if (head.length > 0) to.enqueue(head); },
    async pull(to) {
      const { value, done } = await reader.read();
      done ? to.close() : to.enqueue(value);
    },
    cancel: (why) => reader.cancel(why),
  });
  return { head, whole, body: again };
}

export function join(a, b) {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** Makes the header of a page one of this visitor's own. */
export function personal(headers, { cookies, keep, changed }) {
  headers.delete("content-length");
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  if (!keep) {
    for (const name of CACHE) headers.delete(name);
    headers.set("cache-control", "private, no-store");
  }
  if (changed) for (const name of DIGEST) headers.delete(name);
}
