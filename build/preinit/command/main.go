// Command command makes an image of a snapshot, a keys file and a configuration
// file: a module that has started already, for platforms that start an instance for
// each request. See package preinit.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/profferhq/proffer/build/preinit"
	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/plugin/abi"
)

// files are those of the operator, and what is made of them.
type files struct{ keys, config, snapshot, module, wizer, image string }

func main() {
	var f files
	flag.StringVar(&f.keys, "keys", "", "the keys `file` of \"proffer serve\"")
	flag.StringVar(&f.config, "config", "", "its configuration `file`; without one the defaults")
	flag.StringVar(&f.snapshot, "snapshot", "", "the `file` that \"proffer catalog build\" writes; without one each instance has to load its own")
	flag.StringVar(&f.module, "module", filepath.Join("build", "out", "proffer-preinit.wasm"), "the module, of \"make wasm\"")
	flag.StringVar(&f.wizer, "wizer", "", "the `program`; by default that on the PATH, or in build/out")
	flag.StringVar(&f.image, "o", "", "the `file` for the image, which is as secret as the keys are")
	flag.Parse()
	if f.keys == "" || f.image == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := f.make(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (f *files) make(ctx context.Context) error {
	settings, err := f.settings()
	if err != nil {
		return err
	}
	var snapshot []byte
	if f.snapshot != "" {
		if snapshot, err = os.ReadFile(f.snapshot); err != nil {
			return err
		}
	}
	if f.wizer == "" {
		if f.wizer, err = preinit.Find(filepath.Dir(f.module)); err != nil {
			return err
		}
	}
	image, err := preinit.Image(ctx, f.wizer, f.module, settings, snapshot)
	if err != nil {
		return err
	}
	if err := write(f.image, image); err != nil {
		return err
	}
	fmt.Printf("%s  %d bytes  %d bytes of snapshot; it holds the keys of %s\n", f.image, len(image), len(snapshot), f.keys)
	return nil
}

// write replaces a file whole or not at all, by one that nobody else can read.
func write(name string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".image-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// settings are the module's configuration.
func (f *files) settings() ([]byte, error) {
	keys, err := config.LoadKeys(f.keys)
	if err != nil {
		return nil, err
	}
	operator := config.Default()
	if f.config != "" {
		if operator, err = load(f.config); err != nil {
			return nil, err
		}
	}
	c := operator.Module(keys)
	c.CORS = abi.CORS{Origins: operator.CORS.Origins, Credentials: operator.CORS.Credentials, MaxAge: operator.CORS.MaxAge}
	return abi.AppendConfig(nil, c), nil
}

// modules are the keys of a configuration file that the module itself follows. The
// others are for a host of ours, which an image has not.
var modules = []string{"prefix", "identity", "person_header", "country_header", "device_header", "cors"}

// load reads a configuration file of which nothing would be without effect.
func load(name string) (config.File, error) {
	f, err := config.Load(name)
	if err != nil {
		return f, err
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return f, err
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(text, &keys); err != nil {
		return f, err
	}
	for key := range keys {
		if !slices.Contains(modules, strings.ToLower(key)) {
			return f, fmt.Errorf("%s: %q has no effect in an image; there are %q", name, key, modules)
		}
	}
	return f, nil
}
