package proxy

import (
	"bytes"
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/internal/collect"
	"github.com/profferhq/proffer/plugin/abi"
)

// result is what became of a page.
type result uint8

const (
	injected   result = iota // offers were written
	kept                     // decided, and the page keeps all of its content
	noSlot                   // not listed, and without a slot in its head
	encoded                  // it has a content coding that is not read here
	charset                  // it is not in UTF-8
	truncated                // its body ended before its length
	noSnapshot               // there is nothing to decide from
	timeout                  // the engine gave no answer in time
	broken                   // the engine does not call its module for now
	canceled                 // the visitor left
	refused                  // the module refused the request
	failed                   // the engine or its answer is at fault
	panicked                 // so is this package
	long                     // an answer in JSON of more than 1 MiB
	slow                     // one that comes in pieces, over more than a moment
	invalid                  // what calls itself JSON and is not
	miscoded                 // its content coding is broken, or a bomb
	numResults
)

var resultNames = [numResults]string{
	"injected", "kept", "no_slot", "encoded", "charset", "truncated", "no_snapshot",
	"timeout", "broken", "canceled", "refused", "error", "panic", "too_long", "slow", "invalid", "miscoded",
}

// resultOf classifies an error of an engine.
func resultOf(err error) result {
	switch {
	case errors.Is(err, host.ErrNoSnapshot), errors.Is(err, host.ErrClosed):
		return noSnapshot
	case errors.Is(err, host.ErrTimeout):
		return timeout
	case errors.Is(err, host.ErrBroken):
		return broken
	case errors.Is(err, context.Canceled):
		return canceled
	case statusOf(err) != 0:
		return refused
	}
	return failed
}

// fate is what became of a slot that was decided.
type fate uint8

const (
	filled  fate = iota // an offer was written into it
	empty               // no offer, or one without a rendering: its content stays
	missing             // an offer, but the body has no such slot, or none that is sure to end
	numFates
)

var fateNames = [numFates]string{"filled", "empty", "missing"}

// ending is what ended a read-ahead.
type ending uint8

const (
	byBody  ending = iota // the body was over
	bySize                // the held part was full
	byFlush               // the origin flushed
	byWait                // the wait was over
	numEndings
)

var endingNames = [numEndings]string{"body", "size", "flush", "wait"}

// trouble is why a reverse proxy answered in place of its origin.
type trouble uint8

const (
	unreachable trouble = iota
	late
	abandoned // by the visitor
	badBody   // the visitor's, which could not be read
	numTroubles
)

var troubleNames = [numTroubles]string{"unreachable", "timeout", "canceled", "request"}

// lookupResult is what came of asking a store for what it knows of a visitor.
type lookupResult uint8

const (
	lookupFound  lookupResult = iota // an answer, be it that nobody is known
	lookupLate                       // the page did not wait any longer
	lookupFailed                     // the store answered an error
	lookupBusy                       // too many wait for the store
	numLookups
)

var lookupNames = [numLookups]string{"answered", "late", "failed", "busy"}

// writeResult is what came of telling a store what a decision or an event changes.
type writeResult uint8

const (
	writeDone   writeResult = iota
	writeAgain              // another request was quicker, and the page is decided once more
	writeForced             // another one was, again: stored as it was decided
	writeLate               // the store takes it in while nobody waits
	writeFailed             // the store answered an error
	writeBusy               // too many wait for the store
	numWrites
)

var writeNames = [numWrites]string{"done", "again", "forced", "late", "failed", "busy"}

// telling is what a proxy was told that asked what to write into a page.
type telling uint8

const (
	told      telling = iota // what is new in the page
	unchanged                // nothing: it stays as it came
	elsewhere                // nothing, for its visitor asks for no page
	misread                  // nothing, for who asks is no peer or names no page
	numTellings
)

var tellingNames = [numTellings]string{"told", "unchanged", "no_page", "refused"}

// metrics are the counters, looked up once.
type metrics struct {
	all       collect.Set
	replies   replies
	pages     [numResults]prometheus.Counter
	answers   [numResults]prometheus.Counter
	slots     [numFates]prometheus.Counter
	readAhead [numEndings]prometheus.Counter
	origin    [numTroubles]prometheus.Counter
	lookups   [numLookups]prometheus.Counter
	writes    [numWrites]prometheus.Counter
	shed      [numSheddings]prometheus.Counter
	sidecar   [numTellings]prometheus.Counter
	upgrades  prometheus.Counter
	looped    prometheus.Counter
	decision  prometheus.Histogram
	cookie    prometheus.Histogram
	evicted   prometheus.Counter
}

func newMetrics() *metrics {
	m := &metrics{
		looped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "proffer_loops_total", Help: "Requests that had been here before, and were answered by 508.",
		}),
		upgrades: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "proffer_upgrades_refused_total", Help: "Upgrades to other protocols than websocket, which were left out.",
		}),
		decision: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "proffer_decision_seconds", Help: "Time from asking the engine for a page's offers to its answer, with the look-up that it may ask for.",
			Buckets: []float64{25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3},
		}),
		cookie: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "proffer_visitor_cookie_bytes", Help: "Size of the visitor cookies that are set, name and value.",
			Buckets: []float64{96, 192, 288, 384, 480, 576, 672, 768},
		}),
		evicted: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "proffer_history_evicted_total", Help: "Propositions that a rule could still count and for which the visitor cookie had no room.",
		}),
	}
	m.all.Add(m.upgrades, m.looped, m.decision, m.cookie, m.evicted)
	m.all.Counters("proffer_pages_total", "HTML pages that came back for a GET, by what became of them.", "result", resultNames[:], m.pages[:])
	m.all.Counters("proffer_json_answers_total", "Answers in JSON on paths with slots that came back for a GET, by what became of them.", "result", resultNames[:], m.answers[:])
	m.all.Counters("proffer_slots_total", "Slots that were decided, by what became of them.", "result", fateNames[:], m.slots[:])
	m.all.Counters("proffer_read_ahead_total", "Pages held back until they were decided, by what ended that.", "end", endingNames[:], m.readAhead[:])
	m.all.Counters("proffer_origin_errors_total", "Requests that the origin did not answer.", "reason", troubleNames[:], m.origin[:])
	m.all.Counters("proffer_lookups_total", "Visitors that the store was asked for, by what came of it.", "result", lookupNames[:], m.lookups[:])
	m.all.Counters("proffer_writes_total", "Changes that the store was told, by what came of it.", "result", writeNames[:], m.writes[:])
	m.all.Counters("proffer_shed_total", "What was left out under load: decisions first (the page goes without offers), then requests (503).", "what", sheddingNames[:], m.shed[:])
	m.all.Counters("proffer_sidecar_total", "Questions of proxies that write offers into pages themselves, by what they were told.", "result", tellingNames[:], m.sidecar[:])
	m.replies = newReplies()
	m.all.Add(m.replies.all...)
	return m
}

// noteCookies measures what an answer sets. What is expired has no value.
func (m *metrics) noteCookies(a *abi.Answer) {
	m.evicted.Add(float64(a.Evicted))
	for _, set := range a.Cookies {
		pair, _, _ := bytes.Cut(set, []byte(";"))
		if name, value, _ := bytes.Cut(pair, []byte("=")); len(value) > 0 && visitorCookie(string(name)) {
			m.cookie.Observe(float64(len(pair)))
		}
	}
}

// noteSlots counts the slots of an answer that is no page's.
func (m *metrics) noteSlots(slots []abi.SlotAnswer) {
	offers := 0
	for i := range slots {
		if slots[i].Offer != nil {
			offers++
		}
	}
	m.slots[filled].Add(float64(offers))
	m.slots[empty].Add(float64(len(slots) - offers))
}
