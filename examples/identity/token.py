"""An identity token for Proffer: see README.md. Python 3.6 or later, no packages."""
import base64
import hashlib
import hmac
import json
import os
import sys
from urllib.parse import quote_plus


def identity_token(key_id, secret, source, person, expires, attributes=()):
    """Says that a person has logged in, until expires (unix seconds, at most 24
    hours ahead). source is the people source of the catalog, person the key in
    it, attributes are pairs of name and value; a name that comes more than once
    is a list. key_id and secret are those of the identity key in Proffer's keys
    file; the secret is what stands under "key" there.
    """
    key = base64.urlsafe_b64decode(secret + "=")
    if len(key) != 32:
        raise ValueError("the secret of key %d is not 32 bytes in base64url" % key_id)
    payload = "source=%s&key=%s&exp=%d" % (_form(source), _form(person), expires)
    for name, value in attributes:
        payload += "&a.%s=%s" % (_form(name), _form(value))
    signed = "p1.%d.%s" % (key_id, _base64url(payload.encode()))
    return signed + "." + _base64url(hmac.new(key, signed.encode(), hashlib.sha256).digest())


def _form(text):
    # The URL Standard's form-encoding; Proffer also reads plain quote_plus(text).
    return quote_plus(text, safe="*").replace("~", "%7E")


def _base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


# As a program: one JSON object a line in, one token a line out.
if __name__ == "__main__":
    for line in sys.stdin.buffer:
        said = json.loads(line.decode())
        print(identity_token(int(os.environ["PROFFER_KEY_ID"]), os.environ["PROFFER_KEY"],
                             said["source"], said["key"], said["exp"], said.get("attributes", ())))
