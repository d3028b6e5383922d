package build_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"github.com/profferhq/proffer/build"
)

const (
	wasi = "wasi_snapshot_preview1"
	http = "http_handler"
	env  = "env"
)

// base are the imports that every module may have: what Go's runtime asks for,
// and no more. Types are those of WASI preview 1,
// https://github.com/WebAssembly/WASI/tree/wasi-0.1.
var base = map[build.Import]bool{
	{Module: wasi, Name: "sched_yield", Type: "() (i32)"}:                true,
	{Module: wasi, Name: "proc_exit", Type: "(i32) ()"}:                  true,
	{Module: wasi, Name: "args_get", Type: "(i32 i32) (i32)"}:            true,
	{Module: wasi, Name: "args_sizes_get", Type: "(i32 i32) (i32)"}:      true,
	{Module: wasi, Name: "environ_get", Type: "(i32 i32) (i32)"}:         true,
	{Module: wasi, Name: "environ_sizes_get", Type: "(i32 i32) (i32)"}:   true,
	{Module: wasi, Name: "clock_time_get", Type: "(i32 i64 i32) (i32)"}:  true,
	{Module: wasi, Name: "fd_write", Type: "(i32 i32 i32 i32) (i32)"}:    true,
	{Module: wasi, Name: "random_get", Type: "(i32 i32) (i32)"}:          true,
	{Module: wasi, Name: "poll_oneoff", Type: "(i32 i32 i32 i32) (i32)"}: true,
}

// variant is a module as plugin/ABI.md describes it.
type variant struct {
	file    string
	imports []build.Import // besides base
	exports []build.Export // these and no others
}

// reactor are the exports of the native contract.
var reactor = []build.Export{
	{Name: "memory", Type: "memory"},
	{Name: "_initialize", Type: "() ()"},
	{Name: "proffer_abi_version", Type: "() (i32)"},
	{Name: "proffer_buffer", Type: "(i32) (i32)"},
	{Name: "proffer_configure", Type: "(i32) (i32)"},
	{Name: "proffer_verify", Type: "(i32) (i32)"},
	{Name: "proffer_load", Type: "(i32) (i32)"},
	{Name: "proffer_handle", Type: "(i32) (i64)"},
	{Name: "proffer_gc", Type: "() ()"},
}

// read is the import by which a module reads a file, or its standard input.
var read = build.Import{Module: wasi, Name: "fd_read", Type: "(i32 i32 i32 i32) (i32)"}

var variants = []variant{
	{file: "proffer.wasm", exports: reactor},
	{
		file:    "proffer-preinit.wasm",
		imports: []build.Import{read},
		exports: append(reactor[:len(reactor):len(reactor)],
			build.Export{Name: "wizer-initialize", Type: "() ()"}, build.Export{Name: "proffer_ready", Type: "() ()"}),
	},
	{
		file:    "proffer-command.wasm",
		imports: []build.Import{read},
		exports: []build.Export{
			{Name: "memory", Type: "memory"},
			{Name: "_start", Type: "() ()"},
		},
	},
	{
		file: "proffer-http-wasm.wasm",
		// https://http-wasm.io/http-handler-abi/
		imports: []build.Import{
			{Module: http, Name: "enable_features", Type: "(i32) (i32)"},
			{Module: http, Name: "get_config", Type: "(i32 i32) (i32)"},
			{Module: http, Name: "log", Type: "(i32 i32 i32) ()"},
			{Module: http, Name: "get_method", Type: "(i32 i32) (i32)"},
			{Module: http, Name: "get_uri", Type: "(i32 i32) (i32)"},
			{Module: http, Name: "get_source_addr", Type: "(i32 i32) (i32)"},
			{Module: http, Name: "get_header_names", Type: "(i32 i32 i32) (i64)"},
			{Module: http, Name: "get_header_values", Type: "(i32 i32 i32 i32 i32) (i64)"},
			{Module: http, Name: "set_header_value", Type: "(i32 i32 i32 i32 i32) ()"},
			{Module: http, Name: "add_header_value", Type: "(i32 i32 i32 i32 i32) ()"},
			{Module: http, Name: "remove_header", Type: "(i32 i32 i32) ()"},
			{Module: http, Name: "get_status_code", Type: "() (i32)"},
			{Module: http, Name: "set_status_code", Type: "(i32) ()"},
			{Module: http, Name: "read_body", Type: "(i32 i32 i32) (i64)"},
			{Module: http, Name: "write_body", Type: "(i32 i32 i32) ()"},
			// of a snapshot in a file
			{Module: wasi, Name: "fd_prestat_get", Type: "(i32 i32) (i32)"},
			{Module: wasi, Name: "fd_prestat_dir_name", Type: "(i32 i32 i32) (i32)"},
			{Module: wasi, Name: "path_open", Type: "(i32 i32 i32 i32 i32 i64 i64 i32 i32) (i32)"},
			{Module: wasi, Name: "fd_filestat_get", Type: "(i32 i32) (i32)"},
			read,
			{Module: wasi, Name: "fd_close", Type: "(i32) (i32)"},
		},
		exports: []build.Export{
			{Name: "memory", Type: "memory"},
			{Name: "_start", Type: "() ()"},
			{Name: "handle_request", Type: "() (i64)"},
			{Name: "handle_response", Type: "(i32 i32) ()"},
		},
	},
	{
		file: "proffer-proxy-wasm.wasm",
		// https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1
		imports: []build.Import{
			{Module: env, Name: "proxy_log", Type: "(i32 i32 i32) (i32)"},
			{Module: env, Name: "proxy_get_buffer_bytes", Type: "(i32 i32 i32 i32 i32) (i32)"},
			{Module: env, Name: "proxy_set_buffer_bytes", Type: "(i32 i32 i32 i32 i32) (i32)"},
			{Module: env, Name: "proxy_get_header_map_pairs", Type: "(i32 i32 i32) (i32)"},
			{Module: env, Name: "proxy_get_header_map_value", Type: "(i32 i32 i32 i32 i32) (i32)"},
			{Module: env, Name: "proxy_add_header_map_value", Type: "(i32 i32 i32 i32 i32) (i32)"},
			{Module: env, Name: "proxy_replace_header_map_value", Type: "(i32 i32 i32 i32 i32) (i32)"},
			{Module: env, Name: "proxy_remove_header_map_value", Type: "(i32 i32 i32) (i32)"},
			{Module: env, Name: "proxy_get_property", Type: "(i32 i32 i32 i32) (i32)"},
			{Module: env, Name: "proxy_send_local_response", Type: "(i32 i32 i32 i32 i32 i32 i32 i32) (i32)"},
			{Module: env, Name: "proxy_continue_stream", Type: "(i32) (i32)"},
			{Module: env, Name: "proxy_set_effective_context", Type: "(i32) (i32)"},
			{Module: env, Name: "proxy_set_tick_period_milliseconds", Type: "(i32) (i32)"},
			{Module: env, Name: "proxy_http_call", Type: "(i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (i32)"},
			{Module: env, Name: "proxy_get_shared_data", Type: "(i32 i32 i32 i32 i32) (i32)"},
			{Module: env, Name: "proxy_set_shared_data", Type: "(i32 i32 i32 i32 i32) (i32)"},
		},
		exports: []build.Export{
			{Name: "memory", Type: "memory"},
			{Name: "_initialize", Type: "() ()"},
			{Name: "proxy_abi_version_0_2_1", Type: "() ()"},
			{Name: "proxy_on_memory_allocate", Type: "(i32) (i32)"},
			{Name: "proxy_on_vm_start", Type: "(i32 i32) (i32)"},
			{Name: "proxy_on_configure", Type: "(i32 i32) (i32)"},
			{Name: "proxy_on_context_create", Type: "(i32 i32) ()"},
			{Name: "proxy_on_request_headers", Type: "(i32 i32 i32) (i32)"},
			{Name: "proxy_on_request_body", Type: "(i32 i32 i32) (i32)"},
			{Name: "proxy_on_request_trailers", Type: "(i32 i32) (i32)"},
			{Name: "proxy_on_response_headers", Type: "(i32 i32 i32) (i32)"},
			{Name: "proxy_on_response_body", Type: "(i32 i32 i32) (i32)"},
			{Name: "proxy_on_response_trailers", Type: "(i32 i32) (i32)"},
			{Name: "proxy_on_http_call_response", Type: "(i32 i32 i32 i32 i32) ()"},
			{Name: "proxy_on_tick", Type: "(i32) ()"},
			{Name: "proxy_on_done", Type: "(i32) (i32)"},
			{Name: "proxy_on_log", Type: "(i32) ()"},
			{Name: "proxy_on_delete", Type: "(i32) ()"},
		},
	},
}

// artefact reads a module that "make wasm" has built.
func artefact(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("out", name))
	if err != nil {
		t.Fatalf("%v: run make wasm", err)
	}
	return b
}

func TestModuleImports(t *testing.T) {
	for _, v := range variants {
		t.Run(v.file, func(t *testing.T) {
			m, err := build.Parse(artefact(t, v.file))
			if err != nil {
				t.Fatal(err)
			}
			allowed := map[build.Import]bool{}
			for _, i := range v.imports {
				allowed[i] = true
			}
			for _, i := range m.Imports {
				if !allowed[i] && !base[i] {
					t.Errorf("it imports %s.%s %s, which plugin/ABI.md does not promise to hosts", i.Module, i.Name, i.Type)
				}
			}
			if len(m.Imports) == 0 {
				t.Error("it imports nothing: Go's runtime always does")
			}
		})
	}
}

func TestModuleExports(t *testing.T) {
	for _, v := range variants {
		t.Run(v.file, func(t *testing.T) {
			m, err := build.Parse(artefact(t, v.file))
			if err != nil {
				t.Fatal(err)
			}
			missing := map[build.Export]bool{}
			for _, e := range v.exports {
				missing[e] = true
			}
			for _, e := range m.Exports {
				if !missing[e] {
					t.Errorf("it exports %s %s, which plugin/ABI.md does not have", e.Name, e.Type)
				}
				delete(missing, e)
			}
			for e := range missing {
				t.Errorf("it does not export %s %s", e.Name, e.Type)
			}
		})
	}
}

// TestModuleSize bounds what proffer.wasm costs where it is fetched for a page
// or counted against a quota; compressed it travels. compress/gzip packs it 1 %
// worse than gzip -9 does, so that this gate is the stricter one.
func TestModuleSize(t *testing.T) {
	const maxRaw, maxGzip = 2_800_000, 800_000
	b := artefact(t, "proffer.wasm")
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("proffer.wasm has %d bytes, %d with gzip -9", len(b), packed.Len())
	if len(b) > maxRaw || packed.Len() > maxGzip {
		t.Errorf("proffer.wasm has %d bytes, %d with gzip -9; at most %d and %d", len(b), packed.Len(), maxRaw, maxGzip)
	}
}
