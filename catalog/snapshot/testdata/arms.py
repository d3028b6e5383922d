#!/usr/bin/env python3
"""Prints arms.json: test vectors of experiments and holdouts.

It is written from SNAPSHOT.md §5 alone, so that the page is enough to find the
arm of an id from: python3 catalog/snapshot/testdata/arms.py > catalog/snapshot/testdata/arms.json
"""
import json

MASK = 2**64 - 1
IDS = [bytes(16), bytes.fromhex("00112233445566778899aabbccddeeff"), b"k1", "zoë".encode(), b"customer-4711"]
IDS += [bytes([i] * 16) for i in range(1, 12)]
EXPERIMENTS = [
    ("hero_test", 1, {"a": 50, "b": 50}),
    ("hero_test", 2, {"a": 50, "b": 50}),
    ("hero_test", 1, {"a": 1, "b": 1, "c": 0}),
    ("colour", 1, {"red": 90, "green": 9, "blue": 1}),
    ("rare", 1000000000, {"plain": 1000000, "bold": 1}),
]
HOLDOUTS = [("all", 1, 5), ("all", 1, 50), ("all", 2, 50), ("spring", 1, 0.5), ("whole", 1, 100)]


def fmix64(h):
    h = (h ^ h >> 33) * 0xFF51AFD7ED558CCD & MASK
    h = (h ^ h >> 33) * 0xC4CEB9FE1A85EC53 & MASK
    return h ^ h >> 33


def hash64(b):
    h = 0xCBF29CE484222325
    for c in b:
        h = (h ^ c) * 0x100000001B3 & MASK
    return fmix64(h)


def lot(version, name, id):
    return hash64(version.to_bytes(8, "little") + name.encode() + b"\0" + id)


def cost(h):
    """28 bits of -log2(h / 2**64), h odd."""
    h |= 1
    length = h.bit_length()
    m = (h << (64 - length)) >> 32
    log = 0
    for _ in range(28):
        m = m * m
        if m >= 2**63:
            log, m = 2 * log + 1, m >> 32
        else:
            log, m = 2 * log, m >> 31
    return (65 - length) * 2**28 - log


def arm(version, name, arms, id):
    best = None
    for a in sorted(arms):
        c = cost(fmix64(lot(version, name, id) ^ hash64(a.encode())))
        if arms[a] and (best is None or c * arms[best[1]] < best[0] * arms[a]):
            best = (c, a)
    return best[1]


def held(version, name, percent, id):
    return (lot(version, name, id) >> 32) * 100 < percent * 2**32


print(json.dumps({
    "ids": [id.hex() for id in IDS],
    "lots": [{"name": n, "version": v, "lots": ["%016x" % lot(v, n, id) for id in IDS]} for n, v, _ in EXPERIMENTS[:2]],
    "experiments": [{"name": n, "version": v, "arms": a, "are": [arm(v, n, a, id) for id in IDS]} for n, v, a in EXPERIMENTS],
    "holdouts": [{"name": n, "version": v, "percent": p, "are": [held(v, n, p, id) for id in IDS]} for n, v, p in HOLDOUTS],
}, indent=1))
