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
	if len(agent) > maxAgent {
		agent = agent[:maxAgent]
	}
	var lower [maxAgent]byte
	for i, c := range agent {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	text := lower[:len(agent)]
	for i := range text {
		switch text[i] {
		case 'b':
			if has(text, i, "bot") && !letter(text, i+3) && !(i >= 2 && text[i-2] == 'c' && text[i-1] == 'u') {
				return true // but no telephone by Cubot
			}
		case 's':
			if has(text, i, "spider") {
				return true
			}
		case 'c':
			if has(text, i, "crawler") {
				return true
			}
		}
		if !letter(text, i-1) && letter(text, i) && begins(text, i) {
			return true
		}
	}
	return false
}

// begins reports whether one of the words stands at i. It is asked where a word
// begins alone, some fifteen times in a browser's user agent.
func begins(text []byte, i int) bool {
	for _, word := range crawlers {
		if text[i] == word[0] && has(text, i, word) {
			return true
		}
	}
	return false
}

// has reports whether word stands at i.
func has(text []byte, i int, word string) bool {
	return len(text)-i >= len(word) && string(text[i:i+len(word)]) == word
}

// letter reports whether a letter stands at i.
func letter(text []byte, i int) bool {
	return i >= 0 && i < len(text) && text[i] >= 'a' && text[i] <= 'z'
}
