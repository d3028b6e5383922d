package proxy_test

import "strings"

// smuggledCase is a request, what the origin sees of it, and what its visitor gets,
// "status body" each. A request for /last follows on the same connection.
type smuggledCase struct{ send, origin, visitor string }

const (
	postHead = "POST /first HTTP/1.1\r\nHost: shop.example\r\n"
	evil     = "GET /evil HTTP/1.1\r\nHost: x\r\n\r\n" // 31 bytes

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
	"CL.TE":                          {postHead + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG", "POST /first []", each},
	"CL.TE with a request behind":    {postHead + "Content-Length: 36\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + evil, "POST /first []", each},
	"TE.CL":                          {postHead + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n1f\r\n" + evil + "\r\n0\r\n\r\n", "POST /first [" + evil + "]", each},
	"TE with a length of 0":          {postHead + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n1f\r\n" + evil + "\r\n0\r\n\r\n", "POST /first [" + evil + "]", each},
	"TE twice":                       {postHead + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + evil, "", "501"},
	"TE twice, alike":                {postHead + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + evil, "", "501"},
	"TE list":                        {postHead + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + evil, "", "501"},
	"TE list with identity":          {postHead + "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n" + evil, "", "501"},
	"TE list backwards":              {postHead + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + evil, "", "501"},
	"TE with a tab":                  {postHead + "Transfer-Encoding:\tchunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", "POST /first []", each},
	"TE with a space behind":         {postHead + "Transfer-Encoding: chunked \r\nContent-Length: 3\r\n\r\n0\r\n\r\n", "POST /first []", each},
	"TE in capitals":                 {postHead + "TRANSFER-ENCODING: CHUNKED\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", "POST /first []", each},
	"TE obscured":                    {postHead + "Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n\r\nabc", "", "501"},
	"TE quoted":                      {postHead + "Transfer-Encoding: \"chunked\"\r\nContent-Length: 3\r\n\r\nabc", "", "501"},
	"TE with a parameter":            {postHead + "Transfer-Encoding: chunked;q=1\r\nContent-Length: 3\r\n\r\nabc", "", "501"},
	"TE empty":                       {postHead + "Transfer-Encoding:\r\nContent-Length: 3\r\n\r\nabc", "", "501"},
	"TE identity":                    {postHead + "Transfer-Encoding: identity\r\nContent-Length: 3\r\n\r\nabc", "", "501"},
	"TE space before the colon":      {postHead + "Transfer-Encoding : chunked\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"TE tab before the colon":        {postHead + "Transfer-Encoding\t: chunked\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"TE vertical tab":                {postHead + "Transfer-Encoding: \vchunked\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"TE no-break space":              {postHead + "Transfer-Encoding: \xa0chunked\r\nContent-Length: 3\r\n\r\nabc", "", "501"},
	"TE with a NUL in its name":      {postHead + "Transfer-Enco\x00ding: chunked\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"TE with an underscore":          {postHead + "Transfer_Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc", "POST /first [abc], GET /last []", each},
	"TE folded":                      {postHead + "Transfer-Encoding:\r\n chunked\r\nContent-Length: 3\r\n\r\nabc", maybeCut, "400"},
	"TE behind a bare CR":            {postHead + "X: y\rTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"TE behind a bare LF":            {postHead + "X: y\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "POST /first [abc]", each},
	"TE named by Connection":         {postHead + "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "POST /first [abc]", each},
	"CL named by Connection":         {postHead + "Connection: Content-Length\r\nContent-Length: 3\r\n\r\nabc", "POST /first [abc], GET /last []", each},
	"TE in HTTP/1.0":                 {"POST /first HTTP/1.0\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc", "POST /first [abc]", each},
	"TE in HTTP/1.0, kept alive":     {"POST /first HTTP/1.0\r\nHost: shop.example\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "POST /first []", each},
	"CL twice, different":            {postHead + "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde", "", "400"},
	"CL twice, alike":                {postHead + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "POST /first [abc], GET /last []", each},
	"CL list":                        {postHead + "Content-Length: 3, 5\r\n\r\nabcde", "", "400"},
	"CL list, alike":                 {postHead + "Content-Length: 3, 3\r\n\r\nabc", "", "400"},
	"CL with a sign":                 {postHead + "Content-Length: +3\r\n\r\nabc", "", "400"},
	"CL hexadecimal":                 {postHead + "Content-Length: 0x3\r\n\r\nabc", "", "400"},
	"CL octal":                       {postHead + "Content-Length: 003\r\n\r\nabc", "POST /first [abc], GET /last []", each},
	"CL negative":                    {postHead + "Content-Length: -1\r\n\r\nabc", "", "400"},
	"CL with spaces within":          {postHead + "Content-Length: 1 2\r\n\r\nabcdefghijkl", "", "400"},
	"CL with an underscore":          {postHead + "Content-Length: 1_0\r\n\r\nabcdefghij", "", "400"},
	"CL overflows":                   {postHead + "Content-Length: 18446744073709551619\r\n\r\nabc", "", "400"},
	"CL in another script":           {postHead + "Content-Length: \u0663\r\n\r\nabc", "", "400"},
	"CL empty":                       {postHead + "Content-Length:\r\n\r\nabc", "", "400"},
	"CL space before the colon":      {postHead + "Content-Length : 3\r\n\r\nabc", "", "400"},
	"CL twin with an underscore":     {postHead + "Content_Length: 30\r\nContent-Length: 3\r\n\r\nabc", "POST /first [abc], GET /last []", each},
	"none":                           {postHead + "\r\nabc", "POST /first [], abcGET /last []", each},
	"folded header":                  {postHead + "X-A: b\r\n Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc", "POST /first [abc], GET /last []", each},
	"folded first header":            {"POST /first HTTP/1.1\r\n Host: shop.example\r\nHost: shop.example\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"bare LF in the header":          {"POST /first HTTP/1.1\nHost: shop.example\nContent-Length: 3\n\nabc", "POST /first [abc], GET /last []", each},
	"bare CR in a header":            {postHead + "X-A: b\rX-B: c\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"bare CR ends the header":        {"GET /first HTTP/1.1\rHost: shop.example\r\r", "", "400"},
	"NUL in a header":                {postHead + "X-A: \x00b\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"no colon":                       {postHead + "X-A b\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"empty name":                     {postHead + ": b\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"space in a name":                {postHead + "X A: b\r\nContent-Length: 3\r\n\r\nabc", "", "400"},
	"LF in a chunk extension":        {postHead + "Transfer-Encoding: chunked\r\n\r\n2;\nxx\r\n4c\r\n0\r\n\r\n" + evil, maybeCut, "400"},
	"chunk extension":                {postHead + "Transfer-Encoding: chunked\r\n\r\n3;a=b;c=\"d\"\r\nabc\r\n0\r\n\r\n", "POST /first [abc]", each},
	"chunk extension ended by LF":    {postHead + "Transfer-Encoding: chunked\r\n\r\n3;a\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"long chunk extension":           {postHead + "Transfer-Encoding: chunked\r\n\r\n3;" + strings.Repeat("x", 20<<10) + "\r\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"LF ends a chunk":                {postHead + "Transfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n", maybeCut, "400"},
	"CR ends a chunk":                {postHead + "Transfer-Encoding: chunked\r\n\r\n3\rabc\r0\r\r", maybeCut, "400"},
	"LF ends the trailer":            {postHead + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\n", "POST /first [abc]", each},
	"chunk size overflows":           {postHead + "Transfer-Encoding: chunked\r\n\r\n10000000000000003\r\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"chunk size with 0x":             {postHead + "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"chunk size negative":            {postHead + "Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"chunk size with a sign":         {postHead + "Transfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"chunk size with an underscore":  {postHead + "Transfer-Encoding: chunked\r\n\r\n0_3\r\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"chunk size empty":               {postHead + "Transfer-Encoding: chunked\r\n\r\n\r\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"chunk size with zeros":          {postHead + "Transfer-Encoding: chunked\r\n\r\n0003\r\nabc\r\n0\r\n\r\n", "POST /first [abc]", each},
	"chunk size with a space behind": {postHead + "Transfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n", "POST /first [abc]", each},
	"chunk size with a space before": {postHead + "Transfer-Encoding: chunked\r\n\r\n 3\r\nabc\r\n0\r\n\r\n", maybeCut, "400"},
	"chunk without its end":          {postHead + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcX0\r\n\r\n", maybeCut, "400"},
	"chunk longer than its size":     {postHead + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n", maybeCut, "400"},
	"trailer as a header":            {postHead + "Transfer-Encoding: chunked\r\nTrailer: Content-Length\r\n\r\n0\r\nContent-Length: 40\r\n\r\n", "", "400"},
	"trailer with a coding":          {postHead + "Transfer-Encoding: chunked\r\n\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n", "POST /first []", each},
	"trailer with a host":            {postHead + "Transfer-Encoding: chunked\r\nTrailer: Host\r\n\r\n3\r\nabc\r\n0\r\nHost: evil\r\n\r\n", "POST /first [abc]", each},
	"trailer with a request":         {postHead + "Transfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n3\r\nabc\r\n0\r\nX-T: GET /evil HTTP/1.1\r\n\r\n", "POST /first [abc] x-t: [GET /evil HTTP/1.1]", each},
	"trailer without a colon":        {postHead + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nGET /evil HTTP/1.1\r\n\r\n", maybeCut, "400"},
}
