// Package workload makes the catalogs and requests that are measured: the same
// ones each time, for a number of offers and a seed.
//
// A catalog is one anonymous environment with three spaces. An offer has three
// conditions (country, a bool, a threshold), of which all hold for about 9 % of
// the pairs of offer and visitor, content of some 300 bytes on two of the
// spaces, and a weight; a fifth has a second, dated one. A quarter of the
// categories multiplies weights, half of those not at the time of the requests.
// Titles and texts are there in French too, which is what the requests ask for,
// and a presentation rule applies to half of the offers. The cookie holds five
// propositions of the last days, which the rule counts.
//
// Limits: it is one shape of catalog.
//
// Where to look next: catalog.go for the shape, request.go for a page call.
package workload
