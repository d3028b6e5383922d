// Package inject finds the slots of HTML bodies and writes offers into them,
// while a body streams through or once it is whole, and writes offers to places in
// JSON bodies, which [JSON] describes. The rest of this is about HTML.
//
// A slot is an element with data-offer-space="hero", or with Adobe's id="i_hero",
// or what stands between <!-- offer:hero --> and <!-- /offer -->; what it holds is
// the page's own content, which a fill replaces. hero_2 is the second best offer
// of the space hero, hero and hero_1 are the same: see [ParseSlot]. The tags and
// comments themselves stay.
//
// Names of elements and attributes are read in any case and values in any quotes;
// values and comments are compared byte for byte, entities are not resolved. The
// first occurrence of a slot counts, whatever becomes of it, and later ones keep
// their content. So does a slot within another one: it vanishes with the content
// of the outer slot, or stays as it is.
//
// Nothing else changes. Where the page leaves any doubt its bytes pass: no slot
// is seen in a script, a comment, a template, a drawing or a select, nor in any
// other element whose content is text; a slot is replaced only if its end is
// certain, within [MaxHeld] bytes and with nothing open in it that might end it
// elsewhere; and where two readers of the page would disagree about what is a
// tag, the rest of the page passes unread. What is decided depends on the bytes
// alone and never on how they are cut into chunks.
//
// Limits. A call has at most 64 fills. Void elements, elements that hold text,
// html, head, body, template, svg and math are no slots. Offers are written as
// they are: they must be balanced HTML that fits where the slot stands, and in
// the page's encoding, which the caller knows. The encoding must be one in which
// ASCII bytes are always ASCII characters where tags are concerned, as in UTF-8
// and the single-byte encodings; it is not so in UTF-16 and ISO-2022-JP, and a
// byte order mark is just text. Compressed bodies are not understood. Nothing is
// allocated for a page once the buffers have grown to what the pages need. The
// package knows nothing of HTTP, and imports nothing that the WebAssembly guest
// must not have.
//
// The reading of tags, comments and raw text follows the HTML standard, section
// 13.2.5, https://html.spec.whatwg.org/multipage/parsing.html; what ends an
// element, section 13.2.6.
//
// Where to look next: inject.go is what a caller needs, scanner.go how a body is
// read, skim.go why that is fast, extent.go when a slot's end is certain, json.go
// begins with JSON;
// RATIONALE.md says why.
package inject
