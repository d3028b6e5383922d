package matrix

// ownSwap is the test of a Proffer beside or behind an edge, which has its answers
// from it.
var ownSwap = by("host/cmd/proffer:TestSavingACatalog")

// Why programs that embed the module have some things to do.
const (
	yourPages  = "your program writes the HTML of an answer into the page; build/out/injector.wasm and plugin/inject do that"
	yourJSON   = "your program writes it; an answer has what to write"
	yourEngine = "your program starts an instance for a new catalog and drops the old one"
	asMessages = "Cookies, replies to what is below the prefix, and look-ups come as messages, which your program carries (plugin/ABI.md, sections 4 and 5)."
)

// Edges are all rows, in the order of the table.
var Edges = []Edge{
	{
		Name: "serve", Title: "Our own proxy", Page: "../README.md", Variant: "module",
		Works: [numCapabilities]Cell{
			Decide:    by("host/proxy:TestEdgeWasm/pages", "host/hosttest:TestEngineWasm/corpus", "host/proxy:TestEdgeWasm/faults"),
			Inject:    by("host/proxy:TestPage", "host/cmd/proffer:TestShop"),
			JSON:      by("host/proxy:TestJSONAnswers"),
			Cookies:   by("host/proxy:TestSetCookie", "host/proxy:TestVisitorContinues"),
			Endpoints: by("host/cmd/proffer:TestShopWalk", "host/cmd/proffer:TestServedAPI"),
			Swap:      ownSwap,
			LookUps:   by("host/cmd/proffer:TestServeStore", "host/cmd/proffer:TestShopClub"),
		},
		Bench: "examples/internal/rig:BenchmarkProxy",
		Limit: "a process of its own",
		More:  "With `--engine native` decisions run in the process itself, and not in the module.",
	},
	{
		Name: "caddy", Title: "Caddy 2", Page: "caddy/README.md", Dirs: []string{"caddy"}, Variant: "module",
		Works: [numCapabilities]Cell{
			Decide:    by("examples/caddy:TestEdge/pages", "examples/caddy:TestEdge/faults"),
			Inject:    by("examples/caddy:TestPages/wasm"),
			JSON:      by("examples/caddy:TestAnswersInJSON"),
			Cookies:   by("examples/caddy:TestPages/wasm"),
			Endpoints: by("examples/caddy:TestEndpoints"),
			Swap:      by("examples/caddy:TestSaves", "examples/caddy:TestReloads"),
			LookUps:   by("examples/caddy:TestStore", "examples/caddy:TestPeers"),
		},
		Bench: "examples/caddy:BenchmarkEdge", Memory: Memory{Of: "serve"},
		Limit: "built into Caddy",
	},
	{
		Name: "traefik", Title: "Traefik 3", Page: "traefik/README.md", Dirs: []string{"traefik"}, Variant: "http-wasm",
		Works: [numCapabilities]Cell{
			Decide:    by("examples/traefik:TestEdge/pages", "examples/traefik:TestEdge/faults"),
			Inject:    by("examples/traefik:TestEdge/pages"),
			JSON:      by("examples/traefik:TestJSON"),
			Cookies:   by("examples/traefik:TestEdge/pages"),
			Endpoints: by("examples/traefik:TestEndpoints", "examples/traefik:TestDecide"),
			Swap:      by("examples/traefik:TestMountedSnapshot"),
			LookUps:   no("the plugin can ask nobody"),
		},
		Bench: "examples/traefik:BenchmarkEdge", Memory: Memory{Of: "http-wasm"},
		Limit: "holds a page until it is whole",
		More:  "The tests run Traefik's own loader of plugins, not the whole of Traefik.",
	},
	{
		Name: "http-wasm", Title: "Dapr, http-wasm", Page: "http-wasm/README.md", Dirs: []string{"http-wasm"}, Variant: "http-wasm",
		Works: [numCapabilities]Cell{
			Decide:    by("examples/http-wasm:TestEdge/pages", "examples/http-wasm:TestEdge/faults"),
			Inject:    by("examples/http-wasm:TestPages"),
			JSON:      by("examples/http-wasm:TestJSON"),
			Cookies:   by("examples/http-wasm:TestPages", "examples/http-wasm:TestWalk"),
			Endpoints: by("examples/http-wasm:TestEndpoints", "examples/http-wasm:TestFragment", "examples/http-wasm:TestDecide"),
			Swap:      by("examples/http-wasm:TestMountedSnapshot"),
			LookUps:   no("a handler can ask nobody"),
		},
		Bench: "examples/http-wasm:BenchmarkEdge",
		Limit: "holds a page until it is whole",
		More:  "Dapr itself did not run: it uses the library that the tests do. It mounts no directory, so that a new catalog is a new start there.",
	},
	{
		Name: "envoy", Title: "Envoy, Istio", Page: "envoy/README.md", Dirs: []string{"envoy"}, Variant: "proxy-wasm",
		Works: [numCapabilities]Cell{
			Decide:    by("examples/envoy:TestPages", "examples/envoy:TestEdge/faults", "examples/envoy/emulator:TestEmulator"),
			Inject:    by("examples/envoy:TestPages", "examples/envoy/emulator:TestEmulator"),
			JSON:      no("not injected"),
			Cookies:   by("examples/envoy:TestPages", "examples/envoy:TestVisitorsDiffer"),
			Endpoints: by("examples/envoy:TestEndpoints", "examples/envoy:TestDecide"),
			Swap:      by("examples/envoy:TestSnapshotIsFetched"),
			LookUps:   by("examples/envoy:TestRecordIsAsked"),
		},
		Bench: "examples/envoy:BenchmarkEdge",
		Limit: "**no Envoy binary ran**",
		More: "From Envoy 1.33 on. The tests are a strict host of our own and the emulator of the Proxy-Wasm Go SDK; no Envoy ran in CI, nor did Istio. " +
			"The time is that of all callbacks of a page in the strict host, by wazero and not by Envoy's V8.",
	},
	{
		Name: "cloudflare", Title: "Cloudflare Workers", Page: "cloudflare/README.md", Dirs: []string{"cloudflare"}, Variant: "module, injector",
		Works: [numCapabilities]Cell{
			Decide:    by("examples/cloudflare:TestCorpus", "examples/cloudflare:TestPages", "examples/cloudflare:TestEdge/faults"),
			Inject:    by("examples/cloudflare:TestPages", "examples/cloudflare:TestStream"),
			JSON:      no("not injected"),
			Cookies:   by("examples/cloudflare:TestPages"),
			Endpoints: by("examples/cloudflare:TestEndpoints", "examples/cloudflare:TestDecide"),
			Swap:      by("examples/cloudflare:TestSwap"),
			LookUps:   no("no people source or store is asked"),
		},
		Bench: "examples/cloudflare:BenchmarkEdge",
		Limit: "ran in workerd alone",
		More:  "It never ran in Cloudflare's network. The memory is the deciding module's; the injector has as much again.",
	},
	{
		Name: "nginx", Title: "nginx", Page: "nginx/README.md", Dirs: []string{"nginx"}, Variant: "side-car",
		Works: [numCapabilities]Cell{
			Decide:    by("examples/nginx:TestEdge/visitor", "host/proxy:TestSidecarAgrees"),
			Inject:    by("examples/nginx:TestEdge/visitor"),
			JSON:      no("sub_filter is set to write HTML alone"),
			Cookies:   by("examples/nginx:TestEdge/visitor", "examples/nginx:TestEdge/refused"),
			Endpoints: by("examples/nginx:TestEdge/visitor", "examples/nginx:TestOthers"),
			Swap:      ownSwap,
			LookUps:   by("host/proxy:TestSidecarStores"),
		},
		Bench: "examples/nginx:BenchmarkEdge",
		Limit: "configured slot by slot",
		More:  "An offer has at most 4 KiB, all of a page 8 KiB.",
	},
	{
		Name: "haproxy", Title: "HAProxy", Page: "haproxy/README.md", Dirs: []string{"haproxy"}, Variant: "side-car",
		Works: [numCapabilities]Cell{
			Decide:    by("examples/haproxy:TestEdge/visitor", "host/proxy:TestSidecarAgrees"),
			Inject:    no("HAProxy rewrites no pages: the site's templates print the offers that it hands them"),
			JSON:      no("the site's to print, too"),
			Cookies:   by("examples/haproxy:TestEdge/visitor", "examples/haproxy:TestEdge/refused"),
			Endpoints: by("examples/haproxy:TestEdge/visitor"),
			Swap:      ownSwap,
			LookUps:   by("host/proxy:TestSidecarStores"),
		},
		Bench: "examples/haproxy:BenchmarkEdge",
		Limit: "the site prints the offers",
		More:  "An offer has at most 4 KiB, all of a page 8 KiB. From HAProxy 2.6 on.",
	},
	{
		Name: "varnish", Title: "Varnish", Page: "varnish/README.md", Dirs: []string{"varnish"}, Variant: "fragments",
		Works: [numCapabilities]Cell{
			Decide:    by("examples/varnish:TestEdge/page", "host/proxy:TestFragment"),
			Inject:    by("examples/varnish:TestEdge/page"),
			JSON:      no("fragments are HTML"),
			Cookies:   by("examples/varnish:TestEdge/page", "examples/varnish:TestEdge/fragments_are_not_kept"),
			Endpoints: by("examples/varnish:TestEdge/fragments_are_not_kept"),
			Swap:      ownSwap,
			LookUps:   by("host/proxy:TestFragmentIsStored", "host/proxy:TestFragmentsOnDisk"),
		},
		Bench: "examples/varnish:BenchmarkEdge",
		Limit: "asks slot by slot, in turn",
		More:  "A fragment sets no cookie: who is a stranger stays one until a page of its own or the API.",
	},
	{
		Name: "nginx-ssi", Title: "nginx, with a cache", Page: "nginx-ssi/README.md", Dirs: []string{"nginx-ssi"}, Variant: "fragments",
		Works: [numCapabilities]Cell{
			Decide:    by("examples/nginx-ssi:TestEdge/page", "host/proxy:TestFragment"),
			Inject:    by("examples/nginx-ssi:TestEdge/page"),
			JSON:      no("fragments are HTML"),
			Cookies:   by("examples/nginx-ssi:TestEdge/page", "examples/nginx-ssi:TestEdge/fragments_are_not_kept"),
			Endpoints: by("examples/nginx-ssi:TestEdge/fragments_are_not_kept"),
			Swap:      ownSwap,
			LookUps:   by("host/proxy:TestFragmentIsStored", "host/proxy:TestFragmentsOnDisk"),
		},
		Bench: "examples/nginx-ssi:BenchmarkEdge",
		Limit: "asks slot by slot",
		More:  "A fragment sets no cookie: who is a stranger stays one until a page of its own or the API.",
	},
	{
		Name: "single-page", Title: "A browser application", Page: "single-page/README.md", Dirs: []string{"single-page"}, Variant: "decide API",
		Works: [numCapabilities]Cell{
			Decide:    by("host/proxy:TestDecideLikeAPage", "examples/single-page:TestBrowser"),
			Inject:    by("examples/single-page:TestBrowser"),
			JSON:      no("the answer itself is JSON; nothing of the site's is changed"),
			Cookies:   by("host/proxy:TestDecideLikeAPage"),
			Endpoints: by("examples/single-page:TestBrowser", "examples/single-page:TestBrowserGoesBack"),
			Swap:      ownSwap,
			LookUps:   by("host/proxy:TestDecideStore"),
		},
		Bench: "examples/single-page:BenchmarkEdge",
		Limit: "needs scripts",
		More:  "The time is that of a call of the API, less one that a server answers at once.",
	},
	{
		Name: "embed", Title: "A Go program", Page: "embed/README.md", Dirs: []string{"embed"}, Variant: "module",
		Works: [numCapabilities]Cell{
			Decide:    by("examples/embed:TestEngine/corpus", "examples/embed:TestEngine/faults", "examples/embed:TestSoakInWazero"),
			Inject:    no(yourPages),
			JSON:      no(yourJSON),
			Cookies:   by("examples/embed:TestEngine/corpus"),
			Endpoints: by("examples/embed:TestEngine/corpus"),
			Swap:      no(yourEngine),
			LookUps:   by("examples/embed:TestEngine/corpus"),
		},
		Bench: "examples/embed:BenchmarkEdge",
		Limit: "one call at a time",
		More:  asMessages + " Package `host` has a pool, swaps and deadlines.",
	},
	{
		Name: "embed-js", Title: "A JavaScript program", Page: "embed/README.md", Dirs: []string{"embed"}, Variant: "module",
		Works: [numCapabilities]Cell{
			Decide:    by("examples/embed:TestEngineInNode/corpus", "examples/embed:TestEngineInNode/faults", "examples/embed:TestSoakInNode"),
			Inject:    no(yourPages),
			JSON:      no(yourJSON),
			Cookies:   by("examples/embed:TestEngineInNode/corpus"),
			Endpoints: by("examples/embed:TestEngineInNode/corpus"),
			Swap:      no(yourEngine),
			LookUps:   by("examples/embed:TestEngineInNode/corpus"),
		},
		Bench: "examples/embed:BenchmarkEdgeInNode",
		Limit: "nothing bounds a call",
		More:  asMessages + " The time is less that of a ping, for both go through a pipe.",
	},
	{
		Name: "wasmtime", Title: "wasmtime", Page: "wasmtime/README.md", Dirs: []string{"wasmtime"}, Variant: "module",
		Works: [numCapabilities]Cell{
			Decide:    by("examples/wasmtime:TestEngine/corpus", "examples/wasmtime:TestEngine/faults", "examples/wasmtime:TestEngineCommand", "examples/wasmtime:TestSoak"),
			Inject:    no(yourPages),
			JSON:      no(yourJSON),
			Cookies:   by("examples/wasmtime:TestEngine/corpus"),
			Endpoints: by("examples/wasmtime:TestEngine/corpus"),
			Swap:      no(yourEngine),
			LookUps:   by("examples/wasmtime:TestEngine/corpus"),
		},
		Bench: "examples/wasmtime:BenchmarkEdge",
		Limit: "from Go with cgo",
		More:  asMessages,
	},
	{
		Name: "node", Title: "Node, WASI runtimes", Page: "node/README.md", Dirs: []string{"node"}, Variant: "command",
		Works: [numCapabilities]Cell{
			Decide:    by("examples/node:TestEngine/corpus", "examples/node:TestEngine/faults"),
			Inject:    no(yourPages),
			JSON:      no(yourJSON),
			Cookies:   by("examples/node:TestEngine/corpus"),
			Endpoints: by("examples/node:TestEngine/corpus"),
			Swap:      by("examples/node:TestEngine/corpus"),
			LookUps:   by("examples/node:TestEngine/corpus"),
		},
		Bench: "examples/node:BenchmarkEdge", Memory: Memory{Why: "an instance ends with its message"},
		Limit: "for tools: starts per message",
		More:  asMessages + " Each message has its catalog with it.",
	},
	{
		Name: "preinit", Title: "One instance per request", Page: "preinit/README.md", Dirs: []string{"preinit"}, Variant: "image",
		Works: [numCapabilities]Cell{
			Decide:    by("examples/preinit:TestCorpus", "examples/preinit:TestCorpusInImages", "examples/wasmtime:TestImage"),
			Inject:    no(yourPages),
			JSON:      no(yourJSON),
			Cookies:   by("examples/preinit:TestCorpus"),
			Endpoints: by("examples/preinit:TestCorpus"),
			Swap:      no("a new catalog is a new image"),
			LookUps:   by("examples/preinit:TestCorpus"),
		},
		Bench: "examples/preinit:BenchmarkEdge",
		Limit: "holds the keys",
		More:  asMessages + " The time is that of the start of an instance and a call.",
	},
}

// Others are the directories of examples that are no edges, and what they are.
var Others = []Other{
	{"shop", "a small travel shop and its offer catalog, behind the proxy; `make run` starts it"},
	{"identity", "who has logged in, in Go, JavaScript, Python and PHP"},
	{"browser", "the shop, and hostile texts in offers, in Chromium"},
}

// Other is one of them.
type Other struct{ Dir, What string }
