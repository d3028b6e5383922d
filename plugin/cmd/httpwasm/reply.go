//go:build wasip1

package main

import (
	"unsafe"

	"github.com/profferhq/proffer/plugin/abi"
)

// reply answers a request to an endpoint of the module's own. It reports false
// if it could not.
func reply() bool {
	long := !readInto(kindRequest, abi.MaxBody)
	if long {
		page = page[:0]
	}
	r, ok := instance.Reply(&exchange, page, long)
	if !ok {
		return false
	}
	for _, h := range r.Headers {
		set(string(h.Name), h.Value)
	}
	for _, c := range r.Cookies {
		add("set-cookie", c)
	}
	setStatusCode(uint32(r.Code)) // behind the headers: a host may send them with it
	if len(r.Body) > 0 {
		writeBody(kindResponse, unsafe.Pointer(unsafe.SliceData(r.Body)), uint32(len(r.Body)))
	}
	const levelInfo = 0
	for _, l := range r.Events {
		hostLog(levelInfo, unsafe.Pointer(unsafe.SliceData(l)), uint32(len(l)))
	}
	return true
}
