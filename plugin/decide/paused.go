package decide

// paused is the operator's overlay: offers and spaces that are not proposed
// and not asked, whatever the snapshot says. Both lists are short.
type paused struct {
	offers, spaces []uint32
}

func (p *paused) offer(i uint32) bool { return contains(p.offers, i) }
func (p *paused) space(i uint32) bool { return contains(p.spaces, i) }

func contains(list []uint32, x uint32) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

// PauseOffer stops an offer of an environment from being proposed. Unknown
// names pause nothing.
func (e *Engine) PauseOffer(environment, code []byte) {
	env, name := e.view.FindEnvironment(e.view.Find(environment)), e.view.Find(code)
	if env == none || name == none {
		return
	}
	r := e.view.Environment(env).Offers()
	for i := r.Start; i < r.End(); i++ {
		if e.view.Offer(i).Code() == name {
			e.paused.offers = append(e.paused.offers, i)
		}
	}
}

// PauseSpace stops a space of an environment from being asked. Unknown names
// pause nothing.
func (e *Engine) PauseSpace(environment, space []byte) {
	env := e.view.FindEnvironment(e.view.Find(environment))
	if env == none {
		return
	}
	if sp := e.view.FindSpace(e.view.Environment(env), e.view.Find(space)); sp != none {
		e.paused.spaces = append(e.paused.spaces, sp)
	}
}

// Resume lifts every pause.
func (e *Engine) Resume() { e.paused = paused{} }
