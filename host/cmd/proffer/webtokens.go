package main

// webTokensHelp documents what the configuration file says of them.
const webTokensHelp = `
jwt is for a site whose login signs JSON Web Tokens already. Its keys:

  cookie or header  where the token is, one of the two; "Authorization" has it
                    behind "Bearer". It is believed from anybody, for it is signed,
                    and the origin gets it, too
  algorithms        of "HS256", "RS256", "EdDSA", those that the tokens may have
  key_file          the one key: a public key in PEM; for HS256 a secret of 32 bytes
                    or more in base64url, in a file that only its owner may read
  jwks_file         or several keys, as JWKS; a token's "kid" picks one
  issuer, audience  what "iss" has to be, and "aud" to have
  claim             "sub": the claim that is the person's key, text or a whole number
  source            "main": the people source of the catalog that it is a key of
  leeway_seconds    60: how far clocks may be apart, at most 300

A token must have "exp" and at most 4096 bytes. One that does not verify is absent:
a stranger's page, no error (proffer_jwt_total says how many, and why). If the same
key signs tokens for other ends, name the audience, or those count as well. A file
of keys that is saved is in force at once; a broken one changes nothing
(proffer_jwt_keys_refused is 1). Whom an identity token or a peer's header names,
no JWT names otherwise.
`
