# workerd serve config.capnp: the Worker in front of an origin on this machine.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "proffer", worker = .proffer),
    (name = "origin", external = (address = "127.0.0.1:8081", http = ())),
  ],
  # Who can reach the socket can say that his connection is TLS: let a proxy that
  # sets this header be in front, or leave it out.
  sockets = [
    (name = "http", address = "127.0.0.1:8080", service = "proffer", http = (forwardedProtoHeader = "X-Forwarded-Proto")),
  ],
);

const proffer :Workerd.Worker = (
  compatibilityDate = "2026-06-01",
  modules = [
    (name = "cloudflare/worker.mjs", esModule = embed "worker.mjs"),
    (name = "cloudflare/engine.mjs", esModule = embed "engine.mjs"),
    (name = "cloudflare/injector.mjs", esModule = embed "injector.mjs"),
    (name = "cloudflare/msgpack.mjs", esModule = embed "msgpack.mjs"),
    (name = "cloudflare/page.mjs", esModule = embed "page.mjs"),
    (name = "embed/embed.mjs", esModule = embed "../embed/embed.mjs"),
    (name = "cloudflare/proffer.wasm", wasm = embed "../../build/out/proffer.wasm"),
    (name = "cloudflare/injector.wasm", wasm = embed "../../build/out/injector.wasm"),
    (name = "cloudflare/offers.snapshot", data = embed "offers.snapshot"),
  ],
  bindings = [
    (name = "ORIGIN", service = "origin"),
    (name = "COOKIE_KEY", fromEnvironment = "COOKIE_KEY"), # 32 bytes in base64
    (name = "IDENTITY_KEY", fromEnvironment = "IDENTITY_KEY"),
  ],
);
