// Package service is what "proffer serve" and other servers of ours are made of,
// from the files of an operator: an engine that is kept in step with its catalog,
// its keys and its pauses, the store, the files of events, the webhook, the JSON Web
// Tokens that tell people, and the [proxy.Middleware] over all of them.
//
// [Open] puts one together, [Instance.Follow] takes over what is saved, and
// [Instance.Operators] is what operators ask. What a server has of its own stays
// with it: where it listens, its TLS, its connections.
//
// Where to look next: config.go for what there is to say, instance.go for the order
// in which it begins and ends; host/cmd/proffer and examples/caddy use it.
package service
