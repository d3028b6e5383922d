package origin

import (
	"net"
	"net/http"
	"time"
)

// consentHost is the host name on which the shop asks before anybody is
// remembered. On its other names it does not, so that the demonstration begins
// without a question.
const consentHost = "consent.localhost"

// consentCookie holds the visitor's answer, yes or no. The catalog's site of
// that host names it: that is all that Proffer has to know.
const consentCookie = "wayfern_consent"

// consentLife is how long an answer holds before the shop asks again: six
// months.
const consentLife = 180 * 24 * time.Hour

// consent is what the pages show of the visitor's answer.
type consent struct {
	Asks   bool   // the shop asks on this host
	Answer string // yes, no, or empty before there is one
}

// answered reads the visitor's answer.
func answered(r *http.Request) consent {
	c := consent{Asks: hostName(r) == consentHost}
	if cookie, err := r.Cookie(consentCookie); c.Asks && err == nil && (cookie.Value == "yes" || cookie.Value == "no") {
		c.Answer = cookie.Value
	}
	return c
}

// hostName is the name by which the shop was asked, without a port.
func hostName(r *http.Request) string {
	if name, _, err := net.SplitHostPort(r.Host); err == nil {
		return name
	}
	return r.Host
}

// consentForm is the question as a page of its own: whoever changes their mind
// comes here. A link that changed the answer itself would do so whenever a
// browser fetches it ahead.
func (s *shop) consentForm(w http.ResponseWriter, r *http.Request) {
	if !answered(r).Asks {
		s.notFound(w, r)
		return
	}
	s.render(w, r, http.StatusOK, "consent", view{Title: "Your consent"})
}

// consent takes the answer. A form on somebody else's page cannot give it.
func (s *shop) consent(w http.ResponseWriter, r *http.Request) {
	if !answered(r).Asks {
		s.notFound(w, r)
		return
	}
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		http.Error(w, "this answer did not come from one of our pages", http.StatusForbidden)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	answer := r.PostFormValue("answer")
	if answer != "yes" && answer != "no" {
		http.Error(w, "the answer is yes or no", http.StatusBadRequest)
		return
	}
	setCookie(w, r, consentCookie, answer, consentLife)
	http.Redirect(w, r, local(r.PostFormValue("next")), http.StatusSeeOther)
}
