package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/build/bench/internal/workload"
	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/proxy"
)

// The servers that this program is, each in a process of its own.
const (
	bareServer   = "bare"
	wasmServer   = "wasm"
	nativeServer = "native"
)

// proxyOffers is how many offers the proxies decide between.
const proxyOffers = 1000

// serve is one of the servers until its standard input ends: it writes its
// address to its standard output. With a file it writes a profile of itself.
func serve(name, origin, wasm, profile string) error {
	u, err := url.Parse(origin)
	if err != nil {
		return err
	}
	h, err := handlerOf(name, u, wasm)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
	if name != bareServer {
		l, s.ConnContext = proxy.JoinWrites(l), proxy.ConnContext
	}
	go func() {
		// Whoever started it ends it; an interrupt is for that one.
		signal.Ignore(os.Interrupt, syscall.SIGTERM)
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = s.Close()
	}()
	fmt.Println(l.Addr())
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func handlerOf(name string, origin *url.URL, wasm string) (http.Handler, error) {
	if name == bareServer {
		return bare(origin), nil
	}
	snapshot, err := workload.Open(proxyOffers)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	var engine proxy.Engine
	switch name {
	case nativeServer:
		e, err := native.New(workload.Settings())
		if err == nil {
			err = e.Swap(ctx, snapshot)
		}
		if err != nil {
			return nil, err
		}
		engine = e
	case wasmServer:
		b, err := os.ReadFile(wasm)
		if err != nil {
			return nil, err
		}
		h, err := host.New(ctx, b, host.Config{
			Instances: 2, CacheDir: filepath.Join(filepath.Dir(wasm), "wazero"), Settings: workload.Settings(), Wait: time.Minute,
		})
		if err == nil {
			err = h.Swap(ctx, snapshot)
		}
		if err != nil {
			return nil, err
		}
		engine = h
	default:
		return nil, fmt.Errorf("no server %q", name)
	}
	m, err := proxy.New(proxy.Config{
		Engine: engine, Registerer: prometheus.NewRegistry(),
		Clock: func() time.Time { return time.UnixMilli(workload.Now) }, // of the visitors' cookies
	})
	if err != nil {
		return nil, err
	}
	return proxy.NewReverseProxy(m, origin), nil
}

// bare is httputil's proxy as one would use it that is to be fast.
func bare(origin *url.URL) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.SetURL(origin)
			pr.SetXForwarded()
			pr.Out.Host = pr.In.Host
		},
		Transport:  &http.Transport{DisableCompression: true, MaxIdleConns: 512, MaxIdleConnsPerHost: 512},
		BufferPool: &buffers{sync.Pool{New: func() any { return new([32 << 10]byte) }}},
	}
}

type buffers struct{ pool sync.Pool }

func (b *buffers) Get() []byte  { return b.pool.Get().(*[32 << 10]byte)[:] }
func (b *buffers) Put(p []byte) { b.pool.Put((*[32 << 10]byte)(p)) }
