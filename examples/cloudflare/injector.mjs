// Writes offers into bodies while they stream: package plugin/inject, as
// injector.wasm.

import module from "./injector.wasm";
import { wasi } from "../embed/embed.mjs";

const MOST = 64 << 10; // bytes at once
const BODIES = 64;     // at once in one instance

let current;

class Injector {
  open = 0;

  constructor() {
    const imports = wasi(() => this.exports.memory);
    this.exports = new WebAssembly.Instance(module, { wasi_snapshot_preview1: imports }).exports;
    this.exports._initialize();
  }

  /** Puts bytes where the module reads them. */
  put(bytes) {
    const at = this.exports.injector_buffer(bytes.length) >>> 0;
    if (at === 0) throw new RangeError(`no room for ${bytes.length} bytes`);
    new Uint8Array(this.exports.memory.buffer, at).set(bytes);
  }

  /** What the module gives, or nothing where it keeps it back. */
  got(packed) {
    packed = BigInt.asUintN(64, packed);
    return new Uint8Array(this.exports.memory.buffer, Number(packed >> 32n), Number(packed & 0xffffffffn)).slice();
  }
}

/** A stream that writes the offers of an answer into a body; null where it has none. */
export function injection(answer) {
  // A body whose client went away may never end here. An instance that has too
  // many of them is left to those that are still read.
  if (current === undefined || current.open >= BODIES) current = new Injector();
  const injector = current;
  let body;
  try {
    injector.put(answer);
    body = injector.exports.injector_begin(answer.length);
  } catch (error) {
    drop(injector);
    throw error;
  }
  if (body < 0) return null;
  injector.open++;
  return new TransformStream({
    transform: (chunk, to) => guard(injector, () => {
      for (let at = 0; at < chunk.length; at += MOST) {
        const part = chunk.subarray(at, at + MOST);
        injector.put(part);
        send(to, injector.got(injector.exports.injector_write(body, part.length)));
      }
    }),
    flush: (to) => guard(injector, () => send(to, end(injector, body))),
    cancel: () => guard(injector, () => end(injector, body)),
  });
}

function end(injector, body) {
  injector.open--;
  return injector.got(injector.exports.injector_end(body));
}

function send(to, bytes) {
  if (bytes.length > 0) to.enqueue(bytes);
}

/** Leaves an instance that trapped; the body is cut off, for some of it is lost. */
function guard(injector, f) {
  try {
    f();
  } catch (error) {
    drop(injector);
    throw error;
  }
}

function drop(injector) {
  if (current === injector) current = undefined;
}

/** The linear memory of the instance that is used now, in bytes. */
export const memory = () => current?.exports.memory.buffer.byteLength ?? 0;
