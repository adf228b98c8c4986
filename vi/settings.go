package vi

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Setting is one field of a part that a suite may set. The field's tags say
// what it is called and what it may be:
//
//	K int `name:"k" min:"1" doc:"samples a datum"`
//
// and the value in the built-in list is its default. Kinds are int, float64,
// string, bool, []int and []float64. Tags: name, doc, min, max, choices (a|b|c),
// required, part (what kind of part the string must name), late (the setting came
// when stores had cells without it: at its default it is no part of a cell's identity),
// with (the setting is read only where another is not zero, rate; where one of several
// is not, rate|prior_rate; or where one has a value, baseline=moving: given elsewhere, a
// suite is refused).
type Setting struct {
	Name     string
	Kind     reflect.Type
	Default  any // nil: required
	Min, Max *float64
	Choices  []string
	Part     string
	Doc      string
	Late     bool
	With     string
}

// Settings lists the fields of a part that carry a name tag, in order, those of
// embedded structs too.
func Settings(part any) []Setting {
	v := structOf(part)
	var out []Setting
	for _, f := range reflect.VisibleFields(v.Type()) {
		name, ok := f.Tag.Lookup("name")
		if !ok {
			continue
		}
		s := Setting{Name: name, Kind: f.Type, Doc: f.Tag.Get("doc"), Part: f.Tag.Get("part"), Late: f.Tag.Get("late") != "", With: f.Tag.Get("with"), Min: limit(f.Tag.Get("min")), Max: limit(f.Tag.Get("max"))}
		if c := f.Tag.Get("choices"); c != "" {
			s.Choices = strings.Split(c, "|")
		}
		if f.Tag.Get("required") == "" {
			s.Default = v.FieldByIndex(f.Index).Interface()
		}
		out = append(out, s)
	}
	return out
}

func structOf(part any) reflect.Value {
	v := reflect.ValueOf(part)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return v
}

func limit(s string) *float64 {
	if s == "" {
		return nil
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic("vi: bad limit in a tag: " + s)
	}
	return &x
}

// With is a copy of a part with some settings changed. Values have the fields'
// own types; an unknown name or another type is an error.
func With[P any](part P, values map[string]any) (P, error) {
	old := structOf(part)
	v := reflect.New(old.Type()).Elem()
	v.Set(old)
	for name, x := range values {
		f, ok := fieldOf(v.Type(), name)
		if !ok {
			return part, fmt.Errorf("%s: no setting %q", v.Type().Name(), name)
		}
		y := reflect.ValueOf(x)
		if !y.IsValid() || y.Type() != f.Type {
			return part, fmt.Errorf("%s: setting %q is %T; need %s", v.Type().Name(), name, x, f.Type)
		}
		v.FieldByIndex(f.Index).Set(y)
	}
	if reflect.ValueOf(part).Kind() == reflect.Pointer {
		return v.Addr().Interface().(P), nil
	}
	return v.Interface().(P), nil
}

func fieldOf(t reflect.Type, name string) (reflect.StructField, bool) {
	for _, f := range reflect.VisibleFields(t) {
		if n, ok := f.Tag.Lookup("name"); ok && n == name {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// Version is the numeric version of a part: raised when its numbers change, so
// that cells made with the old ones are not taken for done. 1 if it has none.
func Version(part any) int {
	if v, ok := part.(interface{ Version() int }); ok {
		return v.Version()
	}
	return 1
}
