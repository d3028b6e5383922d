package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/profferhq/proffer/plugin/abi"
)

// MaxPaused is how many pauses there may be. Each offer that a page considers is
// compared with all of them: 256 comparisons take a tenth of a microsecond, and
// more than that is a catalog to be edited, not an emergency.
const MaxPaused = 256

// pausedFile is {"paused":[{"environment":"visitors","kind":"offer","name":"beach"}]}.
type pausedFile struct {
	Paused []PausedText `json:"paused"`
}

// PausedText is the JSON form of one pause.
type PausedText struct {
	Environment string `json:"environment"`
	Kind        string `json:"kind"` // offer or space
	Name        string `json:"name"` // an offer's code or a space's name
}

// Paused is the pause that a text names, or what is wrong with it.
func (t PausedText) Paused() (abi.Paused, error) {
	switch {
	case t.Kind != abi.PausedOffer && t.Kind != abi.PausedSpace:
		return abi.Paused{}, fmt.Errorf("kind %q is not offer or space", t.Kind)
	case t.Environment == "":
		return abi.Paused{}, errors.New("environment is missing")
	case t.Name == "":
		return abi.Paused{}, errors.New("name is missing")
	}
	return abi.Paused(t), nil
}

// ParsePausedText reads the JSON of one pause.
func ParsePausedText(b []byte) (t PausedText, err error) {
	err = strict(b, &t)
	return t, err
}

// LoadPaused reads a file of pauses. The error of a file that is not there is
// [os.ErrNotExist].
func LoadPaused(name string) ([]abi.Paused, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("paused: %w", err)
	}
	list, err := ParsePaused(b)
	if err != nil {
		return nil, fmt.Errorf("paused: %s: %w", name, err)
	}
	return list, nil
}

// ParsePaused reads the text of a file of pauses. One that comes twice counts
// once.
func ParsePaused(b []byte) ([]abi.Paused, error) {
	var f pausedFile
	if err := strict(b, &f); err != nil {
		return nil, err
	}
	if len(f.Paused) > MaxPaused {
		return nil, fmt.Errorf("%d pauses, more than %d", len(f.Paused), MaxPaused)
	}
	var list []abi.Paused
	for i, t := range f.Paused {
		p, err := t.Paused()
		if err != nil {
			return nil, fmt.Errorf("pause %d: %w", i+1, err)
		}
		if !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list, nil
}

// PausedJSON is the text of a file of pauses.
func PausedJSON(list []abi.Paused) []byte {
	f := pausedFile{Paused: []PausedText{}}
	for _, p := range list {
		f.Paused = append(f.Paused, PausedText(p))
	}
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		panic(err) // strings cannot fail
	}
	return append(b, '\n')
}
