package config

import "errors"

// CORS says which other origins' pages may use the endpoints; package proxy has the
// limits and the defaults, which a zero stands for, and checks it.
type CORS struct {
	Origins     []string
	MaxAge      int // seconds
	Credentials bool
}

type corsText struct {
	Origins     []string `json:"origins"`
	MaxAge      *int     `json:"max_age"`
	Credentials bool     `json:"credentials"`
}

// parseCORS takes the object of the file.
func (f *File) parseCORS(t *corsText) error {
	if t == nil {
		return nil
	}
	if len(t.Origins) == 0 {
		return errors.New("cors.origins is missing")
	}
	f.CORS = CORS{Origins: t.Origins, Credentials: t.Credentials}
	return setNumber(&f.CORS.MaxAge, t.MaxAge, "cors.max_age")
}
