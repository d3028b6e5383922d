package visitor

// crawlers are names in the user agents of programs that say that they read
// pages for others, in small letters. Most call themselves something that ends
// in bot, spider or crawler; these do not.
var crawlers = [...]string{
	"facebookexternalhit", "facebookcatalog", "meta-externalagent", "mediapartners-google", "google-inspectiontool",
	"google-read-aloud", "feedfetcher", "bingpreview", "yahoo! slurp", "ia_archiver", "chatgpt-user",
	"claude-user", "perplexity-user", "whatsapp/", "embedly", "chrome-lighthouse", "snapchat", "skypeuripreview",
}

// maxAgent is how many bytes of a user agent are looked at.
const maxAgent = 512

// The letters that matter, bit 0 for a: those with which bot, spider and crawler
// begin, those with which the names on the list do, and all.
const (
	anywhere = 1<<('b'-'a') | 1<<('s'-'a') | 1<<('c'-'a')
	leading  = 1<<('e'-'a') | 1<<('f'-'a') | 1<<('g'-'a') | 1<<('i'-'a') | 1<<('m'-'a') | 1<<('p'-'a') | 1<<('w'-'a') | 1<<('y'-'a')
	letters  = 1<<26 - 1
)

// Crawler reports whether a user agent declares a crawler. Programs such as
// curl are none: whoever uses them may be a person.
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

// named reports whether the word at i says what the program is: bot, which is
// neither robotics nor a telephone by Cubot, spider or crawler.
func named(agent []byte, i int) bool {
	text := agent[i:]
	if has(text, "bot") {
		return (len(text) == 3 || uint(text[3]|small)-'a' >= 26) && (i < 2 || !has(agent[i-2:], "cubot"))
	}
	return has(text, "spider") || has(text, "crawler")
}

// listed reports whether the name with which text begins is on the list. It is
// asked some ten times in a browser's user agent.
func listed(text []byte) bool {
	for _, word := range crawlers {
		if word[0] == text[0]|small && has(text, word) {
			return true
		}
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
