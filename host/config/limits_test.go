package config_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/config"
)

func TestParseLimits(t *testing.T) {
	f, err := config.Parse([]byte(`{"limits":{"connections":9,"requests":8,"decisions":4,"streams":3,"header_bytes":4096,"header_ms":100,
		"body_bytes":5000,"body_idle_ms":200,"write_idle_ms":300,"idle_ms":400,"notice_ms":500,"drain_ms":600},"origin":{"networks":["169.254.7.0/24","fe80::1"]}}`))
	if err != nil {
		t.Fatal(err)
	}
	const ms = time.Millisecond
	want := config.Limits{
		Connections: 9, Requests: 8, Decisions: 4, Streams: 3, HeaderBytes: 4096, HeaderTime: 100 * ms,
		BodyBytes: 5000, BodyIdle: 200 * ms, WriteIdle: 300 * ms, Idle: 400 * ms, Notice: 500 * ms, Drain: 600 * ms,
	}
	if !reflect.DeepEqual(f.Limits, want) {
		t.Errorf("got %+v, want %+v", f.Limits, want)
	}
	if n := f.Origin.Networks; len(n) != 2 || n[0].String() != "169.254.7.0/24" || n[1].String() != "fe80::1/128" {
		t.Errorf("got %v", n)
	}
	if f, err := config.Parse([]byte(`{}`)); err != nil || f.Limits != (config.Limits{}) {
		t.Errorf("got %+v, %v", f.Limits, err)
	}
}

func TestParseLimitsRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{"limits":{"connections":0}}`:                "limits.connections is 0 (have 1..",
		`{"limits":{"requests":-1}}`:                  "limits.requests is -1",
		`{"limits":{"requests":4,"decisions":5}}`:     "limits.decisions 5 is above limits.requests 4",
		`{"limits":{"streams":1000000}}`:              "limits.streams is 1000000 (have 1..10000)",
		`{"limits":{"header_bytes":10}}`:              "limits.header_bytes is 10 (have 1024..",
		`{"limits":{"header_ms":0}}`:                  "limits.header_ms is 0 (have 1..",
		`{"limits":{"drain_ms":1000000000}}`:          "limits.drain_ms is 1000000000",
		`{"limits":{"body_bytes":0}}`:                 "limits.body_bytes 0 is not above 0",
		`{"limits":{"header_s":1}}`:                   `unknown field "header_s"`,
		`{"origin":{"networks":["metadata.google"]}}`: `origin.networks: "metadata.google" is neither`,
	} {
		if _, err := config.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}
