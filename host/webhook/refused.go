package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// maxRefused bounds the file of refused events, in bytes: some 150,000 events,
// more than anybody looks through. One that is full stops delivery at the next.
const maxRefused = 64 << 20

// aside is a line of the file.
type aside struct {
	Time   string `json:"refused"`
	Status int    `json:"status,omitempty"` // none: the line is no event
	Why    string `json:"why"`
	ID     string `json:"id"`
	Line   string `json:"line"`
}

// setAside puts events into the file, and comes back when they are on the disk.
func (s *Sender) setAside(list []entry) error {
	if len(list) == 0 {
		return nil
	}
	var text []byte
	for i := range list {
		e := &list[i]
		line, err := json.Marshal(aside{
			s.config.Clock().UTC().Format(time.RFC3339), e.status, e.why, e.id, string(e.line),
		})
		if err != nil {
			return err
		}
		text = append(append(text, line...), '\n')
	}
	if err := appendFile(s.config.Refused, text); err != nil {
		return fmt.Errorf("refused events: %w", err)
	}
	s.metrics.aside.Add(float64(len(list)))
	s.config.Logger.Error("webhook: events were refused and set aside", "events", len(list), "first", list[0].id,
		"why", list[0].why, "file", s.config.Refused)
	return nil
}

// appendFile appends whole lines to the file, behind what a crash may have left.
func appendFile(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if text, err = behindTorn(f, text); err == nil {
		_, err = f.Write(text)
	}
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// behindTorn begins a text with a line end where the file lacks one.
func behindTorn(f *os.File, text []byte) ([]byte, error) {
	size, err := f.Seek(0, io.SeekEnd)
	switch {
	case err != nil || size == 0:
		return text, err
	case size+int64(len(text)) > maxRefused:
		return nil, fmt.Errorf("%s has %d bytes and no room; look through it and move it away", f.Name(), size)
	}
	var last [1]byte
	if _, err := f.ReadAt(last[:], size-1); err != nil || last[0] == '\n' {
		return text, err
	}
	return append([]byte{'\n'}, text...), nil
}

// syncDir makes a new name in a directory last. Not every system can.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync()
	return d.Close()
}
