package people_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/store/people"
)

var killedImports = flag.Int("kills", 5, "how many imports are killed until they are through")

// childDir tells a process of this test that it is to import, and where.
const childDir = "PROFFER_TEST_IMPORT"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		os.Exit(child(dir, os.Args[1]))
	}
	os.Exit(m.Run())
}

// child imports a file, says after every thousand lines or entries that it is alive,
// and waits to be told to go on.
func child(dir, name string) int {
	f, err := os.Open(name)
	if err == nil {
		i := killed(dir, f)
		i.Progress = func(people.Progress) {
			fmt.Println("on")
			_, _ = os.Stdin.Read(make([]byte, 1)) // its end is as good
		}
		_, err = i.Do(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func killed(dir string, f *os.File) people.Import {
	return people.Import{Dir: dir, Source: "main", Name: "in", Input: f, Run: 32 << 10}
}

// TestKilled kills imports at any point, and once more while they go on, until one
// comes to its end: the file is that of an import which nobody has disturbed.
func TestKilled(t *testing.T) {
	t.Parallel()
	f := file(t, many(0, 6_000))
	whole := t.TempDir()
	if _, err := killed(whole, f).Do(context.Background()); err != nil {
		t.Fatal(err)
	}
	want := content(t, whole)
	kills := 0
	for range *killedImports {
		dir := t.TempDir()
		imported(t, dir, anna)
		for !survives(t, dir, f.Name(), rand.IntN(22)) {
			kills++
			// The rename may have been done before the kill.
			if got := shown(t, dir, "anna"); got != anna && content(t, dir) != want {
				t.Fatal("after a kill there is neither the old import nor the whole new one")
			}
		}
		if content(t, dir) != want {
			t.Fatal("the content is another than that of an import in one go")
		}
		left(t, dir, "main.db", "main.lock")
	}
	if kills == 0 {
		t.Error("nothing was killed")
	}
	t.Logf("%d kills", kills)
}

// survives runs an import in a process of its own, which is killed after some words,
// if it has so many to say.
func survives(t *testing.T, dir, name string, words int) bool {
	t.Helper()
	cmd := exec.Command(os.Args[0], name)
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); words-- {
		_, _ = in.Write([]byte{0}) // it may have been killed
		if words == 0 {
			for range rand.IntN(1 << 20) { // somewhere in what it does next
				runtime.KeepAlive(words)
			}
			_ = cmd.Process.Kill() // it may have ended
		}
	}
	if err = cmd.Wait(); err != nil && errs.Len() > 0 {
		t.Fatal(errs.String())
	}
	return err == nil
}
