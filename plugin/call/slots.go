package call

import "github.com/profferhq/proffer/plugin/abi"

const mustBeArray = "must be an array"

func (r *Reader) slots() {
	if !r.opens('[', mustBeArray) {
		return
	}
	list := r.request.Slots
	for r.more(']') {
		if len(list) == abi.MaxSlots {
			r.refuse("has more than 64 entries")
		}
		if r.failed {
			r.skip()
			continue
		}
		outer := r.enterEntry(len(list))
		list = append(list, abi.Slot{N: 1, Held: abi.HeldYes})
		r.slot = &list[len(list)-1]
		if r.object(slotMembers); len(r.slot.Space) == 0 {
			r.refuse("has no space")
		}
		r.leave(outer)
	}
	r.request.Slots = list
}

func (r *Reader) ordinal() int {
	n := 0
	if c := r.peek(); c-'0' > 9 {
		r.skip()
	} else {
		for _, c := range r.number() {
			if n = 10*n + int(c-'0'); c-'0' > 9 || n > abi.MaxN {
				n = 0
				break
			}
		}
	}
	if n == 0 {
		r.refuse("must be a whole number from 1 to 100")
		return 1
	}
	return n
}

// list reads the names of categories or of themes.
func (r *Reader) list(what what) {
	if !r.opens('[', mustBeArray) {
		return
	}
	start := len(r.names)
	for n := 0; r.more(']'); n++ {
		if n == abi.MaxCategories {
			r.refuse("has more than 32 entries")
		}
		if r.failed {
			r.skip()
			continue
		}
		outer := r.enterEntry(n)
		r.names = append(r.names, r.string())
		r.leave(outer)
	}
	into := &r.slot.Categories
	if what == theThemes {
		into = &r.slot.Themes
	}
	if len(r.names) > start {
		*into = r.names[start:len(r.names):len(r.names)]
	}
}
