package workload

import (
	"encoding/binary"
	"strconv"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// Now is the time of every request: 2026-07-10T12:00:00Z.
const Now = int64(1_783_684_800_000)

// Visitors is how many different ones there are.
const Visitors = 64

// Settings is the configuration message of every engine: the published test
// key, which signs cookies.
func Settings() []byte {
	c := abi.DefaultConfig()
	c.Keys = []abi.Key{{Use: abi.UseCookie, Primary: true, Secret: abi.TestSecret()}}
	return abi.AppendConfig(nil, c)
}

// Requests are page calls of Visitors different visitors on a snapshot: the
// listed page with its three slots, the cookie older than a minute, so that it
// is written anew. With nobody, every offer's last condition fails for all of
// them.
func Requests(hash []byte, nobody bool) [][]byte {
	list := make([][]byte, Visitors)
	for i := range list {
		list[i] = request(hash, i, nobody)
	}
	return list
}

func request(hash []byte, i int, nobody bool) []byte {
	slots := make([]abi.Slot, len(Spaces))
	for s, name := range Spaces {
		slots[s] = abi.Slot{Space: []byte(name), N: 1}
	}
	entropy := seal.Sum256([]byte{'e', byte(i)})
	return abi.AppendRequest(nil, &abi.Request{
		Kind: abi.KindPage, Snapshot: hash, Time: Now, Seed: uint64(i) * 0x9e3779b97f4a7c15,
		Entropy: entropy[:], Flags: abi.FlagSecure, Want: abi.WantHTML,
		Host: []byte(Host), Path: []byte(Path), Query: []byte("utm_source=letter"),
		Headers: []abi.Header{
			{Name: []byte("cookie"), Value: []byte("session=4f2a9c; " + Cookie(i, nobody) + "; theme=dark")},
			{Name: []byte("accept-language"), Value: []byte("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5")},
			{Name: []byte("user-agent"), Value: []byte("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")},
			{Name: []byte("sec-gpc"), Value: []byte("0")},
			{Name: []byte("accept"), Value: []byte("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")},
			{Name: []byte("referer"), Value: []byte("https://www.example.com/travel/")},
		},
		Mode: abi.SlotsListed, HasSlots: true, Slots: slots,
	})
}

// Cookie is the i-th visitor's cookie, "name=value", of some 300 characters.
func Cookie(i int, nobody bool) string { return cookie(i, nobody, true) }

// PlainCookie is Cookie of a visitor who comes without TLS.
func PlainCookie(i int) string { return cookie(i, false, false) }

func cookie(i int, nobody, secure bool) string {
	header, ok := visitor.AppendSetCookie(nil, seal.TestKeyring(), Body(i, nobody), secure)
	if !ok {
		panic("workload: no key to sign a cookie with")
	}
	for end, c := range header {
		if c == ';' {
			return string(header[:end])
		}
	}
	return string(header)
}

// Body is what the i-th visitor's cookie holds: the visitor, a link to a
// person, and of the one folder six attributes and five propositions of the last
// days.
func Body(i int, nobody bool) []byte {
	seconds := Now / 1000
	s := visitor.State{Known: true, VisitStart: seconds - 600, LastNoted: seconds - 120}
	id := seal.Sum256([]byte{'v', byte(i)})
	copy(s.ID[:], id[:])
	s.Link = visitor.Link{Set: true, Source: []byte("shop")}
	copy(s.Link.Hash[:], id[16:])
	b := s.AppendHead(nil)
	draw := binary.LittleEndian.Uint64(id[:])
	visits := int64((draw >> 8) % 10)
	if nobody {
		visits = -1
	}
	w := visitor.BeginSection(b, false, hash32(Folder))
	w.Attribute(hash32("basket"), wire.AppendInt(nil, int64(draw>>16)&0xff))
	w.Attribute(hash32("country"), wire.AppendStr(nil, countries[draw%8]))
	interests := wire.AppendArray(nil, 3)
	for _, s := range [...]string{"beach", "music", "night-train"} {
		interests = wire.AppendStr(interests, s)
	}
	w.Attribute(hash32("interests"), interests)
	w.Attribute(hash32("member"), wire.AppendBool(nil, draw&8 != 0))
	w.Attribute(hash32("newsletter"), wire.AppendBool(nil, draw&16 != 0))
	w.Attribute(hash32("visits"), wire.AppendInt(nil, visits))
	w.AppendHistory(0, history(draw))
	return w.End()
}

// history is five propositions, 18 hours apart, of offers under the rule and of
// others.
func history(draw uint64) *visitor.History {
	h := &visitor.History{}
	for i := range 5 {
		at := visitor.Minute(Now) - uint32(5-i)*18*60
		e := visitor.Entry{
			Offer: hash32("offer" + strconv.Itoa(int(draw>>(8*i))%100)), Channel: decide.ChannelHash([]byte("web")),
			Status: catalog.Presented, First: at, Last: at,
		}
		binary.LittleEndian.PutUint64(e.ID[:], draw+uint64(i))
		h.Add(e)
	}
	return h
}

func hash32(name string) uint32 { return snapshot.Hash32([]byte(name)) }
