// Package rule compiles expressions of the rule language, CEL (https://cel.dev),
// to the compact programs that the decision core evaluates.
//
// Parsing and type checking are cel-go's; this package decides which part of
// the language is accepted and what it becomes. Every accepted expression has
// the value that cel-go gives it, up to the limits below; what cannot be
// compiled is refused with its place, all problems of an expression at once.
// Understood so far are literals, the names of [Schema] and of the environment,
// == != < <= > >= across the numeric types, && || !, + - * / %, in, ?:, size and
// functions on text: startsWith, endsWith, contains, matches with a constant
// pattern, lowerAscii, upperAscii, trim, split, join, replace and substring.
// Lists are literals, attributes or what split gives; a list with computed
// elements may stand on the right of in, and be joined with a constant, alone. A predefined filter stands for its
// expression, so programs know nothing of it.
//
// Limits: a source has at most [MaxSource] bytes, a list literal at most
// [MaxList] elements, a program what catalog/snapshot allows, and text that
// is built at most 4 KiB when it is evaluated; an environment has at most
// [MaxFilters] predefined filters. The package depends on cel-go and
// never becomes part of the WebAssembly module.
//
// Where to look next: catalog/snapshot/program.go describes the programs,
// plugin/expr runs them and has the comparison with cel-go as a test,
// RATIONALE.md says why this is not cel-go's own evaluator.
package rule
