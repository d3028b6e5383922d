package preinit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
)

// Dir is where, below build/out, build/install-edges puts Wizer.
const Dir = "wizer"

// Find is the path of Wizer: the one on the PATH, or the one in build/out. There it is
// the platform's own, for npm's needs Node to start that.
func Find(out string) (string, error) {
	if path, err := exec.LookPath("wizer"); err == nil {
		return path, nil
	}
	found, err := filepath.Glob(filepath.Join(out, Dir, "node_modules", ".bin", "wizer-*"))
	if err != nil {
		return "", err
	}
	for _, name := range found {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("preinit: no Wizer: npm install --prefix " + filepath.Join(out, Dir) + " @bytecodealliance/wizer")
}

// Image makes an image of a file with proffer-preinit.wasm, which takes Wizer some
// seconds. Without a snapshot the image has none; no settings are the default
// configuration. The image holds the keys of the settings.
func Image(ctx context.Context, wizer, module string, settings, snapshot []byte) ([]byte, error) {
	if err := check(settings, snapshot); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, wizer, "--allow-wasi", "--init-func", "wizer-initialize",
		"--rename-func", "_initialize=proffer_ready", module)
	cmd.Stdin = bytes.NewReader(message(settings, snapshot))
	var image, text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &image, &text
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("preinit: %s: %w\n%s", wizer, err, text.Bytes())
	}
	return rewritten(image.Bytes())
}

// check says what the module would refuse, in fewer words than Wizer's.
func check(settings, snapshot []byte) error {
	g := guest.New()
	if status, text := g.Configure(settings); status != abi.StatusOK {
		return fmt.Errorf("preinit: settings: %s", text)
	}
	if snapshot == nil {
		return nil
	}
	if status, text := g.Verify(snapshot); status != abi.StatusOK {
		return fmt.Errorf("preinit: %s", text)
	}
	return nil
}

// message is what proffer-preinit.wasm reads from its standard input.
func message(settings, snapshot []byte) []byte {
	b := wire.AppendArray(nil, 2)
	for _, part := range [][]byte{settings, snapshot} {
		if part == nil {
			b = wire.AppendNil(b)
		} else {
			b = wire.AppendBin(b, part)
		}
	}
	return b
}
