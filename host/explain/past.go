package explain

import (
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
)

// Where a history came from, on a host with a store.
const (
	fromCookie = "from the cookie"
	fromStore  = "from the store"
	others     = ", with what the person's other visitors were shown"
	unanswered = ": the store did not answer in time"
	noVisitor  = ": the store does not know the visitor yet"
	noPerson   = ": the store does not know the person"
)

// history says where the history came from that counted for a group; empty where
// there is none, and on a host without a store.
func (x *reading) history(group int) string {
	env := x.env(group)
	switch {
	case !x.request.Flags.Has(abi.FlagStore) || x.trace.Flags&abi.TraceConsent == 0:
		return ""
	case env.Kind() == snapshot.KindAnonymous && x.trace.Flags&abi.TraceKnown == 0:
		return ""
	case env.History() != snapshot.HistoryStore:
		return fromCookie
	case env.Kind() == snapshot.KindAnonymous:
		return x.ofVisitor(env)
	}
	return x.ofPerson(env)
}

func (x *reading) ofVisitor(env *snapshot.Environment) string {
	for i := range x.request.Record.Visitors {
		v := &x.request.Record.Visitors[i]
		switch {
		case len(v.Folder) > 0 && string(v.Folder) != x.name(env.Folder()):
		case v.Known:
			return fromStore
		default:
			return fromCookie + noVisitor
		}
	}
	return fromCookie + unanswered
}

func (x *reading) ofPerson(env *snapshot.Environment) string {
	for i := range x.request.Record.Persons {
		source := string(x.request.Record.Persons[i].Source)
		switch {
		case env.People() != snapshot.None && source != x.name(env.People()):
		case env.Flags()&snapshot.EnvironmentMergesHistory != 0 && len(x.request.Record.Linked) > 0:
			return fromStore + others
		default:
			return fromStore
		}
	}
	return fromCookie + noPerson
}
