package guest

import (
	"net/url"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
)

// TestLine writes lines that say much and little, and reads them as any reader of
// forms would.
func TestLine(t *testing.T) {
	interaction, proposition := []byte("0123456789abcdef"), []byte("\x00\xff23456\x0f")
	tests := []struct {
		name string
		line line
		want string
	}{
		{"shown", line{
			event: "shown", time: 1790000000000, interaction: interaction, proposition: proposition,
			environment: []byte("visitors"), space: []byte("hero"), channel: []byte("call-center"), offer: []byte("beach_1.b"),
			rank: 100, mode: abi.Anonymous,
		}, "e=shown&t=1790000000000&i=30313233343536373839616263646566&p=00ff32333435360f&v=visitors&s=hero&c=call-center&o=beach_1.b&r=100&m=anonymous"},
		{"fallback", line{
			event: "decided", time: 1, interaction: interaction, proposition: proposition,
			environment: []byte("customers"), space: []byte("s"), channel: []byte("web"), offer: []byte("2026:beach"),
			mode: abi.Implicit, fallback: true,
		}, "e=decided&t=1&i=30313233343536373839616263646566&p=00ff32333435360f&v=customers&s=s&c=web&o=2026%3Abeach&m=implicit&f=1"},
		{"clicked", line{
			event: "clicked", time: -5, proposition: proposition,
			environment: []byte("#0a1b2c3d"), space: []byte("a b"), channel: []byte("\n\"%&=+<\xff"), offer: []byte("é~*/"),
		}, "e=clicked&t=-5&p=00ff32333435360f&v=%230a1b2c3d&s=a+b&c=%0A%22%25%26%3D%2B%3C%FF&o=%C3%A9%7E*%2F"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := string(tt.line.append([]byte("before\n")))
			if want := "before\nproffer-event/1 " + tt.want; got != want {
				t.Fatalf("got  %s\nwant %s", got, want)
			}
			_, form, _ := strings.Cut(got, "proffer-event/1 ")
			values, err := url.ParseQuery(form)
			if err != nil {
				t.Fatal(err)
			}
			for key, name := range map[string][]byte{"v": tt.line.environment, "s": tt.line.space, "c": tt.line.channel, "o": tt.line.offer} {
				if values.Get(key) != string(name) {
					t.Errorf("%s reads as %q, want %q", key, values.Get(key), name)
				}
			}
		})
	}
}
