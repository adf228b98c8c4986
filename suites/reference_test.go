package suites

import (
	"strings"
	"testing"
)

// Every topic has its keys and an example, and every kind of claim is in the
// example file once, as itself.
func TestEveryTopicIsDescribed(t *testing.T) {
	for _, topic := range Topics() {
		text, ok := Describe(topic)
		if !ok || !strings.Contains(text, "\nexample\n  ") {
			t.Errorf("%s: %v\n%s", topic, ok, text)
		}
		for line := range strings.Lines(text) {
			if len(line) > 135 {
				t.Errorf("%s: %d columns: %s", topic, len(line), line)
			}
		}
	}
	for _, kind := range kindNames {
		text, _ := Describe("claim " + kind)
		if !strings.Contains(text, kind+" (claim)\n") || !strings.Contains(text, "\n    - id: "+kind+"\n") || !strings.Contains(text, " "+kind+":") {
			t.Errorf("%s:\n%s", kind, text)
		}
		for name := range kindSchemas()[kind].(obj)["properties"].(obj) {
			if !strings.Contains(text, "\n  "+name+" ") {
				t.Errorf("%s: no %q", kind, name)
			}
		}
	}
	if _, ok := Describe("slop"); ok {
		t.Error("slop is no topic")
	}
}
