package caddy

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/caddyserver/caddy/v2"
)

// caddyfileOfChild is the variable with the Caddyfile of a process that is Caddy.
const caddyfileOfChild = "PROFFER_TEST_CADDYFILE"

// beCaddy runs Caddy until a signal ends the process.
func beCaddy(file string) {
	caddy.TrapSignals()
	text, err := os.ReadFile(file)
	if err == nil {
		text, err = adapt(string(text))
	}
	if err == nil {
		err = caddy.Load(text, true)
	}
	if err != nil {
		panic(err)
	}
	select {}
}

// child starts Caddy as a process, and gives what ends it as an operator does.
func (s *site) child(text string) (end func()) {
	s.Helper()
	program, err := os.Executable()
	if err != nil {
		s.Fatal(err)
	}
	s.save("Caddyfile", text)
	var out bytes.Buffer
	c := exec.CommandContext(s.Context(), program)
	c.Env = append(os.Environ(), caddyfileOfChild+"="+s.path("Caddyfile"))
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		s.Fatal(err)
	}
	s.until("the process answers", func() bool {
		got, err := s.client.Get("http://" + s.addr + "/")
		if err != nil {
			return false
		}
		return got.Body.Close() == nil
	})
	return func() {
		s.Helper()
		s.client.CloseIdleConnections()
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			s.Fatal(err)
		}
		if err := c.Wait(); err != nil {
			s.Errorf("the process: %v\n%s", err, out.String())
		}
	}
}

// TestExit: what was shown the moment before the process was told to end is in the
// store and in the files of events; also if a reload has just taken the handler out.
func TestExit(t *testing.T) {
	for name, reload := range map[string]bool{"at once": false, "after a reload": true} {
		t.Run(name, func(t *testing.T) {
			s := stored(t)
			inherited := "\tbind " + s.bind + "\n"
			kept := s.addr
			s.addr = free(t)
			operators := &site{T: t, addr: free(t), dir: s.dir, client: s.client}
			// Nothing is written by itself in the time that this takes.
			s.save("config.json", `{"store":{"delay_ms":10000}}`)
			options := "engine native\nconfig " + s.path("config.json") + "\nstore file:" + s.path("store") + "\nevents " + s.path("events")
			behind := "reverse_proxy " + startOrigin(t, slots)
			own := strings.NewReplacer(inherited, "", "admin off", "admin "+operators.addr)
			end := s.child(own.Replace(s.caddyfile(options, behind)))
			cookie := s.startOf()
			if got := s.ask("/capped", "Cookie", cookie); !strings.Contains(got.body, "<b>one</b>") {
				t.Fatalf("at first: %.200s", got.body)
			}
			if reload {
				operators.loadInto("{\nadmin " + operators.addr + "\npersist_config off\n}\nhttp://" + s.addr + " {\nrespond ok\n}\n")
			}
			end()
			if !s.written(`"offer":"one","rank":1,"mode":"anonymous","subject":"`) {
				t.Error("the files of events have nothing of it")
			}
			s.addr = kept
			s.load(options, behind)
			if got := s.ask("/capped", "Cookie", cookie); !strings.Contains(got.body, "<b>two</b>") {
				t.Errorf("after the restart: %.200s", got.body)
			}
		})
	}
}

// loadInto has the process at the admin endpoint take on a Caddyfile.
func (s *site) loadInto(text string) {
	s.Helper()
	got, err := s.client.Post("http://"+s.addr+"/load", "text/caddyfile", strings.NewReader(text))
	if err != nil {
		s.Fatal(err)
	}
	if got.Body.Close(); got.StatusCode != http.StatusOK {
		s.Fatal(got.Status)
	}
}

// written tells whether files of events have a text.
func (s *site) written(text string) bool {
	list, _ := filepath.Glob(filepath.Join(s.path("events"), "*.jsonl"))
	for _, name := range list {
		if b, err := os.ReadFile(name); err == nil && strings.Contains(string(b), text) {
			return true
		}
	}
	return false
}
