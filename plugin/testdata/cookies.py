#!/usr/bin/env python3
"""Prints cookies.json: test vectors of COOKIES.md under the published test key.

It is written from that page alone, so that the page is enough to write the
formats from: python3 plugin/testdata/cookies.py > plugin/testdata/cookies.json
"""
import base64
import hashlib
import hmac
import json
import struct

SECRET = bytes(range(32))
NOON = 1783684800  # 2026-07-10T12:00:00Z
MINUTE = NOON // 60 - 28401120  # since 2024-01-01T00:00:00Z
VISITOR = "00112233445566778899aabbccddeeff"


def u16(n):
    return struct.pack("<H", n)


def u24(n):
    return struct.pack("<I", n)[:3]


def u32(n):
    return struct.pack("<I", n)


def uvarint(n):
    out = b""
    while n >= 128:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def base64url(b):
    return base64.urlsafe_b64encode(b).rstrip(b"=").decode()


def mac(text):
    return hmac.new(SECRET, text, hashlib.sha256).digest()


def hash64(name):
    h, mask = 0xCBF29CE484222325, 2**64 - 1
    for c in name.encode():
        h = (h ^ c) * 0x100000001B3 & mask
    h = (h ^ h >> 33) * 0xFF51AFD7ED558CCD & mask
    h = (h ^ h >> 33) * 0xC4CEB9FE1A85EC53 & mask
    return h ^ h >> 33


def hash32(name):
    return hash64(name) >> 32


def hash16(name):
    return hash64(name) >> 48


def envelope(label, body):
    signed = b"\x01\x00" + body
    return base64url(signed + mac(label.encode() + b"\x00" + signed)[:16])


def link(source, key):
    return mac(b"link\x00" + source.encode() + b"\x00" + key.encode())[:16]


def part(tag, content):
    return bytes([tag]) + u16(len(content)) + content


def history(entries):
    channels = list(dict.fromkeys(e["channel"] for e in entries))
    whole = [e for e in entries if "id" in e]
    folded = [e for e in entries if "id" not in e]
    base = max(e["first"] for e in entries)
    out = u24(base) + bytes([len(whole) << 4 | len(channels) - 1])
    out += b"".join(u16(hash16(c)) for c in channels)
    for run in whole, folded:
        before = base
        for e in run:
            place = channels.index(e["channel"])
            head = ((before - e["first"]) * len(channels) + place) * 6 + e["status"]
            out += uvarint(head) + u32(hash32(e["offer"]))
            before = e["first"]
            if "id" in e:
                out += bytes.fromhex(e["id"])
                if e["status"] > 1:
                    out += uvarint(e["last"] - e["first"])
    return out


def visitor(v):
    out = bytes.fromhex(v["id"]) + u32(v["visit_start"]) + u32(v["last_noted"])
    if "link" in v:
        source = v["link"]["source"]
        out += part(4 if v["link"].get("listed") else 1, b"\x00" + link(source, v["link"]["key"]) + source.encode())
    for s in v.get("sections", []):
        content = u32(hash32(s["name"]))
        if "data" in s:
            content += part(1, b"".join(u32(hash32(a["name"])) + bytes.fromhex(a["value"]) for a in s["data"]))
        if "history" in s:
            content += part(2, history(s["history"]))
        for shared in s.get("shared", []):
            content += part(3, u32(hash32(shared["environment"])) + history(shared["history"]))
        out += part(2 if s["kind"] == "folder" else 3, content)
    return out


def tag(visitor_id):
    if not visitor_id:
        return 0
    a, b, c, d = struct.unpack("<4I", bytes.fromhex(visitor_id))
    return max(a ^ b ^ c ^ d, 1)


def events(v):
    out = u32(tag(v["visitor"]))
    for e in v["events"]:
        makes = "section" in e
        flags = e["status"] | makes << 3 | (e.get("kind") == "environment") << 4 | ("space" in e) << 5
        out += bytes([flags]) + bytes.fromhex(e["id"]) + u32(hash32(e["offer"]))
        out += u24(e["first"]) + uvarint(e["last"] - e["first"])
        if makes:
            out += u32(hash32(e["section"])) + u16(hash16(e["channel"]))
        if "space" in e:
            out += u32(hash32(e["space"]))
    return out


def ticket(k):
    return (
        bytes.fromhex(k["id"])
        + u32(hash32(k["environment"]))
        + u32(hash32(k["space"]))
        + u32(hash32(k["offer"]))
        + u16(hash16(k["channel"]))
        + u24(k["minute"])
        + u32(tag(k["visitor"]))
        + bytes([k["status"]])
        + k["destination"].encode()
    )


def form(text):
    out = ""
    for c in text.encode():
        if c < 128 and (chr(c).isalnum() or chr(c) in "*-._"):
            out += chr(c)
        else:
            out += "+" if c == 32 else "%%%02X" % c
    return out


def token(source, key, exp, attributes):
    payload = "source=%s&key=%s&exp=%d" % (form(source), form(key), exp)
    payload += "".join("&a.%s=%s" % (form(n), form(v)) for n, v in attributes)
    signed = "p1.0." + base64url(payload.encode())
    return {
        "source": source,
        "key": key,
        "exp": exp,
        "attributes": attributes,
        "payload": payload,
        "token": signed + "." + base64url(mac(signed.encode())),
    }


def peer(exp):
    payload = "exp=%d" % exp
    signed = "p1.0." + base64url(payload.encode())
    return {"exp": exp, "payload": payload, "token": signed + "." + base64url(mac(signed.encode()))}


def sealed(one, label, body):
    return one | {"body": body.hex(), "value": envelope(label, body)}


HISTORY = [
    {"id": "0102030405060708", "offer": "beach", "channel": "web", "status": 1, "first": MINUTE, "last": MINUTE},
    {"id": "1112131415161718", "offer": "canada", "channel": "web", "status": 3, "first": MINUTE - 90, "last": MINUTE - 60},
    {"offer": "canada", "channel": "app", "status": 5, "first": MINUTE - 2880, "last": MINUTE - 2880},
    {"offer": "lisbon", "channel": "web", "status": 1, "first": MINUTE - 20000, "last": MINUTE - 20000},
]
STRANGER = {"id": VISITOR, "visit_start": NOON, "last_noted": NOON}
VISITORS = [
    {"name": "a stranger's first page", "secure": False} | STRANGER,
    {"name": "the same under TLS", "secure": True} | STRANGER,
    {
        "name": "linked, with visitor data and a history",
        "secure": True,
        "id": VISITOR,
        "visit_start": NOON - 1200,
        "last_noted": NOON,
        "link": {"source": "main", "key": "1001"},
        "sections": [
            {
                "kind": "folder",
                "name": "visitors",
                "data": [{"name": "visits", "value": "03"}, {"name": "country", "value": "a24652"}],
                "history": HISTORY,
            },
            {"kind": "environment", "name": "customers", "data": [{"name": "pages", "value": "cd012c"}]},
        ],
    },
    {
        "name": "listed by a people source, with a folder that two environments share",
        "secure": False,
        "id": VISITOR,
        "link": {"source": "main", "key": "1001", "listed": True},
        "visit_start": NOON,
        "last_noted": NOON,
        "sections": [
            {
                "kind": "folder",
                "name": "brands",
                "shared": [
                    {"environment": "red", "history": HISTORY[:2]},
                    {"environment": "blue", "history": HISTORY[2:]},
                ],
            },
        ],
    },
]
CLICK = {"id": "0102030405060708", "offer": "beach", "status": 2, "first": MINUTE, "last": MINUTE + 3}
ACCEPTED = {"id": "1112131415161718", "offer": "canada", "status": 3, "first": MINUTE - 90, "last": MINUTE - 60}
MADE = {"id": "2122232425262728", "offer": "lisbon", "status": 1, "first": MINUTE - 200, "last": MINUTE - 200}
PERSONS = {"id": "3132333435363738", "offer": "upgrade", "status": 5, "first": MINUTE - 300, "last": MINUTE - 100}
EVENTS = [
    {"name": "a click", "secure": False, "visitor": VISITOR, "events": [CLICK]},
    {
        "name": "an acceptance, and two that the history may lack",
        "secure": True,
        "visitor": VISITOR,
        "events": [
            ACCEPTED | {"space": "hero"},
            MADE | {"channel": "web", "kind": "folder", "section": "visitors"},
            PERSONS | {"channel": "app", "kind": "environment", "section": "customers"},
        ],
    },
]
PROPOSITION = {
    "id": "0102030405060708",
    "environment": "visitors",
    "space": "hero",
    "offer": "beach",
    "channel": "web",
    "minute": MINUTE,
    "status": 1,
}
TICKETS = [
    PROPOSITION | {"action": action, "visitor": who, "destination": to}
    for action, who, to in [
        ("click", VISITOR, "/offers/beach?from=hero"),
        ("click", VISITOR, "https://shop.example/é"),
        ("seen", VISITOR, ""),
        ("accept", VISITOR, ""),
        ("reject", "", ""),
    ]
]
NAMES = ["visitors", "customers", "hero", "web", "app", "beach", "canada", "lisbon", "upgrade", "visits", "country", "pages", "brands", "red", "blue", ""]
ENVELOPES = [("proffer", b""), ("proffer", b"hello"), ("__Host-proffer", b"hello"), ("click", b"hello")]
LINKS = [("main", "1001"), ("", "1001"), ("club", "Zoë")]
TOKENS = [
    token("main", "1001", NOON + 3600, []),
    token("main", "K-1", NOON + 3600, [["country", "FR"], ["name", "Jürgen M"]]),
    token("crm & club", "a+b c%20d=e&f", NOON + 3600, [["full name", "Zoë  + 100% “ok”"], ["x", ""]]),
    token("main", "日本 ~*-._", NOON + 3600, [["segments", "gold"], ["segments", "new"], ["segments", "gold"], ["a.b", "&a.admin=1"]]),
]
PEERS = [peer(NOON + 3600), peer(NOON + 86400)]

print(
    json.dumps(
        {
            "about": "Test vectors of plugin/COOKIES.md. The key is the published test key: whoever accepts it accepts anybody.",
            "key": {"id": 0, "secret": SECRET.hex()},
            "names": [{"name": n, "hash32": "%08x" % hash32(n), "hash16": "%04x" % hash16(n)} for n in NAMES],
            "envelopes": [sealed({"label": label}, label, body) for label, body in ENVELOPES],
            "links": [{"source": s, "key": k, "hash": link(s, k).hex()} for s, k in LINKS],
            "visitors": [sealed(v, "__Host-proffer" if v["secure"] else "proffer", visitor(v)) for v in VISITORS],
            "events": [sealed(v, "__Host-proffer_e" if v["secure"] else "proffer_e", events(v)) for v in EVENTS],
            "tickets": [sealed(k, k["action"], ticket(k)) for k in TICKETS],
            "tokens": TOKENS,
            "peers": PEERS,
        },
        indent=1,
        ensure_ascii=False,
    )
)
