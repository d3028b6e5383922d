package callcase

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/profferhq/proffer/plugin/abi"
)

// all sends calls of strangers.
func (c *calling) all() {
	for name, body := range map[string]string{
		"one slot":   one,
		"many slots": `{"slots":[{"space":"side"},{"space":"hero","n":2},{"space":"hero"},{"space":"hero","n":9},{"space":"nowhere"}]}`,
		"a language": with(`"language":"fr-CA"`), "a page": with(`"path":"/sale","query":"a=b"`), "data": with(`"attributes":{"basket":100.5}`),
		"a list":       with(`"attributes":{"tags":["\u0061","\ud83d\ude00"],"member":true}`),
		"a slot's own": `{"slots":[{"space":"hero","environment":"visitors","categories":["all"],"themes":[],"attributes":{"basket":2e2}}]}`,
		"no category":  `{"slots":[{"space":"hero","categories":["none"]}]}`, "white space": " \r\n\t{ \"slots\" : [ { \"space\" : \"hero\" } ] } ",
		"as long as may be": one + strings.Repeat(" ", abi.MaxBody-len(one)),
	} {
		c.same(name, post(body), http.StatusOK)
	}
	for name, body := range map[string]string{
		"nothing": "", "null": "null", "no object": "[]", "no slots": "{}", "empty slots": `{"slots":[]}`, "no end": one[:len(one)-1], "more": one + "x",
		"two values": one + one, "a comma": `{"slots":[{"space":"hero"}],}`, "no JSON": "slots=hero", "a mark of order": "\ufeff" + one,
		"deep": strings.Repeat("[", 1000), "not UTF-8": with("\"language\":\"\xff\""), "half a character": with(`"language":"\ud83d"`),
		"a number": with(`"attributes":{"a":01}`), "too large": with(`"attributes":{"a":1e999}`), "twice": with(`"slots":[]`), "unknown": with(`"<b>é\n\u2028":1`),
		"the command's": with(`"seed":1`), "a slot's": `{"slots":[{"space":"hero","held":"no"}]}`, "n": `{"slots":[{"space":"hero","n":0}]}`,
		"a path": with(`"path":"x"`), "a query": with(`"query":"?a"`), "mixed": with(`"attributes":{"a":[1,"x"]}`), "long data": with(`"attributes":{"a":"` + strings.Repeat("x", 1024) + `"}`),
		"65 slots":  `{"slots":[` + strings.Repeat(`{"space":"hero"},`, 64) + `{"space":"hero"}]}`,
		"long name": with(`"` + strings.Repeat("é", 400) + `":1`), "a visitor's id": with(`"visitor":{"id":"x"}`),
	} {
		c.same(name, post(body), http.StatusBadRequest)
	}
	for _, trusted := range []string{`"target":"1001"`, `"target":{"source":"main","key":"1001"}`, `"visitor":{"id":"00112233445566778899aabbccddeeff"}`, `"consent":true`, `"no_store":true`} {
		c.same(trusted, post(with(trusted)), http.StatusForbidden)
		c.same(trusted+" with a token", post(with(trusted), "Authorization: Bearer p1.0.AAAA.AAAA"), http.StatusForbidden)
	}
	c.same("a token of the site", post(one, "Authorization: Bearer x"), http.StatusOK)
	c.same("too long", post(one+strings.Repeat(" ", abi.MaxBody+1-len(one))), http.StatusRequestEntityTooLarge)
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "application/jsonp", "application/json-seq", ""} {
		c.same("type "+kind, post(one, "Content-Type: "+kind), http.StatusUnsupportedMediaType)
	}
	c.same("a type's charset", post(one, "Content-Type: Application/JSON ; charset=utf-8"), http.StatusOK)
	for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS"} {
		c.same(method, fmt.Sprintf("%s /.proffer/decide HTTP/1.1\nHost: %s\nContent-Length: 0\n\n", method, site), http.StatusMethodNotAllowed)
	}
	for name, headers := range map[string]string{
		"refused": "Sec-Gpc: 1", "fetched ahead": "Sec-Purpose: prefetch", "a crawler": "User-Agent: Googlebot/2.1", "a language of the browser": "Accept-Language: fr",
		"the same origin": "Origin: http://shop.example\nSec-Fetch-Site: same-origin", "null of ours": "Origin: null\nSec-Fetch-Site: same-origin",
	} {
		c.same(name, post(one, headers), http.StatusOK)
	}
	for cookie := range map[string]bool{"consent=yes": true, "consent=no": true, "a=b": true} {
		c.same(cookie, strings.Replace(post(one, "Cookie: "+cookie), "Host: shop", "Host: asking", 1), http.StatusOK)
	}
}
