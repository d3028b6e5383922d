package main

// apiHelp documents the decide API, and "cors" of the configuration file.
const apiHelp = `
POST /.proffer/decide gives offers as data, for pages and programs that show them by
themselves; /.proffer/openapi.json describes it and the other endpoints. Who asks is known
by the visitor's cookies and the identity token. A server that asks for a visitor passes
their Cookie header on, and Set-Cookie back; or it shows a peer token, and may say who they
are, by "target", "visitor", "consent" and "no_store":

  curl -H "Authorization: Bearer $(proffer token peer --keys keys.json)" \
    -H "Content-Type: application/json" \
    -d '{"slots":[{"space":"hero"}],"target":"1002"}' http://localhost:8080/.proffer/decide

cors lets pages of other origins in, each written as browsers do: scheme, host, and the
port if it is not the usual one. There are no patterns. Without credentials such a page is
a stranger's at each call, and nothing that it tells is noted. With credentials cookies
come along, if the browser sends them: ours are SameSite=Lax, so that it does so between
hosts of one site, such as app.acme.com and www.acme.com, and never between sites. A listed
origin can do in its visitors' names what your own pages can: list none that others write.
max_age is how many seconds a browser may keep that it may ask, up to 86400.
`
