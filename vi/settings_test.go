package vi_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/vi"
)

type inner struct {
	R int `name:"r" min:"2" max:"9" doc:"replicates"`
}

type part struct {
	inner
	K      int       `name:"k" min:"1" doc:"samples"`
	Rate   float64   `name:"rate" min:"0.5" doc:"rate"`
	Form   string    `name:"form" choices:"a|b" doc:"form"`
	Widths []int     `name:"widths" doc:"widths"`
	Rates  []float64 `name:"rates" doc:"rates"`
	On     bool      `name:"on" doc:"switch"`
	Ref    string    `name:"ref" part:"estimator" required:"true" doc:"another"`
	Hidden int       // no tag: not a suite's to set
}

func (part) Version() int { return 3 }

func TestSettings(t *testing.T) {
	p := part{inner: inner{R: 5}, K: 7, Rate: 1.5, Form: "b", Widths: []int{2, 3}, On: true}
	got := vi.Settings(p)
	var names []string
	for _, s := range got {
		names = append(names, s.Name)
	}
	if want := []string{"r", "k", "rate", "form", "widths", "rates", "on", "ref"}; !slices.Equal(names, want) {
		t.Fatalf("got %v; want %v", names, want)
	}
	if r := got[0]; *r.Min != 2 || *r.Max != 9 || r.Default != 5 || r.Doc != "replicates" || r.Kind != reflect.TypeFor[int]() {
		t.Errorf("r: %+v", r)
	}
	if k := got[1]; *k.Min != 1 || k.Max != nil {
		t.Errorf("k: %+v", k)
	}
	if f := got[3]; !slices.Equal(f.Choices, []string{"a", "b"}) || f.Default != "b" {
		t.Errorf("form: %+v", f)
	}
	if r := got[7]; r.Default != nil || r.Part != "estimator" {
		t.Errorf("ref: %+v", r)
	}
	if pointer := vi.Settings(&p); !reflect.DeepEqual(pointer, got) {
		t.Errorf("a pointer has other settings: %+v", pointer)
	}
}

// What With sets, Settings reads back; the original stands as it was.
func TestWithRoundTrip(t *testing.T) {
	values := map[string]any{"r": 4, "k": 9, "rate": 2.5, "form": "a", "widths": []int{8}, "rates": []float64{0.1}, "on": true, "ref": "x"}
	check := func(p any) {
		t.Helper()
		for _, s := range vi.Settings(p) {
			if s.Name != "ref" && !reflect.DeepEqual(s.Default, values[s.Name]) {
				t.Errorf("%s: got %v; want %v", s.Name, s.Default, values[s.Name])
			}
		}
	}
	old := part{K: 1, Hidden: 5}
	p, err := vi.With(old, values)
	if err != nil {
		t.Fatal(err)
	}
	check(p)
	if p.Ref != "x" || p.Hidden != 5 || !reflect.DeepEqual(old, part{K: 1, Hidden: 5}) {
		t.Errorf("got %+v from %+v", p, old)
	}
	before := &part{K: 1}
	q, err := vi.With(before, values)
	if err != nil {
		t.Fatal(err)
	}
	check(q)
	if q == before || before.K != 1 {
		t.Error("With wrote into the part it was given")
	}
	var behind any = old // as a part of the built-in lists is
	if x, err := vi.With(behind, map[string]any{"k": 2}); err != nil || x.(part).K != 2 {
		t.Errorf("got %+v, %v", x, err)
	}
}

func TestWithErrors(t *testing.T) {
	for _, c := range []struct {
		values map[string]any
		want   string
	}{
		{map[string]any{"q": 1}, `part: no setting "q"`},
		{map[string]any{"Hidden": 1}, `part: no setting "Hidden"`},
		{map[string]any{"k": 1.5}, `part: setting "k" is float64; need int`},
		{map[string]any{"rate": 1}, `part: setting "rate" is int; need float64`},
		{map[string]any{"k": nil}, `part: setting "k" is <nil>; need int`},
		{map[string]any{"widths": []any{1}}, `part: setting "widths" is []interface {}; need []int`},
	} {
		p, err := vi.With(part{K: 4}, c.values)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v: got %v; want %s", c.values, err, c.want)
		}
		if p.K != 4 {
			t.Errorf("%v: changed the part", c.values)
		}
	}
}

func TestVersion(t *testing.T) {
	if v := vi.Version(part{}); v != 3 {
		t.Errorf("got %d; want 3", v)
	}
	if v := vi.Version(inner{}); v != 1 {
		t.Errorf("got %d; want 1 for a part without one", v)
	}
}
