package proxy_test

import "strings"

// smuggledCase is a request, what the origin sees of it, and what its visitor gets,
// "status body" each. A request for /last follows on the same connection.
type smuggledCase struct{ send, origin, visitor string }

const (
	posted = "POST /first HTTP/1.1\r\nHost: shop.example\r\n"
	evil   = "GET /evil HTTP/1.1\r\nHost: x\r\n\r\n" // 31 bytes

	// maybeCut says that the origin sees nothing, or a request that breaks off: the
	// proxy finds the fault in the middle of a body that it is sending on.
	maybeCut = "nothing or cut"

	// maybeEmpty says that it may also see the request without its body: a length that
	// cannot be read is none, and the body resets the stream when it comes.
	maybeEmpty = "nothing, cut or empty"

	// each is an answer by 200 to each that the origin saw.
	each = "each"
)

// smuggledBodies are requests of which it could be in doubt where they end.
var smuggledBodies = map[string]smuggledCase{
	"CL.TE":                          {posted + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG", "POST /first []", each},
	"CL.TE with a request behind":    {posted + "Content-Length: 36\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + evil, "POST /first []", each},
	"TE.CL":                          {posted + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n1f\r\n" + evil + "\r\n0\r\n\r\n", "POST /first [" + evil + "]", each},
	"TE with a length of 0":          {posted + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n1f\r\n" + evil + "\r\n0\r\n\r\n", "POST /first [" + evil + "]", each},
	"TE twice":                       {posted + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + evil, "", "501"},
	"TE twice, alike":                {posted + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + evil, "", "501"},
	"TE list":                        {posted + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + evil, "", "501"},
	"TE list with identity":          {posted + "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n" + evil, "", "501"},
	"TE list backwards":              {posted + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + evil, "", "501"},
	"TE with a tab":                  {posted + "Transfer-Encoding:\tchunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", "POST /first []", each},
	"TE with a space behind":         {posted + "Transfer-Encoding: chunked \r\nContent-Length: 3\r\n\r\n0\r\n\r\n", "POST /first []", each},
	"TE in capitals":                 {posted + "TRANSFER-ENCODING: CHUNKED\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", "POST /first []", each},
	"TE obscured":                    {posted + "Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n\r\nabc", "", "501"},
	"TE quoted":                      {posted + "Transfer-Encoding: \"chunked\"\r\nContent-Length: 3\r\n\r\nabc", "", "501"},
	"TE with a parameter":            {posted + "Transfer-Encoding: chunked;q=1\r\nContent-Length: 3\r\n\r\nabc", "", "501"},
	"TE empty":                       {posted + "Transfer-Encoding:\r\nContent-Length: 3\r\n\r\nabc", "", "501"},
	"TE identity":                    {posted + "Transfer-Encoding: identity\r\nContent-Length: 3\r\n\r\nabc", "", "501"},
	"TE space before the colon":      {posted + "Transfer-Encoding : chunked\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"TE tab before the colon":        {posted + "Transfer-Encoding\t: chunked\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"TE vertical tab":                {posted + "Transfer-Encoding: \vchunked\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"TE no-break space":              {posted + "Transfer-Encoding: \xa0chunked\r\nContent-Length: 3\r\n\r\nabc", "", "501"},
	"TE with a NUL in its name":      {posted + "Transfer-Enco\x00ding: chunked\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"TE with an underscore":          {posted + "Transfer_Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc", "POST /first [abc], GET /last []", each},
	"TE folded":                      {posted + "Transfer-Encoding:\r\n chunked\r\nContent-Length: 3\r\n\r\nabc", maybeCut, "400"},
	"TE behind a bare CR":            {posted + "X: y\rTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"TE behind a bare LF":            {posted + "X: y\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "POST /first [abc]", each},
	"TE named by Connection":         {posted + "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "POST /first [abc]", each},
	"CL named by Connection":         {posted + "Connection: Content-Length\r\nContent-Length: 3\r\n\r\nabc", "POST /first [abc], GET /last []", each},
	"TE in HTTP/1.0":                 {"POST /first HTTP/1.0\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc", "POST /first [abc]", each},
	"TE in HTTP/1.0, kept alive":     {"POST /first HTTP/1.0\r\nHost: shop.example\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "POST /first []", each},
	"CL twice, different":            {posted + "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde", "", "400"},
	"CL twice, alike":                {posted + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "POST /first [abc], GET /last []", each},
	"CL list":                        {posted + "Content-Length: 3, 5\r\n\r\nabcde", "", "400"},
	"CL list, alike":                 {posted + "Content-Length: 3, 3\r\n\r\nabc", "", "400"},
	"CL with a sign":                 {posted + "Content-Length: +3\r\n\r\nabc", "", "400"},
	"CL hexadecimal":                 {posted + "Content-Length: 0x3\r\n\r\nabc", "", "400"},
	"CL octal":                       {posted + "Content-Length: 003\r\n\r\nabc", "POST /first [abc], GET /last []", each},
	"CL negative":                    {posted + "Content-Length: -1\r\n\r\nabc", "", "400"},
	"CL with spaces within":          {posted + "Content-Length: 1 2\r\n\r\nabcdefghijkl", "", "400"},
	"CL with an underscore":          {posted + "Content-Length: 1_0\r\n\r\nabcdefghij", "", "400"},
	"CL overflows":                   {posted + "Content-Length: 18446744073709551619\r\n\r\nabc", "", "400"},
	"CL in another script":           {posted + "Content-Length: \u0663\r\n\r\nabc", "", "400"},
	"CL empty":                       {posted + "Content-Length:\r\n\r\nabc", "", "400"},
	"CL space before the colon":      {posted + "Content-Length : 3\r\n\r\nabc", "", "400"},
	"CL twin with an underscore":     {posted + "Content_Length: 30\r\nContent-Length: 3\r\n\r\nabc", "POST /first [abc], GET /last []", each},
	"none":                           {posted + "\r\nabc", "POST /first [], abcGET /last []", each},
	"folded header":                  {posted + "X-A: b\r\n Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc", "POST /first [abc], GET /last []", each},
	"folded first header":            {"POST /first HTTP/1.1\r\n Host: shop.example\r\nHost: shop.example\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"bare LF in the header":          {"POST /first HTTP/1.1\nHost: shop.example\nContent-Length: 3\n\nabc", "POST /first [abc], GET /last []", each},
	"bare CR in a header":            {posted + "X-A: b\rX-B: c\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"bare CR ends the header":        {"GET /first HTTP/1.1\rHost: shop.example\r\r", "", "400"},
	"NUL in a header":                {posted + "X-A: \x00b\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"no colon":                       {posted + "X-A b\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"empty name":                     {posted + ": b\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"space in a name":                {posted + "X A: b\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"LF in a chunk extension":        {posted + "Transfer-Encoding: chunked\r\n\r\n2;\nxx\r\n4c\r\n0\r\n\r\n" + evil, maybeCut, "400"},
	"chunk extension":                {posted + "Transfer-Encoding: chunked\r\n\r\n3;a=b;c=\"d\"\r\nabc\r\n0\r\n\r\n", "POST /first [abc]", each},
	"chunk extension ended by LF":    {posted + "Transfer-Encoding: chunked\r\n\r\n3;a\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"long chunk extension":           {posted + "Transfer-Encoding: chunked\r\n\r\n3;" + strings.Repeat("x", 20<<10) + "\r\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"LF ends a chunk":                {posted + "Transfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n", maybeCut, "400"},
	"CR ends a chunk":                {posted + "Transfer-Encoding: chunked\r\n\r\n3\rabc\r0\r\r", maybeCut, "400"},
	"LF ends the trailer":            {posted + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\n", "POST /first [abc]", each},
	"chunk size overflows":           {posted + "Transfer-Encoding: chunked\r\n\r\n10000000000000003\r\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"chunk size with 0x":             {posted + "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"chunk size negative":            {posted + "Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"chunk size with a sign":         {posted + "Transfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"chunk size with an underscore":  {posted + "Transfer-Encoding: chunked\r\n\r\n0_3\r\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"chunk size empty":               {posted + "Transfer-Encoding: chunked\r\n\r\n\r\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"chunk size with zeros":          {posted + "Transfer-Encoding: chunked\r\n\r\n0003\r\nabc\r\n0\r\n\r\n", "POST /first [abc]", each},
	"chunk size with a space behind": {posted + "Transfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n", "POST /first [abc]", each},
	"chunk size with a space before": {posted + "Transfer-Encoding: chunked\r\n\r\n 3\r\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"chunk without its end":          {posted + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcX0\r\n\r\n", maybeCut, "400"},
	"chunk longer than its size":     {posted + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n", maybeCut, "400"},
	"trailer as a header":            {posted + "Transfer-Encoding: chunked\r\nTrailer: Content-Length\r\n\r\n0\r\nContent-Length: 40\r\n\r\n", "", "400"},
	"trailer with a coding":          {posted + "Transfer-Encoding: chunked\r\n\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n", "POST /first []", each},
	"trailer with a host":            {posted + "Transfer-Encoding: chunked\r\nTrailer: Host\r\n\r\n3\r\nabc\r\n0\r\nHost: evil\r\n\r\n", "POST /first [abc]", each},
	"trailer with a request":         {posted + "Transfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n3\r\nabc\r\n0\r\nX-T: GET /evil HTTP/1.1\r\n\r\n", "POST /first [abc] x-t: [GET /evil HTTP/1.1]", each},
	"trailer without a colon":        {posted + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nGET /evil HTTP/1.1\r\n\r\n", maybeCut, "400"},
}
