// Command single-page is the origin server of an invented tea shop whose pages are
// built in the browser: it serves one page, its script, and the data.
//
// The script, origin/static/app.js, is what there is to see: it builds views and
// asks Proffer for their offers, under a strict Content-Security-Policy.
//
// Where to look next: README.md for how to start it, offers.d.ts for the functions
// in TypeScript, the directory catalog for the offers.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/profferhq/proffer/examples/single-page/origin"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8081", "`address` to listen on; port 0 takes a free one")
	flag.Parse()
	if err := serve(*listen); err != nil {
		fmt.Fprintln(os.Stderr, "single-page:", err)
		os.Exit(1)
	}
}

// serve says where the shop is, and serves it until the process ends.
func serve(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Printf("single-page: http://%s/\n", l.Addr())
	s := &http.Server{Handler: origin.New(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second}
	return s.Serve(l)
}
