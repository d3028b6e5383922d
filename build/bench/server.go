package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/profferhq/proffer/build/bench/internal/page"
	"github.com/profferhq/proffer/build/bench/internal/workload"
)

// server is a running process that is measured.
type server struct {
	name    string
	address string
	pid     int
	stop    func() error
}

// start starts one of this program's servers on the core of those that are
// measured.
func start(name string, origin net.Addr, wasm, profile string, measured, rest int) (s *server, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{"-serve", name, "-origin", "http://" + origin.String(), "-wasm", wasm}
	if profile != "" {
		args = append(args, "-profile", fmt.Sprintf("%s.%s", profile, name))
	}
	cmd := exec.Command(self, args...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := startOn(cmd, measured, rest); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	s = &server{name, strings.TrimSpace(line), cmd.Process.Pid, func() error {
		_ = in.Close()
		return cmd.Wait()
	}}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("server %s has no address: %w", name, err), s.stop())
	}
	return s, nil
}

// startOn starts a process on one core, which its threads inherit from the ones
// here.
func startOn(cmd *exec.Cmd, measured, rest int) error {
	if err := pin(measured); err != nil {
		return err
	}
	return errors.Join(cmd.Start(), pin(rest))
}

// nginxConfig is one process that passes pages on, and on a second port replaces
// three texts in them. What a proxy has to say of the visitor it says, too.
const nginxConfig = `
daemon off; master_process off; pid %[1]s/pid; error_log stderr error; worker_processes 1;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000000; client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy;
  fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
  upstream site { server %[2]s; keepalive 512; keepalive_requests 1000000000; }
  proxy_http_version 1.1; proxy_buffers 32 8k; proxy_set_header Connection ""; proxy_set_header Host $host;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Host $host;
  proxy_set_header X-Forwarded-Proto $scheme;
  server { listen %[3]s; location / { proxy_pass http://site; } }
  server {
    listen %[4]s;
    location / { proxy_pass http://site; proxy_set_header Accept-Encoding ""; sub_filter_once off;%[5]s }
  }
}
`

// nginxes are the system's nginx as it is and with sub_filter, which are one
// process; none where it is not installed.
func nginxes(origin net.Addr, measured, rest int) (plain, sub *server, err error) {
	if nginxVersion() == notInstalled {
		return nil, nil, nil
	}
	dir, err := os.MkdirTemp("", "bench-nginx")
	if err != nil {
		return nil, nil, err
	}
	var ports [2]string
	for i := range ports {
		if ports[i], err = freePort(); err != nil {
			return nil, nil, err
		}
	}
	var subs strings.Builder
	for _, slot := range workload.Spaces {
		fmt.Fprintf(&subs, ` sub_filter '%s' '%s';`, page.Own(slot), nginxOffer)
	}
	file := filepath.Join(dir, "nginx.conf")
	text := fmt.Sprintf(nginxConfig, dir, origin, ports[0], ports[1], subs.String())
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, nil, err
	}
	cmd := exec.Command("nginx", "-p", dir, "-c", file)
	cmd.Stderr = os.Stderr
	if err := startOn(cmd, measured, rest); err != nil {
		return nil, nil, err
	}
	stop := func() error {
		_ = cmd.Process.Kill() // it keeps nothing
		_ = cmd.Wait()
		return os.RemoveAll(dir)
	}
	for _, port := range ports {
		if err := awaits(port); err != nil {
			return nil, nil, errors.Join(err, stop())
		}
	}
	none := func() error { return nil }
	return &server{"nginx", ports[0], cmd.Process.Pid, stop}, &server{"nginx", ports[1], cmd.Process.Pid, none}, nil
}

// nginxOffer is what nginx writes: text of about the size of an offer.
var nginxOffer = strings.Repeat("an offer that was made long before ", 9)

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// awaits waits until somebody listens.
func awaits(address string) error {
	for end := time.Now().Add(10 * time.Second); ; {
		c, err := net.Dial("tcp", address)
		if err == nil {
			return c.Close()
		}
		if time.Now().After(end) {
			return fmt.Errorf("nobody listens: %w", err)
		}
	}
}

const notInstalled = "not installed"

// nginxVersion is what the installed nginx says of itself.
func nginxVersion() string {
	out, err := exec.Command("nginx", "-v").CombinedOutput()
	if err != nil {
		return notInstalled
	}
	_, version, _ := strings.Cut(strings.TrimSpace(string(out)), "/")
	return version
}
