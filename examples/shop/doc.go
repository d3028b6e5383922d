// Command shop is the origin server of an invented travel shop, the web site
// that Proffer puts its offers into.
//
// It is an ordinary site: Go templates, a stylesheet, drawings, no JavaScript.
// Its pages mark the places for offers and work without them; it knows nothing
// of Proffer but how to write an identity token when a customer logs in. It is
// made to be looked at and tried out, not to sell: its session cookie is not
// signed, and anybody may log in as any customer.
//
// Where to look next: README.md for what to try, package origin for the site,
// the directory catalog for the offers.
package main
