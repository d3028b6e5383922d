package matrix

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// FileVariable is the environment variable that names the file to which the
// benchmark of an edge writes its figures. Without it nothing is written.
const FileVariable = "PROFFER_FIGURES"

// Figures are what was measured at an edge. Times are in microseconds.
type Figures struct {
	Engine  string  `json:"engine"`  // the program and its version
	Memory  int     `json:"memory"`  // linear memory of an instance, in bytes; 0: the benchmark cannot see it
	Low     float64 `json:"low"`     // a quarter of the pages took no longer
	Median  float64 `json:"median"`  // half
	High    float64 `json:"high"`    // three quarters
	Without float64 `json:"without"` // the median without Proffer, which is not in the others
	Samples int     `json:"samples"` // pages with Proffer
	Date    string  `json:"date"`
	Machine string  `json:"machine"`
}

// Write writes them to a file.
func (f *Figures) Write(file string) error {
	b, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o600)
}

// ReadFigures reads one edge's figures.
func ReadFigures(file string) (Figures, error) {
	var f Figures
	b, err := os.ReadFile(file)
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return f, fmt.Errorf("%s: %w", file, err)
	}
	return f, f.check()
}

// check refuses what no measurement gives.
func (f *Figures) check() error {
	switch {
	case f.Engine == "" || f.Date == "" || f.Machine == "":
		return errors.New("figures without engine, date or machine")
	case f.Samples < minSamples:
		return fmt.Errorf("figures of %d samples (have %d at least)", f.Samples, minSamples)
	case f.Median <= 0 || f.Low > f.Median || f.Median > f.High:
		return fmt.Errorf("figures of %v, %v and %v µs", f.Low, f.Median, f.High)
	case f.Memory < 0:
		return fmt.Errorf("figures with a memory of %d bytes", f.Memory)
	}
	return nil
}

// minSamples is below which a median says little.
const minSamples = 100

// Measured are the figures of all edges, by their names.
type Measured map[string]Figures

// ReadMeasured reads them; a file that is not there has none.
func ReadMeasured(file string) (Measured, error) {
	m := Measured{}
	b, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return m, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for name, f := range m {
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", file, name, err)
		}
	}
	return m, nil
}

// Write writes them to a file, sorted by name.
func (m Measured) Write(file string) error {
	b, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o600)
}
