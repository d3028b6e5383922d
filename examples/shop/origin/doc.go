// Package origin is the web site of the example shop as one http.Handler.
//
// Everything it serves is inside the binary: pages from html/template, texts
// from data/*.json, the stylesheet and the drawings from static. Bodies are
// never compressed. Whether somebody is logged in comes from the cookie
// shop_session, which this demonstration does not sign.
//
// Where to look next: token.go, which is all that a site needs to tell Proffer
// who is asking; templates/slots.html for the places that offers go into.
package origin
