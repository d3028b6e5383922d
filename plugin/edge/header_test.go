package edge_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/edge"
)

func TestIsPage(t *testing.T) {
	for name, c := range map[string]struct {
		status         uint32
		typ, encoding  string
		page, declared bool
	}{
		"plain":              {200, "text/html", "", true, false},
		"UTF-8":              {200, "text/html; charset=utf-8", "", true, true},
		"case":               {200, "Text/HTML;Charset=UTF-8", "", true, true},
		"quoted":             {200, `text/html; charset="utf8"`, "", true, true},
		"second parameter":   {200, "text/html; level=1; charset=utf-8", "", true, true},
		"behind it":          {200, "text/html; charset=utf-8; level=1", "", true, true},
		"spaces":             {200, " text/html ; charset = utf-8", "", true, true},
		"ASCII":              {200, "text/html; charset=us-ascii", "", true, true},
		"identity":           {200, "text/html", "Identity", true, false},
		"latin 1":            {200, "text/html; charset=ISO-8859-1", "", false, true},
		"UTF-16":             {200, "text/html; charset=utf-16", "", false, true},
		"empty charset":      {200, "text/html; charset=", "", false, true},
		"gzip":               {200, "text/html", "gzip", false, false},
		"twice encoded":      {200, "text/html", "identity, br", false, false},
		"XHTML":              {200, "application/xhtml+xml", "", false, false},
		"JSON":               {200, "application/json", "", false, false},
		"no type":            {200, "", "", false, false},
		"a longer type":      {200, "text/html-sandboxed", "", false, false},
		"not modified":       {304, "text/html", "", false, false},
		"part":               {206, "text/html", "", false, false},
		"not found":          {404, "text/html", "", false, false},
		"created":            {201, "text/html", "", false, false},
		"charset in a value": {200, "text/html; title=charset; charset=utf-8", "", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			page, declared := edge.IsPage(c.status, []byte(c.typ), []byte(c.encoding))
			if page != c.page || page && declared != c.declared {
				t.Errorf("page %v, charset declared %v; want %v, %v", page, declared, c.page, c.declared)
			}
		})
	}
}

func TestOtherCharset(t *testing.T) {
	long := strings.Repeat("x", 1022)
	for name, c := range map[string]struct {
		page string
		want bool
	}{
		"empty":                  {"", false},
		"ASCII":                  {"<!doctype html><p>x", false},
		"UTF-8":                  {"<p>é €</p>", false},
		"its mark":               {"\xef\xbb\xbf<p>é", false},
		"character cut":          {long + "é€", false},
		"character cut, and end": {long + "x\xe2", true},
		"latin 1":                {"<p>\xe9</p>", true},
		"latin 1 further on":     {long + "xx\xe9", false},
		"UTF-16, big":            {"\xfe\xff\x00<", true},
		"UTF-16, little":         {"\xff\xfe<\x00", true},
		"meta":                   {`<meta charset="utf-8">`, false},
		"meta in capitals":       {`<META CHARSET = UTF-8>`, false},
		"another meta":           {`<meta charset=windows-1252>`, true},
		"meta with a type":       {`<meta http-equiv=content-type content="text/html; charset=shift_jis">`, true},
		"meta of something else": {`<meta name="description" content="a charset">`, false},
		"the second meta":        {`<meta name="a"><meta charset='iso-2022-jp'>`, true},
		"meta too far behind":    {long + "<meta charset=big5>", false},
		"charset outside":        {`<p>charset=big5</p>`, false},
	} {
		t.Run(name, func(t *testing.T) {
			page := []byte(c.page)
			if got := edge.OtherCharset(page); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if !bytes.Equal(page, []byte(c.page)) {
				t.Error("the page was changed")
			}
		})
	}
}

func TestIsHTTPS(t *testing.T) {
	for value, want := range map[string]bool{
		"https": true, "HTTPS": true, " https ": true, "https, http": true,
		"": false, "http": false, "http, https": false, "httpss": false, "wss": false,
	} {
		if got := edge.IsHTTPS([]byte(value)); got != want {
			t.Errorf("IsHTTPS(%q) is %v, want %v", value, got, want)
		}
	}
}
