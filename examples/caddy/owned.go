package caddy

import (
	"encoding/json"
	"fmt"
	"strings"
)

// instead says what Caddy has in place of keys of the configuration file. A key that
// is not in it is honoured.
var instead = map[string]string{
	"log":                  "Caddy's own: global option log, logger http.handlers.proffer",
	"origin":               "for reverse_proxy to say, which goes to the origin",
	"record":               "for proffer serve alone",
	"limits.connections":   "not Caddy's to bound; the limit is that of open files",
	"limits.streams":       "not Caddy's to set",
	"limits.header_bytes":  "Caddy's own: global option servers, max_header_size",
	"limits.header_ms":     "Caddy's own: global option servers, timeouts, read_header",
	"limits.write_idle_ms": "Caddy's own: global option servers, timeouts, write",
	"limits.idle_ms":       "Caddy's own: global option servers, timeouts, idle",
	"limits.notice_ms":     "Caddy's own: global option shutdown_delay",
	"limits.drain_ms":      "Caddy's own: global option grace_period",
}

// caddysOwn refuses keys that would have no effect here. The text has been parsed.
func caddysOwn(text []byte) error {
	var file map[string]json.RawMessage
	if err := json.Unmarshal(text, &file); err != nil {
		return err
	}
	for name, value := range file {
		if err := refuse(name); err != nil {
			return err
		}
		if !strings.EqualFold(name, "limits") {
			continue
		}
		var limits map[string]json.RawMessage
		if err := json.Unmarshal(value, &limits); err != nil {
			return err
		}
		for limit := range limits {
			if err := refuse("limits." + limit); err != nil {
				return err
			}
		}
	}
	return nil
}

// refuse names what Caddy has in place of a key, which JSON takes in any case.
func refuse(name string) error {
	for key, own := range instead {
		if strings.EqualFold(key, name) {
			return fmt.Errorf("%q is %s", key, own)
		}
	}
	return nil
}
