package rig

import (
	"bytes"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Patience is how long a test waits for what takes some milliseconds.
const Patience = 30 * time.Second

// Free is an address of this machine that nobody listens on.
func Free(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// Address is the host and port of a URL.
func Address(t testing.TB, server string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// Run runs a program until the test ends, and comes back when its address takes
// connections.
func Run(t testing.TB, serves, program string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%v: run make edges, which installs it", err)
	}
	var log bytes.Buffer
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended, result := make(chan struct{}), error(nil)
	go func() {
		result = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(Patience):
			_ = cmd.Process.Kill()
			<-ended
		}
		if t.Failed() {
			t.Logf("%s wrote:\n%s", program, log.Bytes())
		}
	})
	deadline, again := time.After(Patience), time.NewTicker(10*time.Millisecond)
	defer again.Stop()
	for {
		if c, err := net.Dial("tcp", serves); err == nil {
			_ = c.Close()
			return
		}
		select {
		case <-ended:
			t.Fatalf("%s ends with %v and writes\n%s", program, result, log.Bytes())
		case <-deadline:
			t.Fatalf("%s does not listen on %s", program, serves)
		case <-again.C:
		}
	}
}

// Configuration is the example's file with the addresses of a test: each first of
// a pair must stand in it, and the second takes its place.
func Configuration(t testing.TB, file string, pairs ...string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		if !bytes.Contains(b, []byte(pairs[i])) {
			t.Fatalf("%s has no %q", file, pairs[i])
		}
	}
	path := filepath.Join(t.TempDir(), filepath.Base(file))
	if err := os.WriteFile(path, []byte(strings.NewReplacer(pairs...).Replace(string(b))), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Nginx runs nginx with a file of what stands in its http block, and with all that
// it writes in a directory of the test's.
func Nginx(t testing.TB, serves, file string) {
	t.Helper()
	dir := t.TempDir()
	text := strings.NewReplacer("DIR", dir, "FILE", file).Replace(`daemon off;
master_process off;
pid DIR/pid;
error_log stderr error;
events {}
http {
    access_log off;
    default_type application/octet-stream;
    client_body_temp_path DIR/body;
    proxy_temp_path DIR/proxy;
    fastcgi_temp_path DIR/fastcgi;
    uwsgi_temp_path DIR/uwsgi;
    scgi_temp_path DIR/scgi;
    include FILE;
}
`)
	conf := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	Run(t, serves, "nginx", "-p", dir, "-e", "stderr", "-c", conf)
}
