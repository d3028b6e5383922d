package abi

import "github.com/profferhq/proffer/catalog/wire"

var commandFaults = [...]string{
	"configuration: malformed",
	"request: malformed",
	"command: malformed",
}

// AppendCommand appends the message that the command variant reads from its
// standard input. A nil configuration is the default one; the request carries
// its snapshot inline.
func AppendCommand(dst, config, request []byte) []byte {
	dst = wire.AppendArray(dst, 2)
	dst = appendBinOrNil(dst, config)
	return wire.AppendBin(dst, request)
}

// DecodeCommand cuts the command's message into configuration, nil for the
// default one, and request, both encoded and aliasing b.
func DecodeCommand(b []byte) (config, request []byte, s Status, text string) {
	if len(b) > MaxCommand {
		return nil, nil, StatusRefused, "command: over the limit of 65 MiB"
	}
	d := newDecoder(b)
	outer := d.enter()
	config = d.bin()
	request = d.bin()
	if request == nil {
		d.refuse(StatusMalformed, "request: missing")
	}
	d.leave(outer, 1)
	if s, text = d.finish(commandFaults[:]); s != StatusOK {
		return nil, nil, s, text
	}
	return config, request, StatusOK, ""
}
