package decide

import "github.com/profferhq/proffer/catalog/snapshot"

// lotID is the id that experiments and the holdout divide by: the visitor's,
// else the key of the person whom a trusted caller names; nil without consent.
func (e *Engine) lotID() []byte {
	switch c := e.call; {
	case c.Visitor.Refused:
		return nil
	case len(c.Visitor.ID) > 0:
		return c.Visitor.ID
	case c.Identity.Given:
		return c.Identity.Key
	}
	return nil
}

// drawArms works out the arms of the call, for all environments.
func (e *Engine) drawArms() {
	e.armed = true
	id := e.lotID()
	for i := range e.arms {
		name := []byte{}
		if arm := e.view.ArmOf(e.view.Experiment(uint32(i)), id); arm != snapshot.None {
			name = e.view.Name(arm)
		}
		setText(&e.arms[i], name)
	}
}

// HeldOut reports whether the holdout left the call's slots to the page.
func (e *Engine) HeldOut() bool { return e.heldOut }
