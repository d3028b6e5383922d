// As much of msgpack as plugin/ABI.md needs, read and written as Go does it there.
// Integers that a number cannot hold are BigInt.

const DEPTH = 16;
const utf8 = new TextEncoder();
const text = new TextDecoder("utf-8", { ignoreBOM: true });

/** The bytes of null, a boolean, an integer, a string, bytes, an array or an object. */
export function encode(value) {
  const out = new Writer();
  out.value(value);
  return out.bytes.slice(0, out.at);
}

class Writer {
  bytes = new Uint8Array(2048);
  view = new DataView(this.bytes.buffer);
  at = 0;

  /** Makes room for n bytes; where they begin. Only then is view the right one. */
  room(n) {
    const from = this.at;
    this.at += n;
    if (this.at > this.bytes.length) {
      const more = new Uint8Array(2 * this.at);
      more.set(this.bytes);
      this.bytes = more;
      this.view = new DataView(more.buffer);
    }
    return from;
  }

  byte(v) {
    const at = this.room(1);
    this.bytes[at] = v;
  }

  copy(b) {
    const at = this.room(b.length);
    this.bytes.set(b, at);
  }

  value(v) {
    if (v === null || v === undefined) return this.byte(0xc0);
    if (typeof v === "boolean") return this.byte(v ? 0xc3 : 0xc2);
    if (typeof v === "string") return this.string(utf8.encode(v));
    if (v instanceof Uint8Array) return this.sized(v, { byte: 0xc4, short: 0xc5, long: 0xc6 });
    if (Array.isArray(v)) {
      this.head(v.length, { fix: 0x90, small: 16, short: 0xdc, long: 0xdd });
      return v.forEach((e) => this.value(e));
    }
    if (typeof v === "object") {
      const all = Object.entries(v);
      this.head(all.length, { fix: 0x80, small: 16, short: 0xde, long: 0xdf });
      return all.forEach(([name, e]) => (this.value(name), this.value(e)));
    }
    if (typeof v !== "bigint" && !Number.isSafeInteger(v)) throw new TypeError(`${v} is no integer`);
    this.integer(BigInt(v));
  }

  string(b) { this.sized(b, { fix: 0xa0, small: 32, byte: 0xd9, short: 0xda, long: 0xdb }); }

  sized(b, codes) {
    this.head(b.length, codes);
    this.copy(b);
  }

  /** A length: within the code where it is small, else behind one in 1, 2 or 4 bytes. */
  head(n, { fix, small = 0, byte, short, long }) {
    if (n < small) return this.byte(fix | n);
    if (byte !== undefined && n < 0x100) return this.number(byte, n, 1);
    return n < 0x10000 ? this.number(short, n, 2) : this.number(long, n, 4);
  }

  integer(v) {
    if (v >= -32n && v < 128n) return this.byte(Number(v & 0xffn));
    const size = [1, 2, 4, 8].findIndex((n) => (v < 0n ? ~v << 1n : v) >> BigInt(8 * n) === 0n);
    if (size < 0) throw new RangeError(`${v} has more than 64 bits`);
    this.number((v < 0n ? 0xd0 : 0xcc) + size, v, 1 << size);
  }

  /** A code, and a number behind it. */
  number(code, v, size) {
    this.byte(code);
    while (size-- > 0) this.byte(Number(BigInt(v) >> BigInt(8 * size) & 0xffn));
  }
}

/** The value that the bytes are; throws where they are none, or more than one. */
export function decode(bytes) {
  const in_ = new Reader(bytes);
  const v = in_.value(DEPTH);
  if (in_.at !== bytes.length) throw new RangeError(`${bytes.length - in_.at} bytes behind the value`);
  return v;
}

class Reader {
  at = 0;

  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** The next n bytes, which have to be there. */
  take(n) {
    if (n > this.bytes.length - this.at) throw new RangeError(`${n} bytes at ${this.at} of ${this.bytes.length}`);
    this.at += n;
    return this.at - n;
  }

  uint(size) {
    const at = this.take(size);
    if (size === 8) return number(this.view.getBigUint64(at));
    return size === 1 ? this.view.getUint8(at) : size === 2 ? this.view.getUint16(at) : this.view.getUint32(at);
  }

  int(size) {
    const at = this.take(size);
    if (size === 8) return number(this.view.getBigInt64(at));
    return size === 1 ? this.view.getInt8(at) : size === 2 ? this.view.getInt16(at) : this.view.getInt32(at);
  }

  value(depth) {
    const code = this.uint(1);
    if (code < 0x80) return code;
    if (code < 0x90) return this.map(code & 15, depth);
    if (code < 0xa0) return this.array(code & 15, depth);
    if (code < 0xc0) return this.string(code & 31);
    if (code >= 0xe0) return code - 0x100;
    switch (code) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: case 0xc5: case 0xc6: return this.raw(this.uint(1 << code - 0xc4));
      case 0xca: return this.view.getFloat32(this.take(4));
      case 0xcb: return this.view.getFloat64(this.take(8));
      case 0xcc: case 0xcd: case 0xce: case 0xcf: return this.uint(1 << code - 0xcc);
      case 0xd0: case 0xd1: case 0xd2: case 0xd3: return this.int(1 << code - 0xd0);
      case 0xd9: case 0xda: case 0xdb: return this.string(this.uint(1 << code - 0xd9));
      case 0xdc: case 0xdd: return this.array(this.uint(2 << code - 0xdc), depth);
      case 0xde: case 0xdf: return this.map(this.uint(2 << code - 0xde), depth);
    }
    throw new RangeError(`code ${code} at ${this.at - 1}`);
  }

  raw(n) {
    const at = this.take(n);
    return this.bytes.subarray(at, at + n);
  }

  string(n) { return text.decode(this.raw(n)); }

  array(n, depth) {
    if (depth === 0) throw new RangeError("nested too deep");
    const out = [];
    while (n-- > 0) out.push(this.value(depth - 1)); // ends with the bytes at the latest
    return out;
  }

  map(n, depth) {
    if (depth === 0) throw new RangeError("nested too deep");
    const out = Object.create(null);
    while (n-- > 0) out[this.value(0)] = this.value(depth - 1);
    return out;
  }
}

function number(v) {
  const n = Number(v);
  return Number.isSafeInteger(n) ? n : v;
}
