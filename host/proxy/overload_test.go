package proxy_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/proxy"
)

// flood asks for pages over loopback and counts what comes of it.
type flood struct {
	url       string
	transport *http.Transport

	whole, offers, refused, failed atomic.Int64
}

func (f *flood) ask() {
	r, err := http.NewRequest("GET", f.url+"/listed", nil)
	if err != nil {
		panic(err) // the URL is a test server's
	}
	r.Host = site
	r.Header.Set("Accept", "text/html")
	res, err := f.transport.RoundTrip(r)
	if err != nil {
		f.failed.Add(1)
		return
	}
	b, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	switch {
	case err != nil:
		f.failed.Add(1)
	case res.StatusCode == http.StatusServiceUnavailable:
		f.refused.Add(1)
	case res.StatusCode == http.StatusOK:
		f.whole.Add(1)
		if strings.Contains(string(b), "offer one") {
			f.offers.Add(1)
		}
	}
}

// closed keeps so many requests in flight for a time, and gives the pages a second.
func (f *flood) closed(visitors int, d time.Duration) float64 {
	end := time.Now().Add(d)
	var all sync.WaitGroup
	for range visitors {
		all.Go(func() {
			for time.Now().Before(end) {
				f.ask()
			}
		})
	}
	all.Wait()
	return float64(f.whole.Load()) / d.Seconds()
}

// open sends so many requests a second, whether or not the earlier ones have been
// answered, and gives how many that were.
func (f *flood) open(rate float64, d time.Duration) (total int) {
	began := time.Now()
	var all sync.WaitGroup
	total = int(rate * d.Seconds())
	for sent := 0; sent < total; {
		due := min(total, int(rate*time.Since(began).Seconds()))
		for ; sent < due; sent++ {
			all.Go(f.ask)
		}
		runtime.Gosched()
	}
	all.Wait()
	return total
}

// overloadEnv has the address of the origin, in the process of its own in which the
// proxy of BenchmarkOverload runs on one processor.
const overloadEnv = "PROFFER_TEST_OVERLOAD"

// BenchmarkOverload sends three times as many requests as can be answered, for
// three seconds, to a proxy that has one processor to itself:
//
//	go test -run ^$ -bench Overload -benchtime 1x ./host/proxy
//
// Pages are counted by the proxy's processor time, so that others on the machine
// change little.
func BenchmarkOverload(b *testing.B) {
	if origin := os.Getenv(overloadEnv); origin != "" {
		m := middleware(b, proxy.Config{Engine: wasmEngine(b, snapshotOf(b, "offer")), Limits: proxy.Limits{Requests: 256}})
		fmt.Println("\nserving", bounded(b, m, origin))
		_, _ = io.Copy(io.Discard, os.Stdin) // until the other process ends
		return
	}
	server, pid, end := beside(b, serve(b, page(slotted+strings.Repeat("<p>more of the page</p>", 800))))
	defer end()
	transport := &http.Transport{MaxIdleConnsPerHost: 1024, MaxConnsPerHost: 1024, DisableCompression: true}
	defer transport.CloseIdleConnections()
	for b.Loop() {
		(&flood{url: server, transport: transport}).closed(192, time.Second) // warms up
		calm, storm := flood{url: server, transport: transport}, flood{url: server, transport: transport}
		began := cpuTime(b, pid)
		most := calm.closed(192, 3*time.Second)
		between := cpuTime(b, pid)
		sent := storm.open(3*most, 3*time.Second)
		ended := cpuTime(b, pid)
		calmly, stormy := float64(calm.whole.Load())/(between-began), float64(storm.whole.Load())/(ended-between)
		b.ReportMetric(calmly, "max/cpu-s")
		b.ReportMetric(stormy, "pages/cpu-s")
		b.ReportMetric(stormy/calmly, "goodput")
		b.ReportMetric(float64(sent)/float64(storm.whole.Load()), "sent/page")
		b.ReportMetric(float64(storm.offers.Load())/float64(storm.whole.Load()), "with-offers")
		b.ReportMetric(float64(storm.failed.Load()), "failed")
		b.ReportMetric(peakMemory(b, pid), "rss-MiB")
	}
}

// beside starts the proxy in a process of its own.
func beside(b *testing.B, origin string) (url string, pid int, end func()) {
	b.Helper()
	proxy := exec.Command(os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkOverload$", "-test.benchtime=1x")
	proxy.Env = append(os.Environ(), overloadEnv+"="+origin, "GOMAXPROCS=1")
	in, err := proxy.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := proxy.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := proxy.Start(); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), "serving "); ok {
			url = address
			break
		}
	}
	go func() {
		for lines.Scan() {
		}
	}()
	return url, proxy.Process.Pid, func() {
		_ = in.Close()
		_ = proxy.Wait()
	}
}

// peakMemory is the most that a process has had, in MiB; 0 where /proc does not say.
func peakMemory(b *testing.B, pid int) float64 {
	b.Helper()
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	var kib float64
	_, _ = fmt.Sscan(rest, &kib)
	return kib / 1024
}

// cpuTime is what a process has had of a processor, in seconds.
func cpuTime(b *testing.B, pid int) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')'):]))
	user, _ := strconv.ParseFloat(fields[12], 64)
	system, _ := strconv.ParseFloat(fields[13], 64)
	return (user + system) / 100
}
