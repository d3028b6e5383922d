package origin

import "net/http"

// forgetPath is where the foot of each page has the visitor forgotten. Proffer
// answers there; the shop itself is asked only where nothing stands in front of it.
const forgetPath = "/.proffer/forget"

// forgotten says that the shop remembers nobody: there is nothing to forget.
func (s *shop) forgotten(w http.ResponseWriter, r *http.Request) {
	s.render(w, r, http.StatusOK, "forget", view{Title: "Nothing to forget"})
}
