// Package payload holds texts that run script, or change a page, where a program
// takes them for markup: what hostile visitors send and careless authors paste.
// Each that runs calls [Run], which sets the global __xss of its page and opens a
// dialog, so that a browser tells. A catalog of this package puts such texts into
// every place that an offer has for them, and [Parse] reads what a page became.
//
// The list is ours and systematic where that helps: ways out of a place times
// things to run behind it, schemes times ways to hide them. It is for tests and
// makes no claim to be complete; that nothing of it runs is necessary and not
// sufficient, which is why pages are compared with a harmless one, element by
// element, and not searched for what is known to be bad.
//
// Where to look next: payload.go for the list, catalog.go for the places,
// examples/browser for what Chromium makes of it.
package payload
