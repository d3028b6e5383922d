// Package fault goes wrong where the path of a request asks for it: "/fault/PLACE/WAY".
// It does so in modules alone that are built with the tag proffer_faults, for tests of
// what runs them; in every other build [At] is empty, and the compiler leaves it out.
//
// Ways. "panic" is one that the module recovers; "late" is one the second time;
// "poison" is one after which every later call panics too, so that whoever goes on with
// the instance is found out; "memory" allocates until there is none, which ends an
// instance without its being asked; "loop" never ends.
//
// Where to look next: host/hosttest, which builds such modules.
package fault
