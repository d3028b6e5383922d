// Package nginxssi puts pages together in nginx: they come from its shared cache,
// and the offers in them from Proffer, as server-side includes. proffer.conf is what
// a site would take, catalog.yaml a catalog for it.
//
// The Go part is a test: under the build tag edges it runs nginx in front of a site
// and of Proffer, and asks for pages as several visitors.
//
// Where to look next: README.md for how to use it, plugin/ABI.md, "Endpoints and
// events", for what a fragment is.
package nginxssi
