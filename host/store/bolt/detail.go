package bolt

import (
	"bytes"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// detail is what is held of a proposition beside its history entry, encoded: [id,
// interaction, snapshot, categories, rank, weight, mode, fallback, storage].
type detail []byte

// id is that of the proposition.
func (d detail) id() []byte {
	c := wire.NewCursor(d)
	c.Array()
	return c.Bin()
}

func newDetail(p *abi.Proposition, c *store.Change) detail {
	dst := wire.AppendArray(nil, 9)
	dst = wire.AppendBin(dst, p.ID)
	dst = wire.AppendBin(dst, c.Interaction)
	dst = wire.AppendBin(dst, c.Snapshot)
	dst = wire.AppendArray(dst, len(p.Categories))
	for _, name := range p.Categories {
		dst = wire.AppendStrBytes(dst, name)
	}
	dst = wire.AppendInt(dst, int64(p.Rank))
	dst = wire.AppendFloat(dst, p.Weight)
	dst = wire.AppendUint(dst, uint64(p.Mode))
	dst = wire.AppendBool(dst, p.Fallback)
	return wire.AppendUint(dst, uint64(p.Storage))
}

// details lists an encoded array of them.
func details(encoded []byte) (list []detail) {
	c := wire.NewCursor(encoded)
	for n := c.Array(); n > 0 && c.OK(); n-- {
		list = append(list, c.Raw())
	}
	return list
}

// setDetails keeps, of what the row has and of what a change tells, those of
// propositions that the row has. The first that was told holds.
func (r *row) setDetails(list []abi.HistoryEntry, c *store.Change) {
	if len(r.details) == 0 && len(c.Details) == 0 {
		return
	}
	known := details(r.details)
	for i := range c.Details {
		if p := &c.Details[i]; len(p.ID) == abi.PropositionSize && !told(known, p.ID) {
			known = append(known, newDetail(p, c))
		}
	}
	n, body := 0, []byte(nil)
	for _, d := range known {
		if find(list, &abi.HistoryEntry{ID: d.id()}) >= 0 {
			n, body = n+1, append(body, d...)
		}
	}
	r.details = nil
	if n > 0 {
		r.details = append(wire.AppendArray(nil, n), body...)
	}
}

func told(list []detail, id []byte) bool {
	for _, d := range list {
		if bytes.Equal(d.id(), id) {
			return true
		}
	}
	return false
}
