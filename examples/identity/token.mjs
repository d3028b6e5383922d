// An identity token for Proffer: see README.md. Node 16 or later, no packages.
import { createHmac } from "node:crypto";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

// identityToken says that a person has logged in, until expires (unix seconds, at
// most 24 hours ahead). source is the people source of the catalog, person the
// key in it, attributes an array of [name, value]; a name that comes more than
// once is a list. keyId and secret are those of the identity key in Proffer's
// keys file; the secret is what stands under "key" there.
export function identityToken(keyId, secret, source, person, expires, attributes = []) {
  const key = Buffer.from(secret, "base64url");
  if (key.length !== 32) throw new Error(`the secret of key ${keyId} is not 32 bytes in base64url`);
  const form = new URLSearchParams({ source, key: person, exp: String(expires) });
  for (const [name, value] of attributes) form.append("a." + name, value);
  const signed = `p1.${keyId}.` + Buffer.from(form.toString()).toString("base64url");
  return signed + "." + createHmac("sha256", key).update(signed).digest("base64url");
}

// As a program: one JSON object a line in, one token a line out.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { PROFFER_KEY_ID, PROFFER_KEY } = process.env;
  for await (const line of createInterface({ input: process.stdin })) {
    const { source, key, exp, attributes } = JSON.parse(line);
    console.log(identityToken(Number(PROFFER_KEY_ID), PROFFER_KEY, source, key, exp, attributes));
  }
}
