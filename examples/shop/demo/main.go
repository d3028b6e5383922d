// Command demo is "make run": the shop on a free port, the proxy in front of
// it, and what to try. It stops both when it is interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/profferhq/proffer/examples/shop/origin"
)

func main() {
	out := flag.String("out", "build/out", "`directory` of the built command and modules; the demo's keys go there too")
	catalog := flag.String("catalog", "examples/shop/catalog", "`directory` of the catalog")
	people := flag.String("people", "examples/shop/people.jsonl", "`file` of the club's members, whom the store knows")
	listen := flag.String("listen", "127.0.0.1:8080", "`address` of the proxy; a free port is taken if it is in use")
	admin := flag.String("admin", "127.0.0.1:9090", "`address` of its admin listener, likewise")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	d := demo{out: *out, catalog: *catalog, people: *people, listen: *listen, admin: *admin}
	err := d.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// demo is what runs, and where its files are.
type demo struct {
	out, catalog, people   string
	listen, admin, shop    string
	keys                   string
	events, records, store string
}

func (d *demo) run(ctx context.Context) error {
	var err error
	if d.keys, err = demoKeys(ctx, d.out); err != nil {
		return err
	}
	config := filepath.Join(d.out, "demo-config.json")
	if err := os.WriteFile(config, []byte(demoConfig), 0o600); err != nil {
		return err
	}
	shop, err := startShop(d.keys)
	if err != nil {
		return err
	}
	defer shop.stop()
	d.shop = shop.address
	d.places()
	if err := d.importPeople(ctx); err != nil {
		return err
	}
	d.tell()
	proxy := exec.CommandContext(ctx, d.proffer(), "serve",
		"--origin", "http://"+d.shop, "--catalog", d.catalog, "--keys", d.keys, "--config", config,
		"--store", d.store, "--events", d.events, "--record", d.records,
		"--listen", d.listen, "--admin", d.admin)
	proxy.Stdout, proxy.Stderr = os.Stdout, os.Stderr
	proxy.Cancel = func() error { return proxy.Process.Signal(syscall.SIGTERM) }
	proxy.WaitDelay = 15 * time.Second
	if err := proxy.Run(); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

// proffer is the built command.
func (d *demo) proffer() string { return filepath.Join(d.out, "proffer") }

// places settles addresses and directories. What is kept stays for the next run,
// as the keys do: browsers that were here before are known again. A demo beside
// another one has directories of its own, for one process at a time has them.
func (d *demo) places() {
	asked, own := d.listen, ""
	d.listen, d.admin = free(d.listen), free(d.admin)
	if d.listen != asked {
		_, port, _ := net.SplitHostPort(d.listen)
		own = "-" + port
	}
	d.events = filepath.Join(d.out, "demo-events"+own)
	d.records = filepath.Join(d.out, "demo-records"+own)
	d.store = "file:" + filepath.Join(d.out, "demo-store"+own)
}

// importPeople brings the club's members into the store, as the list has them now.
func (d *demo) importPeople(ctx context.Context) error {
	text, err := exec.CommandContext(ctx, d.proffer(), "people", "import", d.people, "--source", "club",
		"--store", d.store, "--catalog", d.catalog, "--quiet").CombinedOutput()
	if err != nil {
		return fmt.Errorf("importing %s: %w\n%s", d.people, err, text)
	}
	return nil
}

// demoConfig believes this machine's own requests a country header, so that
// visitors from elsewhere can be played with curl.
const demoConfig = `{"peers": ["127.0.0.1"], "country_header": "X-Country", "log": {"level": "info"}}
`

// demoKeys makes a keys file once: visitors are known again after a restart.
func demoKeys(ctx context.Context, out string) (string, error) {
	name := filepath.Join(out, "demo-keys.json")
	if _, err := os.Stat(name); err == nil {
		return name, nil
	}
	b, err := exec.CommandContext(ctx, filepath.Join(out, "proffer"), "keys", "new").Output()
	if err != nil {
		return "", fmt.Errorf("making keys: %w", err)
	}
	return name, os.WriteFile(name, b, 0o600)
}

// site is the running shop.
type site struct {
	address string
	server  *http.Server
}

func startShop(keys string) (*site, error) {
	key, err := origin.ReadKey(keys)
	if err != nil {
		return nil, err
	}
	handler, err := origin.New(origin.Config{Identity: key})
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &site{address: l.Addr().String(), server: &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}}
	go func() {
		if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "demo: the shop stopped:", err)
		}
	}()
	return s, nil
}

func (s *site) stop() { _ = s.server.Close() }

// free is the address if nobody listens there, else one with a free port.
func free(address string) string {
	l, err := net.Listen("tcp", address)
	if err != nil {
		host, _, splitErr := net.SplitHostPort(address)
		if splitErr != nil {
			return address
		}
		if l, err = net.Listen("tcp", net.JoinHostPort(host, "0")); err != nil {
			return address
		}
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func (d *demo) tell() {
	_, port, _ := net.SplitHostPort(d.listen)
	fmt.Printf(`
The shop with offers   http://localhost:%[1]s/
For another device     http://127.0.0.1:%[1]s/   (a browser keeps its cookies apart)
Members are on a list  http://club.localhost:%[1]s/
Where it asks first    http://consent.localhost:%[1]s/
The shop without       http://%[3]s/
Why an offer is there  http://%[2]s/explain
Health and metrics     http://%[2]s/readyz  http://%[2]s/metrics

Try: open the first address in a private window, as a stranger. Load it a few
times: no line of the strip on top comes more than twice a day. On a list of
journeys hold a place, or say that one is not for you, and load the page again.
Log in as customer 1002; go to the second address, as with a telephone, and log
in as 1002 there: the journey that is held is not offered, and the foot of the
page says so. Log out, and see what is still known. All of it is in the store:

  %[5]s people export 1002 --source main --admin http://%[2]s --keys %[8]s
  %[5]s people erase 1002 --source main --admin http://%[2]s --keys %[8]s

Export it and log out on both, then erase it and load both pages: two strangers.
"Forget me" at the foot of the page does that for one browser. Who is on the list
of members, %[9]s, is known at the third address; change it, import it,
and load the page a second later:

  %[5]s people import %[9]s --source club --store %[10]s

At the fourth address answer no, then yes, and see when a cookie comes. What was
shown and answered, and why; and how to stop an offer:

  %[5]s events report %[6]s --by offer
  %[5]s records %[7]s
  curl -d environment=visitors -d kind=offer -d name=travel-week http://%[2]s/v1/pause

Edit a weight or a title in %[4]s and save: the next page
has it. Break a file: the reason is printed here and the last good catalog stays.
As a stranger from Canada:
  curl -s -H 'X-Country: CA' http://localhost:%[1]s/ | grep -A3 data-offer
More in examples/shop/README.md. Stop with Ctrl-C; what is known of you stays, until
"make clean" removes it with all else in %[11]s.

`, port, d.admin, d.shop, d.catalog, d.proffer(), d.events, d.records, d.keys, d.people, d.store, d.out)
}
