package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestPeople holds that the list of members says of each customer whom the login
// offers what the shop says, and names nobody else.
func TestPeople(t *testing.T) {
	text, err := os.ReadFile("people.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	handler := shop(t)
	login := fetch(handler, "/login").Body.String()
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	if got := strings.Count(login, `name="customer"`); got != len(lines) {
		t.Errorf("the list has %d members, the login offers %d", len(lines), got)
	}
	for _, line := range lines {
		var p struct {
			Key        string
			Attributes struct {
				Country, Tier string
				Points        int
			}
		}
		if err := json.Unmarshal(line, &p); err != nil {
			t.Fatal(err)
		}
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/account", nil)
		r.AddCookie(&http.Cookie{Name: "shop_session", Value: p.Key})
		handler.ServeHTTP(w, r)
		page := w.Body.String()
		points := strconv.Itoa(p.Attributes.Points)
		if len(points) > 3 {
			points = points[:len(points)-3] + "," + points[len(points)-3:]
		}
		country := map[string]string{"FR": "France", "CA": "Canada"}[p.Attributes.Country]
		for _, want := range []string{`<dd>` + points + `</dd>`, `<span class="dot ` + p.Attributes.Tier + `"></span>`, `<dd>` + country + `</dd>`} {
			if !strings.Contains(page, want) {
				t.Errorf("the account page of %s has no %s", p.Key, want)
			}
		}
		if !strings.Contains(login, `value="`+p.Key+`"`) {
			t.Errorf("the login does not offer %s", p.Key)
		}
	}
}
