package people_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/store/people"
	"github.com/profferhq/proffer/plugin/abi"
)

// TestReplacedUnderReaders imports while others read.
func TestReplacedUnderReaders(t *testing.T) {
	dir := t.TempDir()
	imported(t, dir, `{"key":"anna","attributes":{"n":0}}`)
	p := opened(t, dir)
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			for n := int64(0); ; {
				select {
				case <-stop:
					return
				default:
				}
				switch got, ok, err := version(p); {
				case !ok || err != nil || got < n:
					t.Errorf("anna is %d after %d, %v, %v", got, n, ok, err)
					return
				default:
					n = got
				}
			}
		})
	}
	for n := int64(1); n <= 3; n++ {
		imported(t, dir, fmt.Sprintf(`{"key":"anna","attributes":{"n":%d}}`, n))
		began := time.Now()
		for {
			if got, _, _ := version(p); got == n {
				break
			}
			if time.Since(began) > 10*time.Second {
				t.Fatalf("import %d has not been noticed", n)
			}
		}
		t.Logf("noticed after %v", time.Since(began))
	}
	close(stop)
	readers.Wait()
	if n := openFiles(t, filepath.Join(dir, "people", "main.db")); n != 1 {
		t.Errorf("%d files are open, want the newest alone", n)
	}
}

func version(p *people.People) (n int64, ok bool, err error) {
	a, ok, err := p.Find("main", "anna")
	if !ok || err != nil {
		return 0, ok, err
	}
	var one abi.Attribute
	it := abi.Attributes(a).Iterate()
	it.Next(&one)
	return int64(one.Value[0]), ok, nil
}

// openFiles counts this process's files that have had a name.
func openFiles(t *testing.T, name string) (n int) {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 1 // no Linux
	}
	for _, e := range list {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.HasPrefix(to, name) {
			n++
		}
	}
	return n
}
