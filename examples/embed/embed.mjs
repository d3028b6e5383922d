// Decides with proffer.wasm in any engine that has WebAssembly: Node, Deno, Bun,
// workerd, a browser. See plugin/ABI.md for what the bytes mean.

const OK = 0, BAD = 8, ENOSYS = 52;
const BROKEN = 64; // from this status on an instance must not be used again

/** What the module imports from WASI. It needs a clock, and trusts no randomness. */
export function wasi(memory) {
  const view = () => new DataView(memory().buffer);
  const none = (count, size) => (view().setUint32(count, 0, true), view().setUint32(size, 0, true), OK);
  return {
    args_get: () => OK, args_sizes_get: none, environ_get: () => OK, environ_sizes_get: none,
    clock_time_get(_, __, at) { // never 0, which Go takes for a broken clock
      view().setBigUint64(at, BigInt(Math.max(Date.now(), 1)) * 1000000n, true);
      return OK;
    },
    random_get(at, n) {
      crypto.getRandomValues(new Uint8Array(memory().buffer, at, n));
      return OK;
    },
    fd_write(fd, list, n, written) { // what a fatal error says
      let all = 0;
      for (let i = 0; i < n; i++, list += 8) {
        const bytes = new Uint8Array(memory().buffer, view().getUint32(list, true), view().getUint32(list + 4, true));
        console.error(new TextDecoder().decode(bytes));
        all += bytes.length;
      }
      view().setUint32(written, all, true);
      return fd === 1 || fd === 2 ? OK : BAD;
    },
    poll_oneoff: () => ENOSYS, sched_yield: () => OK,
    proc_exit(code) { throw new Error(`the module ended with exit code ${code}`); },
  };
}

/** One module with one snapshot. It answers one request at a time. */
export class Proffer {
  #exports;

  /** module: a WebAssembly.Module; settings, snapshot: Uint8Array. */
  constructor(module, settings, snapshot) {
    const imports = wasi(() => this.#exports.memory);
    this.#exports = new WebAssembly.Instance(module, { wasi_snapshot_preview1: imports }).exports;
    this.#exports._initialize();
    for (const [name, bytes] of [["configure", settings], ["verify", snapshot], ["load", snapshot]]) {
      const status = this.#call(name, bytes);
      if (status !== 0) throw new Error(`proffer_${name}: status ${status}`);
    }
  }

  #call(name, bytes) {
    const at = this.#exports.proffer_buffer(bytes.length) >>> 0;
    if (at === 0) throw new RangeError(`no room for ${bytes.length} bytes`);
    new Uint8Array(this.#exports.memory.buffer, at).set(bytes); // a new view: memory grows
    return this.#exports[`proffer_${name}`](bytes.length);
  }

  /** The size of the linear memory in bytes. */
  get size() { return this.#exports.memory.buffer.byteLength; }

  /** Answers one request, both as bytes. When it throws, make a new Proffer. */
  handle(request) {
    const packed = BigInt.asUintN(64, this.#call("handle", request));
    const response = new Uint8Array(this.#exports.memory.buffer, Number(packed >> 32n), Number(packed & 0xffffffffn)).slice();
    if (response[1] >= BROKEN) throw new Error(`status ${response[1]}: ${new TextDecoder().decode(response)}`);
    return response;
  }
}
