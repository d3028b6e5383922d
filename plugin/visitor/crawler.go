package visitor

// maxAgent is how many bytes of a user agent are looked at.
const maxAgent = 512

// The letters that matter, bit 0 for a: those with which bot, spider and crawler
// begin, those with which the names on the list do, and all.
const (
	anywhere = 1<<('b'-'a') | 1<<('s'-'a') | 1<<('c'-'a')
	leading  = 1<<('e'-'a') | 1<<('f'-'a') | 1<<('g'-'a') | 1<<('i'-'a') | 1<<('m'-'a') | 1<<('p'-'a') | 1<<('w'-'a') | 1<<('y'-'a')
	letters  = 1<<26 - 1
)

// Crawler reports whether a user agent declares a crawler: a program that says
// that it reads pages for others. Most call themselves something that ends in
// bot, spider or crawler; the rest has a list. Programs such as curl are none:
// whoever uses them may be a person.
func Crawler(agent []byte) bool {
	agent = agent[:min(len(agent), maxAgent)]
	inside := uint64(0) // 1 within a word of letters
	for i := range agent {
		letter := uint(agent[i]|small) - 'a' // shifts by what is none leave nothing
		matters := uint64(anywhere)>>letter | uint64(leading)>>letter&^inside
		begins := inside == 0
		inside = uint64(letters) >> letter & 1
		if matters&1 != 0 && (named(agent, i) || begins && listed(agent[i:])) {
			return true
		}
	}
	return false
}

// named reports whether the word at i says what the program is.
func named(agent []byte, i int) bool {
	switch agent[i] | small {
	case 'b':
		return bot(agent, i)
	case 'c':
		return has(agent[i:], "crawler")
	case 's':
		return has(agent[i:], "spider")
	}
	return false
}

// bot reports whether a name ends in bot at i. A telephone by Cubot does, too,
// and is none.
func bot(agent []byte, i int) bool {
	return has(agent[i:], "bot") && !(i+3 < len(agent) && agent[i+3]|small >= 'a' && agent[i+3]|small <= 'z') &&
		!(i >= 2 && has(agent[i-2:], "cu"))
}

// listed reports whether the name with which text begins is on the list. It is
// asked where a word begins, some ten times in a browser's user agent.
func listed(text []byte) bool {
	switch text[0] | small {
	case 'b':
		return has(text, "bingpreview")
	case 'c':
		return has(text, "chatgpt-user") || has(text, "claude-user") || has(text, "chrome-lighthouse")
	case 'e':
		return has(text, "embedly")
	case 'f':
		return has(text, "facebookexternalhit") || has(text, "facebookcatalog") || has(text, "feedfetcher")
	case 'g':
		return has(text, "google-inspectiontool") || has(text, "google-read-aloud")
	case 'i':
		return has(text, "ia_archiver")
	case 'm':
		return has(text, "meta-externalagent") || has(text, "mediapartners-google")
	case 'p':
		return has(text, "perplexity-user")
	case 's':
		return has(text, "snapchat") || has(text, "skypeuripreview")
	case 'w':
		return has(text, "whatsapp/")
	case 'y':
		return has(text, "yahoo! slurp")
	}
	return false
}

// small makes a letter a small one. Of what is no letter it changes some as
// well, but nothing that a user agent has becomes a character of the words.
const small = 0x20

// has reports whether text begins with a word, in letters of any size.
//
//go:noinline
func has(text []byte, word string) bool {
	if len(text) < len(word) {
		return false
	}
	for i := range len(word) {
		if (text[i]^word[i])&^small != 0 {
			return false
		}
	}
	return true
}
