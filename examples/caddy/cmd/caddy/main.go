// Command caddy is Caddy with its standard modules and offers.
package main

import (
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/profferhq/proffer/examples/caddy"
)

func main() { caddycmd.Main() }
