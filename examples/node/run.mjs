// node run.mjs proffer-command.wasm
//
// Answers messages until its standard input ends. A frame, there and back, is
// the length in four bytes, little-endian, and as many bytes.

import { readSync, writeSync } from "node:fs";
import { argv, exit, stderr } from "node:process";
import { MAX_MESSAGE, Proffer } from "./proffer.mjs";

const [STDIN, STDOUT] = [0, 1];

/** Fills bytes from standard input; false if that ends before the first one. */
function fill(bytes) {
  for (let at = 0; at < bytes.length; ) {
    const n = retry(() => readSync(STDIN, bytes, at, bytes.length - at, null));
    if (n === 0) {
      if (at === 0) return false;
      throw new Error(`standard input ends within a frame, after ${at} of ${bytes.length} bytes`);
    }
    at += n;
  }
  return true;
}

function put(bytes) {
  for (let at = 0; at < bytes.length; ) {
    at += retry(() => writeSync(STDOUT, bytes, at));
  }
}

/** A pipe that is not blocking says EAGAIN where it would block. */
function retry(io) {
  for (;;) {
    try {
      return io();
    } catch (e) {
      if (e.code === "EOF") return 0;
      if (e.code !== "EAGAIN") throw e;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function serve(proffer) {
  const length = Buffer.alloc(4);
  while (fill(length)) {
    const size = length.readUInt32LE();
    if (size > MAX_MESSAGE) {
      throw new RangeError(`frame of ${size} bytes, over the limit of ${MAX_MESSAGE}`);
    }
    const message = Buffer.alloc(size);
    if (size > 0 && !fill(message)) {
      throw new Error(`standard input ends before a message of ${size} bytes`);
    }
    const response = proffer.decide(message);
    length.writeUInt32LE(response.length);
    put(length);
    put(response);
  }
}

if (argv.length !== 3) {
  stderr.write("usage: node run.mjs proffer-command.wasm\n");
  exit(2);
}
const proffer = await Proffer.open(argv[2]);
try {
  serve(proffer);
} catch (e) {
  stderr.write(`run.mjs: ${e.message}\n`);
  process.exitCode = 1;
} finally {
  proffer.close();
}
