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
	listen := flag.String("listen", "127.0.0.1:8080", "`address` of the proxy; a free port is taken if it is in use")
	admin := flag.String("admin", "127.0.0.1:9090", "`address` of its admin listener, likewise")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *out, *catalog, *listen, *admin)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, catalog, listen, admin string) error {
	keys, err := demoKeys(ctx, out)
	if err != nil {
		return err
	}
	config := filepath.Join(out, "demo-config.json")
	if err := os.WriteFile(config, []byte(demoConfig), 0o600); err != nil {
		return err
	}
	shop, err := startShop(keys)
	if err != nil {
		return err
	}
	defer shop.stop()
	asked := listen
	listen, admin = free(listen), free(admin)
	events, records := filepath.Join(out, "demo-events"), filepath.Join(out, "demo-records")
	if listen != asked { // another demo is running, and writes those
		_, port, _ := net.SplitHostPort(listen)
		events, records = events+"-"+port, records+"-"+port
	}
	tell(listen, admin, shop.address, catalog, out, events, records)
	proxy := exec.CommandContext(ctx, filepath.Join(out, "proffer"), "serve",
		"--origin", "http://"+shop.address, "--catalog", catalog, "--keys", keys, "--config", config,
		"--events", events, "--record", records,
		"--listen", listen, "--admin", admin)
	proxy.Stdout, proxy.Stderr = os.Stdout, os.Stderr
	proxy.Cancel = func() error { return proxy.Process.Signal(syscall.SIGTERM) }
	proxy.WaitDelay = 15 * time.Second
	if err := proxy.Run(); err != nil && ctx.Err() == nil {
		return err
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

func tell(listen, admin, shop, catalog, out, events, records string) {
	_, port, _ := net.SplitHostPort(listen)
	fmt.Printf(`
The shop with offers   http://localhost:%[1]s/
Where it asks first    http://consent.localhost:%[1]s/
The shop without       http://%[3]s/
Why an offer is there  http://%[2]s/explain
Health and metrics     http://%[2]s/readyz  http://%[2]s/metrics

Try: open the first address in a private window, as a stranger. Load it a few
times: no line of the strip on top comes more than twice a day. On a list of
journeys hold a place, or say that one is not for you, and load the page again.
"Forget me" at the foot of the page makes you a stranger. Log in as one of the
customers; log out, and see what is still known. At the second address answer
no, then yes, and see when a cookie comes. What was shown and answered, and why:

  %[5]s events report %[6]s --by offer
  %[5]s records %[7]s
  curl -d environment=visitors -d kind=offer -d name=travel-week http://%[2]s/v1/pause

Edit a weight or a title in %[4]s and save: the next page
has it. Break a file: the reason is printed here and the last good catalog stays.
As a stranger from Canada:
  curl -s -H 'X-Country: CA' http://localhost:%[1]s/ | grep -A3 data-offer
More in examples/shop/README.md. Stop with Ctrl-C.

`, port, admin, shop, catalog, filepath.Join(out, "proffer"), events, records)
}
