package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/profferhq/proffer/examples/shop/origin"
)

// Exit codes, the same as those of the proffer command.
const (
	exitOK      = 0
	exitRefused = 1 // the key file or the address cannot be used
	exitUsage   = 2
)

// grace is how long a request in flight may take after the signal to stop;
// the slowest page takes a few milliseconds.
const grace = 3 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run serves the shop until ctx ends. It writes the address that it listens on
// to stdout as one line, "shop: http://HOST:PORT/", and everything else to
// stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	report := log.New(stderr, "shop: ", 0)
	flags := flag.NewFlagSet("shop", flag.ContinueOnError)
	flags.SetOutput(stderr)
	listen := flags.String("listen", "127.0.0.1:0", "`address` to listen on; port 0 takes a free one")
	keyFile := flags.String("key-file", "", "JSON `file` with the keys; its primary key for identity signs the tokens of the login")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return exitOK
		}
		return exitUsage
	}
	if flags.NArg() > 0 {
		report.Printf("unexpected argument %q", flags.Arg(0))
		return exitUsage
	}
	if err := start(ctx, *listen, *keyFile, stdout, report); err != nil {
		report.Print(err)
		return exitRefused
	}
	return exitOK
}

// start makes the site, says where it is, and serves it. Without a key file
// the shop runs all the same, and its login is known to nobody but itself.
func start(ctx context.Context, listen, keyFile string, stdout io.Writer, report *log.Logger) error {
	var key origin.Key
	if keyFile == "" {
		report.Print("no -key-file: the login mints no identity token")
	} else {
		var err error
		if key, err = origin.ReadKey(keyFile); err != nil {
			return err
		}
	}
	handler, err := origin.New(origin.Config{Identity: key})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(stdout, "shop: http://%s/\n", listener.Addr()); err != nil {
		return errors.Join(err, listener.Close())
	}
	return serve(ctx, listener, handler)
}

// serve answers requests until ctx ends, then lets those in flight finish.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	return server.Shutdown(last)
}
