// node run.mjs proffer.wasm
//
// Answers requests until its standard input ends. Three frames come in for each:
// configuration, snapshot, request; without bytes in the first two the instance
// stays, and a request without bytes asks for the size of its memory, as text. One
// goes out, the response. A frame is the length in four bytes, little-endian, and
// as many bytes.

import { readFileSync } from "node:fs";
import { argv, stdin, stdout } from "node:process";
import { Proffer } from "./embed.mjs";

const chunks = stdin[Symbol.asyncIterator]();
let rest = Buffer.alloc(0);

/** The next n bytes; nothing where the input ends. */
async function read(n) {
  const list = [rest]; // put together once: a snapshot comes in a thousand chunks
  for (let have = rest.length; have < n; ) {
    const { value, done } = await chunks.next();
    if (done) return;
    list.push(value);
    have += value.length;
  }
  rest = Buffer.concat(list);
  const bytes = rest.subarray(0, n);
  rest = rest.subarray(n);
  return bytes;
}

async function frame() {
  const size = await read(4);
  return size && read(size.readUInt32LE());
}

const module = await WebAssembly.compile(readFileSync(argv[2]));
let proffer;
for (let settings; (settings = await frame()); ) {
  const snapshot = await frame();
  if (snapshot.length > 0) proffer = new Proffer(module, settings, snapshot);
  const request = await frame();
  const response = request.length > 0 ? proffer.handle(request) : Buffer.from(`${proffer.size}`);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(response.length);
  stdout.write(size);
  stdout.write(response);
}
