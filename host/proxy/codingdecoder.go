package proxy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

const (
	// maxWindow is the most that a coded body may refer back, in bytes, and so
	// about what decoding it takes: what RFC 9659 has for zstd. Of brotli it
	// refuses the one size above (16 MiB), which encoders choose for larger files
	// than pages are.
	maxWindow = 8 << 20

	// maxRatio is how many bytes may come of one that was sent, beyond the first
	// freeRatio bytes. Pages reach 4 to 60; the most that deflate can do is 1,032,
	// and brotli and zstd have no such bound.
	maxRatio  = 300
	freeRatio = 1 << 20
)

var (
	errMore    = errors.New("proxy: the decoder has used up what came")
	errBomb    = fmt.Errorf("proxy: more than %d bytes come of each that was sent", maxRatio)
	errWindow  = fmt.Errorf("proxy: a window of more than %d bytes", maxWindow)
	errStopped = errors.New("proxy: nobody wants to know the rest")
)

// bodyReader reads bodies of one coding, one after another.
type bodyReader interface {
	io.Reader
	open(source io.Reader) error
}

// decoder takes the coding off a body that is given to it in parts. What reads a
// coding wants to be the one who asks for more, so it runs as a coroutine.
type decoder struct {
	coding coding
	reader bodyReader
	buffer [16 << 10]byte // what the reader reads into

	in   []byte // what came and was not read; the caller's
	over bool   // nothing comes any more
	left []byte // of the buffer: what was decoded and not taken
	err  error  // after that: errMore, or how it ended
	fed  int64  // how many bytes came
	made int64  // how many came of them

	yield  func(struct{}) bool
	resume func() (struct{}, bool)
	stop   func()
}

var decoders = [numCodings]sync.Pool{
	inGzip:    {New: func() any { return &decoder{coding: inGzip, reader: newGzipReader()} }},
	inBrotli:  {New: func() any { return &decoder{coding: inBrotli, reader: newBrotliReader()} }},
	inZstd:    {New: func() any { return &decoder{coding: inZstd, reader: newZstdReader()} }},
	inDeflate: {New: func() any { return &decoder{coding: inDeflate, reader: newDeflateReader()} }},
}

func newDecoder(c coding) *decoder {
	d := decoders[c].Get().(*decoder)
	d.in, d.over, d.left, d.err, d.fed, d.made = nil, false, nil, nil, 0, 0
	d.resume, d.stop = iter.Pull(d.run)
	return d
}

// close ends the decoder, wherever it is. One whose reader has grown, or is in
// doubt, is left to the garbage collector.
func (d *decoder) close() {
	whole := errors.Is(d.err, io.EOF)
	d.in, d.left, d.over = nil, nil, true
	if !d.halt() || errors.Is(d.err, errPanic) || d.coding == inBrotli && (!whole || d.made > maxScratch) {
		return
	}
	decoders[d.coding].Put(d)
}

// halt ends the coroutine, and reports whether that went well.
func (d *decoder) halt() (ok bool) {
	defer func() { ok = recover() == nil }()
	d.stop()
	return true
}

// feed gives the decoder a part, which must have been used up, by next, before
// there is another one. over says that it was the last.
func (d *decoder) feed(p []byte, over bool) {
	d.in, d.over = p, over
	d.fed += int64(len(p))
}

// next decodes into dst, which is not empty. The error is errMore if there is
// nothing before another part is fed, and io.EOF at the end; with an error there
// are no bytes.
func (d *decoder) next(dst []byte) (int, error) {
	if len(d.left) == 0 {
		if d.err == nil || errors.Is(d.err, errMore) && (len(d.in) > 0 || d.over) {
			d.decode()
		}
		if len(d.left) == 0 {
			return 0, d.err
		}
	}
	n := copy(dst, d.left)
	d.left = d.left[n:]
	return n, nil
}

// decode has the coroutine run until it has bytes, wants some, or is at its end.
func (d *decoder) decode() {
	defer func() {
		if p := recover(); p != nil {
			d.left, d.err = nil, fmt.Errorf("%s: %w: %v", codingNames[d.coding], errPanic, p)
		}
	}()
	d.err = nil
	d.resume()
	if d.made += int64(len(d.left)); d.made > freeRatio && d.made/maxRatio > d.fed-int64(len(d.in)) {
		d.left, d.err = nil, errBomb
	}
}

// maxIdle is how often a reader may come back with nothing.
const maxIdle = 100

// run is the coroutine: it comes back to decode with bytes, for more, or for good.
func (d *decoder) run(yield func(struct{}) bool) {
	d.yield = yield
	if d.err = d.reader.open(d); d.err != nil {
		return
	}
	for idle := 0; idle < maxIdle; idle++ {
		n, err := d.reader.Read(d.buffer[:])
		d.left, d.err = d.buffer[:n], err
		if err != nil {
			return
		}
		if n == 0 {
			continue
		}
		if idle = 0; !yield(struct{}{}) {
			return
		}
	}
	d.err = io.ErrNoProgress
}

// Read gives the reader what came. It is the reader's side of the coroutine.
func (d *decoder) Read(p []byte) (int, error) {
	for len(d.in) == 0 {
		if d.over {
			return 0, io.EOF
		}
		d.err = errMore
		if !d.yield(struct{}{}) {
			return 0, errStopped
		}
	}
	n := copy(p, d.in)
	d.in = d.in[n:]
	return n, nil
}

type gzipReader struct {
	gzip.Reader
	buffer *bufio.Reader
}

func newGzipReader() *gzipReader { return &gzipReader{buffer: bufio.NewReader(nil)} }

func (g *gzipReader) open(source io.Reader) error {
	g.buffer.Reset(source)
	return g.Reset(g.buffer)
}

// deflateReader reads zlib's format, which is what "deflate" means, and also the
// bare one that some servers send under the name. A bare stream that begins like
// zlib's would have bits set that every encoder leaves at zero.
type deflateReader struct {
	io.Reader
	buffer    *bufio.Reader
	zlib, raw io.Reader
}

func newDeflateReader() *deflateReader { return &deflateReader{buffer: bufio.NewReader(nil)} }

func (z *deflateReader) open(source io.Reader) (err error) {
	z.buffer.Reset(source)
	head, err := z.buffer.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if len(head) < 2 || head[0]&0x0f != 8 || (uint(head[0])<<8|uint(head[1]))%31 != 0 {
		if z.raw == nil {
			z.raw = flate.NewReader(z.buffer)
		}
		z.Reader = z.raw
		return z.raw.(flate.Resetter).Reset(z.buffer, nil)
	}
	if z.zlib == nil {
		z.zlib, err = zlib.NewReader(z.buffer)
	} else {
		err = z.zlib.(zlib.Resetter).Reset(z.buffer, nil)
	}
	z.Reader = z.zlib
	return err
}

type brotliReader struct {
	*brotli.Reader
	buffer *bufio.Reader
}

func newBrotliReader() *brotliReader {
	return &brotliReader{brotli.NewReader(nil), bufio.NewReader(nil)}
}

func (b *brotliReader) open(source io.Reader) error {
	b.buffer.Reset(source)
	head, err := b.buffer.Peek(1)
	if err != nil {
		return err
	}
	if head[0]&0xf == 0xf { // 24 bits (RFC 7932, section 9.1)
		return errWindow
	}
	return b.Reset(b.buffer)
}

type zstdReader struct{ *zstd.Decoder }

func newZstdReader() zstdReader {
	return zstdReader{must(zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow)))}
}

func (z zstdReader) open(source io.Reader) error { return z.Reset(source) }
