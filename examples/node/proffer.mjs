// Answers the messages of plugin/ABI.md, "The command", in Node's own WASI: one
// message in, one response out, a fresh instance for each.

import {
  closeSync, fstatSync, ftruncateSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { WASI } from "node:wasi";

// node:wasi allocates in calls in which V8 does not allow a collection; without
// this one instance in fifty ends the process (nodejs/node#46777 and #53087,
// open; seen with 20.20 and 22.23). It costs nothing that matters here: an
// instance makes some twenty calls.
setFlagsFromString("--no-turbo-fast-api-calls");

/** The longest message, of which 64 MiB are the snapshot. */
export const MAX_MESSAGE = 65 * 1024 * 1024;

/**
 * Proffer holds the compiled module. Instances are made per message, which
 * takes milliseconds; compiling takes longer and is done once.
 *
 * Standard input and output of an instance are two files in a directory of
 * their own: a pipe would have to be read while the instance, which runs to its
 * end in one go, fills it.
 */
export class Proffer {
  #module;
  #dir = mkdtempSync(join(tmpdir(), "proffer-"));
  #stdin = openSync(join(this.#dir, "stdin"), "wx+", 0o600);
  #stdout = openSync(join(this.#dir, "stdout"), "wx+", 0o600);

  constructor(module) {
    this.#module = module;
  }

  /** Compiles proffer-command.wasm from a file. */
  static async open(file) {
    return new Proffer(await WebAssembly.compile(readFileSync(file)));
  }

  /**
   * Answers one message with one response, both as bytes. It throws if the
   * module traps, which no message makes it do, or ends otherwise than it
   * should.
   */
  decide(message) {
    if (message.length > MAX_MESSAGE) {
      throw new RangeError(`message of ${message.length} bytes, over the limit of ${MAX_MESSAGE}`);
    }
    replace(this.#stdin, message);
    replace(this.#stdout, new Uint8Array());
    // An instance reads from the place where a descriptor stands: it gets new
    // ones, which stand at the beginning.
    const stdin = openSync(join(this.#dir, "stdin"), "r");
    const stdout = openSync(join(this.#dir, "stdout"), "w");
    try {
      const wasi = new WASI({ version: "preview1", args: [], env: {}, stdin, stdout, returnOnExit: true });
      const instance = new WebAssembly.Instance(this.#module, wasi.getImportObject());
      const code = wasi.start(instance);
      if (code !== 0) {
        throw new Error(`the module ended with exit code ${code}`);
      }
    } finally {
      closeSync(stdin);
      closeSync(stdout);
    }
    return content(this.#stdout);
  }

  /** Removes the files. */
  close() {
    closeSync(this.#stdin);
    closeSync(this.#stdout);
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

function replace(fd, bytes) {
  ftruncateSync(fd, 0);
  for (let at = 0; at < bytes.length; ) {
    at += writeSync(fd, bytes, at, bytes.length - at, at);
  }
}

function content(fd) {
  const bytes = Buffer.alloc(fstatSync(fd).size);
  for (let at = 0; at < bytes.length; ) {
    const n = readSync(fd, bytes, at, bytes.length - at, at);
    if (n === 0) {
      throw new Error("the response was cut while it was read");
    }
    at += n;
  }
  return bytes;
}
