// Package webhook delivers the events of a store's outbox to a URL, in order and
// at least once each: [Open] begins, [Sender.Close] ends with nothing in flight.
//
// A request is a POST of application/json, at most so many events and bytes:
//
//	{"events":[{"id":"17-9c56cc51b374c3ba","time":"2026-11-28T00:30:00.000Z","event":"shown",…},…]}
//
// An event has the keys of package events, and before them its id: its number in
// the outbox and 16 hex digits that its content gives. An event that comes again
// has the same id, so that a receiver can drop it.
//
// Requests are signed as Standard Webhooks 1.0.0 says
// (https://www.standardwebhooks.com), so that there are libraries which verify
// them: webhook-id (32 hex digits that the body gives), webhook-timestamp (seconds,
// of the attempt) and webhook-signature, a "v1,…" for each secret.
//
// What the receiver answers: 2xx takes all of a request. No answer, 5xx, 408, 425
// and 429 are tried again, after a random share of 1 s that doubles up to 5
// minutes, and not before what Retry-After says (at most an hour). 400, 409, 413
// and 422 may be one event's fault: the batch is halved until it is found, and
// events that are refused where others are taken are set aside in a file. Every
// other answer (redirects, 401, 404, 410 …) is the receiver's or the operator's
// business: everything is kept, logged, and tried again.
//
// Limits. One request at a time, so that order holds: a receiver that takes 50 ms
// gets 20 batches a second. An event that no receiver ever takes stays in the
// outbox while nothing else is taken either. Memory is for two batches. Addresses
// that are link-local or a cloud's metadata are never dialled, private and
// loopback ones only if that is configured; redirects are not followed, and
// proxies of the environment not used.
//
// Where to look next: sender.go for the loop, halve.go for bad events, dial.go for
// addresses, RATIONALE.md for what is decided.
package webhook
