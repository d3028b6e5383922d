package bolt

import (
	"github.com/profferhq/proffer/plugin/abi"
)

// plan says which rows a change may concern.
type plan struct {
	visitor string // key, or empty
	link    string // key of the person to whom the visitor is linked by its row, or empty
	person  string // of the one to whom it is to be linked, or empty
	dropped string // of the visitor for whom the person has no room then, or empty
	news    []news
}

// news is what is new of one person.
type news struct {
	key     string
	history abi.History
}

func (p *plan) keys() []string {
	keys := make([]string, 0, 4+len(p.news))
	for _, k := range [...]string{p.visitor, p.link, p.person, p.dropped} {
		if k != "" {
			keys = append(keys, k)
		}
	}
	for i := range p.news {
		keys = append(keys, p.news[i].key)
	}
	return keys
}

func (s *Store) plan(c *abi.Changes) (p plan, err error) {
	if len(c.Visitor) > 0 {
		p.visitor = visitorKey(c.Visitor)
		held, err := s.row(p.visitor)
		if err != nil && !c.Forget {
			return p, err
		}
		if held != nil {
			p.link = held.link
		}
	}
	if c.Forget {
		return p, nil
	}
	if c.Person.Key != nil {
		p.person = personKey(c.Person.Source, c.Person.Key)
	} else if p.person, err = s.personOf(&c.Link); err != nil {
		return p, err
	}
	if p.person != "" && p.person != p.link {
		if p.dropped, err = s.last(p.person); err != nil {
			return p, err
		}
	}
	for i := range c.Persons {
		n := news{history: c.Persons[i].History}
		switch person := &c.Persons[i]; {
		case person.Key != nil:
			n.key = personKey(person.Source, person.Key)
		case p.person != "":
			n.key = p.person
		default:
			n.key = p.link
		}
		if n.key != "" && len(n.history) > 0 {
			p.news = append(p.news, n)
		}
	}
	return p, nil
}

// last is the key of a person's last visitor, if there is no room for another.
func (s *Store) last(person string) (key string, err error) {
	held, err := s.row(person)
	if err != nil || held == nil || len(held.linked) < maxLinked {
		return "", err
	}
	return visitorKey(held.linked[len(held.linked)-1][:]), nil
}

// personOf is the key of the person whom a link names, or empty if that is not
// known.
func (s *Store) personOf(l *abi.Link) (key string, err error) {
	if len(l.Hash) != abi.LinkSize {
		return "", nil
	}
	c, err := s.value(linkKey(l.Source, l.KeyID, l.Hash))
	if err != nil || c.value != nil {
		return string(c.value), err
	}
	name, ok, err := s.config.People.OfLink(string(l.Source), l.KeyID, [abi.LinkSize]byte(l.Hash))
	if err != nil || !ok {
		return "", err
	}
	return personKey(l.Source, []byte(name)), nil
}
