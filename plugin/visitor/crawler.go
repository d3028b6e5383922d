package visitor

// crawlers are words of the user agents of programs that say that they read
// pages for others, in small letters. Most call themselves something that ends
// in bot, spider or crawler; these do not.
var crawlers = [...]string{
	"facebookexternalhit", "facebookcatalog", "meta-externalagent", "mediapartners-google", "google-inspectiontool",
	"google-read-aloud", "feedfetcher", "bingpreview", "yahoo! slurp", "ia_archiver", "chatgpt-user",
	"claude-user", "perplexity-user", "whatsapp/", "embedly", "chrome-lighthouse", "snapchat", "skypeuripreview",
}

// maxAgent is how many bytes of a user agent are looked at.
const maxAgent = 512

// Crawler reports whether a user agent declares a crawler. Programs such as
// curl are none: whoever uses them may be a person.
func Crawler(agent []byte) bool {
	agent = agent[:min(len(agent), maxAgent)]
	inside := false // a word of letters
	for i, c := range agent {
		c |= small
		switch {
		case c == 'b' && has(agent[i:], "bot") && !letter(agent, i+3) && !(i >= 2 && has(agent[i-2:], "cu")),
			c == 's' && has(agent[i:], "spider"), c == 'c' && has(agent[i:], "crawler"):
			return true // but no telephone by Cubot
		}
		begins := !inside
		if inside = c >= 'a' && c <= 'z'; !inside || !begins {
			continue
		}
		for _, word := range crawlers {
			if c == word[0] && has(agent[i:], word) {
				return true
			}
		}
	}
	return false
}

// small makes a letter a small one. Of what is no letter it changes some as
// well, but nothing that a user agent has becomes a character of the words.
const small = 0x20

// has reports whether text begins with a word, in letters of any size.
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

// letter reports whether a letter stands at i.
func letter(text []byte, i int) bool {
	return i < len(text) && text[i]|small >= 'a' && text[i]|small <= 'z'
}
