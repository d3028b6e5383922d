package service

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/plugin/abi"
)

// pausedAnswer is what the endpoints of pauses answer.
type pausedAnswer struct {
	Paused  []pausedEntry `json:"paused"`
	Changed *bool         `json:"changed,omitempty"` // by this request
	Kept    string        `json:"kept"`              // until when pauses last
	Refused bool          `json:"refused,omitempty"` // the file on disk is; these are the last good ones
}

type pausedEntry struct {
	config.PausedText
	Known bool `json:"known"` // the resident catalog has it; else nothing is paused by it
}

// pauses adds GET /v1/paused, POST /v1/pause and POST /v1/resume.
func (o *Operators) pauses(p *Pauses) {
	o.private("GET /v1/paused", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answerPaused(w, p, nil)
	}))
	o.private("POST /v1/pause", changePauses(p, p.Pause))
	o.private("POST /v1/resume", changePauses(p, p.Resume))
}

func answerPaused(w http.ResponseWriter, p *Pauses, changed *bool) {
	list, refused := p.State()
	out := pausedAnswer{Paused: []pausedEntry{}, Changed: changed, Kept: cmp.Or(p.Last, "until the restart"), Refused: refused}
	if p.File != "" {
		out.Kept = "in " + p.File
	}
	for _, one := range list {
		out.Paused = append(out.Paused, pausedEntry{config.PausedText(one), p.known(one)})
	}
	writeJSON(w, http.StatusOK, out)
}

// changePauses answers a request that names one pause.
func changePauses(p *Pauses, change func(context.Context, abi.Paused) (bool, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		one, status, err := namedPause(w, r)
		if err != nil {
			refuse(w, status, err)
			return
		}
		changed, err := change(r.Context(), one)
		switch {
		case errors.Is(err, errUnknown):
			refuse(w, http.StatusNotFound, err)
		case errors.Is(err, errFile), errors.Is(err, errFull):
			refuse(w, http.StatusConflict, err)
		case err != nil:
			refuse(w, http.StatusInternalServerError, err)
		default:
			answerPaused(w, p, &changed)
		}
	})
}

// maxPauseBody bounds a request to pause, in bytes: names have a few dozen.
const maxPauseBody = 64 << 10

// namedPause reads the pause that a request names, as JSON or as a form.
func namedPause(w http.ResponseWriter, r *http.Request) (one abi.Paused, status int, err error) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPauseBody))
	if err != nil {
		return one, http.StatusRequestEntityTooLarge, err
	}
	var text config.PausedText
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch media {
	case "application/json":
		if text, err = config.ParsePausedText(b); err != nil {
			return one, http.StatusBadRequest, err
		}
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(b))
		if err != nil {
			return one, http.StatusBadRequest, err
		}
		text = config.PausedText{Environment: form.Get("environment"), Kind: form.Get("kind"), Name: form.Get("name")}
	default:
		return one, http.StatusUnsupportedMediaType, fmt.Errorf("content type %q is not application/json or application/x-www-form-urlencoded", media)
	}
	one, err = text.Paused()
	return one, http.StatusBadRequest, err
}

// refuse answers with what was wrong.
func refuse(w http.ResponseWriter, status int, err error) {
	writeJSON(w, status, struct {
		Error string `json:"error"`
	}{err.Error()})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // the operator may be gone
}
