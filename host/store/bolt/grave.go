package bolt

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"

	"github.com/profferhq/proffer/plugin/abi"
)

const graveSize = 16

// graveKey names an erased visitor without telling who it was: nobody without the
// file's secret and the cookie can find out.
func (s *Store) graveKey(visitor []byte) string {
	mac := hmac.New(sha256.New, s.secret)
	mac.Write(visitor)
	return string(ofGrave) + string(mac.Sum(nil)[:graveSize])
}

func (s *Store) isErased(visitor []byte) (bool, error) {
	c, err := s.value(s.graveKey(visitor))
	return err == nil && c.value != nil, err
}

// forget erases a visitor: held is its row, or nil.
func (d *draft) forget(visitor []byte, held *row) error {
	if len(visitor) == 0 {
		return nil
	}
	d.set(d.store.graveKey(visitor), &cell{value: be64(uint64(d.now))})
	if held == nil {
		return nil
	}
	if held.link != "" {
		if err := d.unlink(held.link, [abi.VisitorSize]byte(visitor)); err != nil {
			return err
		}
	}
	d.set(visitorKey(visitor), &cell{})
	d.more[visitors]--
	d.erased(held.alias)
	return nil
}

// erased puts the event into the outbox that tells that a subject was erased.
func (d *draft) erased(alias [aliasSize]byte) {
	if d.store.config.OutboxBytes > 0 {
		d.events = append(d.events, event{class: ofKept, line: erasedLine(alias, d.now)})
	}
}

// forgetDamaged erases a visitor whose row cannot be read: nobody knows its alias
// or whose it was.
func (d *draft) forgetDamaged(visitor []byte) error {
	d.set(d.store.graveKey(visitor), &cell{value: be64(uint64(d.now))})
	d.set(visitorKey(visitor), &cell{})
	d.more[visitors]--
	return nil
}

func erasedLine(alias [aliasSize]byte, now int64) []byte {
	return fmt.Appendf(nil, "proffer-event/1 e=erased&t=%d&a=%x", now, alias)
}
