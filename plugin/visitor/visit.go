package visitor

// VisitTimeout ends a visit, in seconds after the last noted request, and
// NoteInterval is how old that has to be for a request to be noted again.
const (
	VisitTimeout = 30 * 60
	NoteInterval = 60
)

// Note takes a request at a time in seconds into account. It reports whether
// the request begins a visit, and whether the state changed. A last request in
// the future counts as now.
func (s *State) Note(now int64) (newVisit, changed bool) {
	age := max(now-s.LastNoted, 0)
	if s.LastNoted == 0 || age >= VisitTimeout {
		s.VisitStart, s.LastNoted = now, now
		return true, true
	}
	if age >= NoteInterval {
		s.LastNoted = now
		return false, true
	}
	return false, false
}
