package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/service"
)

const (
	strangerID = "00112233445566778899aabbccddeeff"
	annaLine   = `{"key":"anna","attributes":{"motto":"carpe diem"},"cookies":["` + strangerID + `"]}`
)

// TestSubjectsOnDisk asks of a store that nobody has open.
func TestSubjectsOnDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	importPeople(t, dir, annaLine, personLine("bert", "festina lente"))
	where := []string{"--store", "file:" + dir}
	for _, c := range []struct {
		command string
		status  int
		says    string
	}{
		{"people export anna --source main", 0, `"attributes":{"motto":"carpe diem"}`},
		{"people export anna --source other", 1, `nothing is held of the person "anna" of source "other"`},
		{"visitor export " + strangerID, 0, `{"visitor":"` + strangerID + `","listed":{"main":"anna"}}` + "\n"},
		{"visitor erase " + strangerID, 0, "erased, with 0 linked visitors and 0 recorded requests\nRecorded requests were not looked at"},
		{"visitor erase " + strangerID, 1, "nothing was held of visitor " + strangerID + "; a cookie with this id is a stranger's from now on"},
		{"visitor export " + strangerID, 1, "nothing is held of visitor " + strangerID},
		{"people show anna --source main", 0, `{"key":"anna","attributes":{"motto":"carpe diem"}}` + "\n"},
		{"people erase anna --source main", 0, "erased, with 0 linked"},
		{"people erase anna --source main", 1, `nothing was held of the person "anna" of source "main"`},
		{"people export bert --source main", 0, "festina lente"},
		{"visitor erase 12", 1, `visitor "12" is not 32 hex digits`},
		{"visitor erase " + strangerID + " --records " + dir + "/none", 1, "no directory " + dir + "/none"},
		{"visitor erase " + strangerID + " --keys x", 1, "--keys goes with --admin"},
	} {
		status, out, errs := proffer(t, "", append(strings.Fields(c.command), where...)...)
		if status != c.status || !strings.Contains(out+errs, c.says) || (errs == "") != (status == 0) {
			t.Errorf("%s: status %d, want %d; %s%s, want %q in it", c.command, status, c.status, out, errs, c.says)
		}
	}
	for options, want := range map[string]string{
		"":                                      "missing flags: --store=file:DIR or --admin=http://127.0.0.1:9090",
		"--store file:x --admin http://y":       "can't be used together",
		"--store cookie:":                       "is not file:DIR",
		"--store file:" + dir + "/none":         "no directory " + dir + "/none",
		"--admin http://127.0.0.1:1":            "--admin needs --keys",
		"--admin http://x --records r --keys k": "--records goes with --store",
	} {
		status, out, errs := proffer(t, "", append([]string{"visitor", "erase", strangerID}, strings.Fields(options)...)...)
		if status == 0 || out != "" || !strings.Contains(errs, want) {
			t.Errorf("%q: status %d, %s%s, want %q", options, status, out, errs, want)
		}
	}
	unfinished := filepath.Join(dir, "people", "main.new")
	if err := os.Mkdir(unfinished, 0o700); err != nil {
		t.Fatal(err)
	}
	if status, out, errs := proffer(t, "", append([]string{"people", "erase", "bert", "--source", "main"}, where...)...); status != 0 || !strings.Contains(out, "is not finished: "+unfinished+" may still name the person") {
		t.Errorf("beside an import: status %d, %s%s", status, out, errs)
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); err == nil {
		t.Error("a store was made where there was none")
	}
}

// TestSubjectsOfAService asks the service that has the store.
func TestSubjectsOfAService(t *testing.T) {
	dir, keys := filepath.Join(t.TempDir(), "store"), newKeys(t)
	importPeople(t, dir, annaLine)
	s, _ := keeping(t, serveCommand{Origin: lifeSite(t), Catalog: catalogFile(t, lifeCatalog), Keys: keys, Store: "file:" + dir})
	status, _, errs := proffer(t, "", "visitor", "erase", strangerID, "--store", "file:"+dir)
	if status != 1 || !strings.Contains(errs, "is in use by another process") || !strings.Contains(errs, "--admin http://127.0.0.1:9090 --keys FILE") {
		t.Errorf("on disk: status %d, %s", status, errs)
	}
	token := "Bearer " + peerToken(t, keys)
	for name, c := range map[string]struct {
		path, form, token string
		header            [2]string
		status            int
		says              string
	}{
		"nobody":            {"visitor?id=" + strangerID, "", "", [2]string{}, 401, `send one made by "proffer token peer"`},
		"another token":     {"erase", "visitor=" + strangerID, "Bearer p2.x", [2]string{}, 401, "peer token"},
		"rebound":           {"person?source=main&key=anna", "", token, [2]string{"Host", "evil.example"}, 403, "is not known here"},
		"another site":      {"erase", "visitor=" + strangerID, token, [2]string{"Sec-Fetch-Site", "cross-site"}, 403, ""},
		"a visitor":         {"visitor?id=" + strangerID, "", token, [2]string{}, 200, `"listed":{"main":"anna"}`},
		"a person":          {"person?source=main&key=anna", "", token, [2]string{}, 200, `"cookies":["` + strangerID + `"]`},
		"no id":             {"visitor?key=anna", "", token, [2]string{}, 400, "id is missing"},
		"half an id":        {"visitor?id=0011", "", token, [2]string{}, 400, "is not 32 hex digits"},
		"no key":            {"person?source=main", "", token, [2]string{}, 400, "source or key is missing"},
		"an unknown person": {"person?source=main&key=bert", "", token, [2]string{}, 404, `nothing is held of the person "bert" of source "main"`},
		"erase nobody":      {"erase", "key=anna", token, [2]string{}, 400, "source or key is missing"},
		"erase two":         {"erase", "visitor=" + strangerID + "&source=main&key=anna", token, [2]string{}, 400, "not both"},
		"erase the unknown": {"erase", "source=main&key=bert", token, [2]string{}, 404, "nothing was held"},
	} {
		method := http.MethodGet
		if c.form != "" {
			method = http.MethodPost
		}
		r, err := http.NewRequestWithContext(t.Context(), method, s.admin+"/v1/"+c.path, strings.NewReader(c.form))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if c.token != "" {
			r.Header.Set("Authorization", c.token)
		}
		if c.header[0] == "Host" {
			r.Host = c.header[1]
		} else if c.header[0] != "" {
			r.Header.Set(c.header[0], c.header[1])
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || answer.StatusCode != c.status || !strings.Contains(string(text), c.says) {
			t.Errorf("%s: status %d, want %d; %s, want %q in it", name, answer.StatusCode, c.status, text, c.says)
		}
	}
	if status, out, errs := heldBy(t, s, keys, "people", "export", "anna", "--source", "main"); status != 0 || strings.Count(out, "\n") != 2 {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	if status, out, errs := heldBy(t, s, keys, "people", "erase", "anna", "--source", "main"); status != 0 || out != "erased, with 1 linked visitors and 0 recorded requests\n" {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	if status, _, errs := heldBy(t, s, keys, "people", "erase", "anna", "--source", "main"); status != 1 || !strings.Contains(errs, `nothing was held of the person "anna"`) {
		t.Errorf("status %d, %s", status, errs)
	}
	if text := s.out.String(); !strings.Contains(text, "msg=erased alias=") || strings.Contains(text, strangerID) || strings.Contains(text, "anna") {
		t.Errorf("the log names somebody, or does not tell: %s", text)
	}
	none, _ := keeping(t, serveCommand{Origin: lifeSite(t), Catalog: catalogFile(t, lifeCatalog), Keys: keys, Store: service.InBrowsers})
	if status, _, errs := heldBy(t, none, keys, "visitor", "erase", strangerID); status != 1 || !strings.Contains(errs, "has no store") {
		t.Errorf("without a store: status %d, %s", status, errs)
	}
}
