package abi

import "github.com/profferhq/proffer/catalog/wire"

// AppendError appends the response of a status that is neither ok nor need.
// The text is for a log.
func AppendError(dst []byte, s Status, text string) []byte {
	dst = wire.AppendArray(dst, 2)
	dst = wire.AppendUint(dst, uint64(s))
	return wire.AppendStr(dst, text)
}

// AppendPing appends the response to a ping: the hash of the resident snapshot,
// or nil.
func AppendPing(dst, hash []byte) []byte {
	dst = wire.AppendArray(dst, 2)
	dst = wire.AppendUint(dst, uint64(StatusOK))
	return appendBinOrNil(dst, hash)
}

// AppendNeed appends the response that asks for a record.
func AppendNeed(dst []byte, n *Need) []byte {
	dst = wire.AppendArray(dst, 6)
	dst = wire.AppendUint(dst, uint64(StatusNeed))
	dst = appendBinOrNil(dst, n.Visitor)
	dst = appendStrs(dst, n.Sources)
	dst = appendPersonKey(dst, n.Key)
	dst = appendLink(dst, &n.Link)
	return appendStrs(dst, n.Folders)
}

func appendLink(dst []byte, l *Link) []byte {
	if l.Hash == nil {
		return wire.AppendNil(dst)
	}
	dst = wire.AppendArray(dst, 3)
	dst = wire.AppendStrBytes(dst, l.Source)
	dst = wire.AppendUint(dst, uint64(l.KeyID))
	return wire.AppendBin(dst, l.Hash)
}

// AppendAnswer appends the response that holds a decision. Content, links and
// attributes are taken for what their comments say.
func AppendAnswer(dst []byte, a *Answer) []byte {
	dst = AppendAnswerHead(dst, a, len(a.Slots))
	var w SlotWriter
	for i := range a.Slots {
		dst = w.Append(dst, &a.Slots[i], false)
	}
	return AppendAnswerTail(dst, a)
}

// AppendAnswerHead appends what of an answer stands before its slots. Exactly as
// many answers of a SlotWriter must follow, and AppendAnswerTail: so a guest writes
// each slot when it is decided and keeps none.
func AppendAnswerHead(dst []byte, a *Answer, slots int) []byte {
	dst = wire.AppendArray(dst, 15)
	dst = wire.AppendUint(dst, uint64(StatusOK))
	dst = appendBinOrNil(dst, a.Snapshot)
	dst = appendBinOrNil(dst, a.Interaction)
	dst = wire.AppendBool(dst, a.Listed)
	return wire.AppendArray(dst, slots)
}

// AppendAnswerTail appends what of an answer stands behind its slots.
func AppendAnswerTail(dst []byte, a *Answer) []byte {
	dst = appendVisitorAnswer(dst, a)
	dst = appendPropositions(dst, a.Propositions)
	dst = appendStrs(dst, a.Cookies)
	dst = wire.AppendUint(dst, uint64(a.Cache))
	dst = appendStrs(dst, a.Events)
	dst = wire.AppendBool(dst, a.Holdout)
	dst = appendBinOrNil(dst, a.Trace)
	dst = wire.AppendUint(dst, uint64(a.Evicted))
	dst = wire.AppendBool(dst, a.Keep)
	return appendChanges(dst, a.HasChanges, &a.Changes)
}

func appendVisitorAnswer(dst []byte, a *Answer) []byte {
	if !a.HasVisitor {
		return wire.AppendNil(dst)
	}
	dst = wire.AppendArray(dst, 4)
	dst = appendBinOrNil(dst, a.Visitor.ID)
	dst = wire.AppendBool(dst, a.Visitor.New)
	dst = appendStrOrNil(dst, a.Visitor.Folder)
	return appendMap(dst, a.Visitor.Attributes)
}

//go:noinline
func appendPropositions(dst []byte, list []Proposition) []byte {
	dst = wire.AppendArray(dst, len(list))
	for i := range list {
		dst = appendProposition(dst, &list[i])
	}
	return dst
}

func appendProposition(dst []byte, p *Proposition) []byte {
	dst = wire.AppendArray(dst, 15)
	dst = appendBinOrNil(dst, p.ID)
	dst = wire.AppendStrBytes(dst, p.Offer)
	dst = wire.AppendStrBytes(dst, p.Space)
	dst = wire.AppendStrBytes(dst, p.Environment)
	dst = wire.AppendStrBytes(dst, p.Channel)
	dst = appendStrs(dst, p.Categories)
	dst = wire.AppendUint(dst, uint64(p.Storage))
	dst = wire.AppendStrBytes(dst, p.Target)
	dst = wire.AppendUint(dst, uint64(p.Rank))
	dst = wire.AppendFloat(dst, p.Weight)
	dst = wire.AppendUint(dst, uint64(p.Status))
	dst = wire.AppendInt(dst, p.Time)
	dst = wire.AppendUint(dst, uint64(p.Mode))
	dst = wire.AppendBool(dst, p.Fallback)
	return wire.AppendUint(dst, uint64(p.Shown))
}
