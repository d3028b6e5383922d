// Package events keeps event lines (plugin/ABI.md, section 9) in files and reads
// them again: [Log] writes what a running proxy's module says, [Import] takes the
// lines out of other edges' logs, [Read] gives them back, [Count] makes a report.
//
// A directory holds one or more files for each day of UTC, by the events' own
// times: 2026-11-27-001.jsonl and so on, mode 0600, which a Log writes, and
// 2026-11-27-import-001.jsonl, which Import does. Each line is a JSON object with
// its keys in this order, those in brackets only where they are told:
//
//	time         2026-11-27T21:30:00.000Z
//	event        decided, shown, seen, clicked, accepted, rejected, erased
//	[interaction]  32 hex digits: what was decided for one page
//	proposition  16 hex digits: one offer in one place of one page
//	environment, space, channel, offer    names, or # and the hash of a name
//	[rank]       the place among the offers of the space, from 1
//	[mode]       explicit, implicit, anonymous
//	[fallback]   true: the space's fallback offer
//	[subject]    16 hex digits: the alias of the visitor or the person
//
// An erased event has time, event and subject alone: a store has forgotten the
// subject, and the alias leads to nobody any more.
//
// A reader passes over keys that it does not know. An event is what its line
// says: two with the same content are one.
//
// Limits. Files name no visitor and no person: an alias is random, and who is
// behind it stands in the store alone ([Config.Subjects]; without a store there is
// none); a line's other keys are not kept, and names have no other form than those
// of catalogs, so that nothing in a file or a table can be taken for markup or for
// a formula. Hence nothing needs to be erased in files. What does not fit the queue or the disk
// is lost, counted and said; a page never waits. A last line without its end is
// what a crash leaves: readers pass over it and the next Log removes it.
//
// Where to look next: line.go and json.go for the two forms, log.go for the
// queue, files.go for the files, RATIONALE.md for what is decided.
package events
