package proxy

import (
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// The levels are those beyond which a page of 20 KB takes more time than it
// shrinks; see RATIONALE.md.
const (
	gzipLevel     = 4
	brotliQuality = 1
	brotliWindow  = 18 // bits
	zstdLevel     = zstd.SpeedDefault
	zstdWindow    = 256 << 10
)

// encoder puts a coding on a body. The writers of all our codings are encoders.
type encoder interface {
	io.Writer
	Flush() error
	Close() error
	Reset(w io.Writer)
}

var encoders = [numCodings]sync.Pool{
	inGzip:    {New: func() any { return must(gzip.NewWriterLevel(nil, gzipLevel)) }},
	inDeflate: {New: func() any { return must(zlib.NewWriterLevel(nil, gzipLevel)) }},
	inBrotli: {New: func() any {
		return brotli.NewWriterOptions(nil, brotli.WriterOptions{Quality: brotliQuality, LGWin: brotliWindow})
	}},
	inZstd: {New: func() any {
		return must(zstd.NewWriter(nil, zstd.WithEncoderLevel(zstdLevel), zstd.WithEncoderConcurrency(1),
			zstd.WithWindowSize(zstdWindow), zstd.WithLowerEncoderMem(true)))
	}},
}

// must is for constructors that fail on other settings than constants.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// newEncoder takes an encoder that writes to w; for the plain form there is none.
func newEncoder(c coding, w io.Writer) encoder {
	if c == uncoded {
		return nil
	}
	e := encoders[c].Get().(encoder)
	e.Reset(w)
	return e
}

// piece is what an encoder has written and nobody has sent.
type piece []byte

// Write implements io.Writer.
func (b *piece) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}
