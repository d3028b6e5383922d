package yaml

import "strings"

// block writes a block text behind its key or dash. Its lines keep what they
// are indented more than the text.
func (p *printer) block(e *Entry, indent int, key string) {
	n := e.Value
	header, text := lineOf(p.source[n.Off:]), content(n, p.source)
	mark, _, _ := strings.Cut(header[1:], "#")
	keep := strings.Contains(mark, "+")
	chomp := ""
	switch {
	case strings.Contains(mark, "-"), int(n.End) == len(p.source) && !strings.HasSuffix(p.source, "\n"):
		chomp, keep = "-", false // a text at the file's very end has no newline
	case keep:
		chomp = "+"
	}
	if !keep {
		text = text[:filled(text)]
	}
	digit := ""
	if first := firstLine(text); strings.HasPrefix(first, " ") {
		digit = "2" // as many as step
	}
	p.line(indent, join(key, header[:1]+digit+chomp, e.trail))
	for _, line := range text {
		if line != "" {
			line = strings.Repeat(" ", indent+step) + line
		}
		p.out.WriteString(line + "\n")
	}
	p.keeps = keep
}

// content gives the lines of a block text without their indentation.
func content(n *Node, source string) []string {
	indent := int(n.Start) - strings.LastIndexByte(source[:n.Start], '\n') - 1
	if strings.Trim(n.Text, "\n") == "" {
		indent = len(source) // no line is a part of the text
	}
	var out []string
	for _, line := range strings.Split(source[n.Off:n.End], "\n")[1:] {
		line = strings.TrimSuffix(line, "\r")
		out = append(out, line[min(indent, len(line)):])
	}
	if len(out) > 0 && source[n.End-1] == '\n' {
		out = out[:len(out)-1]
	}
	return out
}

// filled is how many lines are left without the empty ones at the end.
func filled(lines []string) int {
	n := len(lines)
	for n > 0 && lines[n-1] == "" {
		n--
	}
	return n
}

// blockEnd is the byte behind the last line of a block text that is not empty.
func blockEnd(n *Node, source string) int {
	at := int(n.Off)
	for i := filled(content(n, source)); i >= 0; i-- {
		end := strings.IndexByte(source[at:], '\n')
		if end < 0 {
			return len(source)
		}
		at += end + 1
	}
	return at
}

func firstLine(lines []string) string {
	for _, line := range lines {
		if line != "" {
			return line
		}
	}
	return ""
}
