package events

// audience are the subjects of a report's counts, and whether one of what they
// were shown was accepted.
type audience map[member]bool

// member is a subject among those of some counts.
type member struct {
	counts  *Counts
	subject uint64
}

// add notes whose a proposition is that was shown.
func (a audience) add(to *Counts, subject uint64, proposition Counts) {
	m := member{to, subject}
	a[m] = a[m] || proposition.Accepted > 0
}

// count writes down how many there are.
func (a audience) count() {
	for m, accepted := range a {
		m.counts.ShownSubjects++
		if accepted {
			m.counts.AcceptedSubjects++
		}
	}
}
