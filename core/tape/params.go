package tape

import (
	"fmt"
	"slices"
	"strings"
)

// Spec declares a parameter matrix. Its name starts with its role: gen/, inf/,
// own/, or shared/ for a weight of both networks, which moves with Gen and
// which Fit admits only where Gen and Inf are one scalar.
type Spec struct {
	Name       string
	Rows, Cols int
}

// RoleOf reads the role from a parameter's name.
func RoleOf(name string) (Role, error) {
	prefix, _, ok := strings.Cut(name, "/")
	if ok {
		switch prefix {
		case "gen", "shared":
			return Gen, nil
		case "inf":
			return Inf, nil
		case "own":
			return Own, nil
		}
	}
	return 0, fmt.Errorf("parameter: got name %q; have gen/..., inf/..., own/..., shared/...", name)
}

// Params holds the parameters of one cell: a flat vector a role, matrices laid
// row-major in it in name order, so that a layout depends on names alone.
type Params struct {
	prec  Precision
	specs []Spec
	role  []Role
	off   []int
	index map[string]int
	vec   [Roles]Vector
}

// NewParams lays out the parameters, all zero. A name given twice or without a
// role, or an empty matrix, is an error.
func NewParams(prec Precision, specs []Spec) (*Params, error) {
	p := &Params{prec: prec, specs: slices.Clone(specs), index: map[string]int{}}
	slices.SortFunc(p.specs, func(a, b Spec) int { return strings.Compare(a.Name, b.Name) })
	var n [Roles]int
	for i, s := range p.specs {
		r, err := RoleOf(s.Name)
		if err != nil {
			return nil, err
		}
		if _, twice := p.index[s.Name]; twice {
			return nil, fmt.Errorf("parameter: %q is declared twice", s.Name)
		}
		if s.Rows < 1 || s.Cols < 1 {
			return nil, fmt.Errorf("parameter: %q is %dx%d; need at least 1x1", s.Name, s.Rows, s.Cols)
		}
		p.index[s.Name] = i
		p.role = append(p.role, r)
		p.off = append(p.off, n[r])
		n[r] += s.Rows * s.Cols
	}
	for r := range p.vec {
		p.vec[r] = NewVector(prec, n[r])
	}
	return p, nil
}

// Precision of the values.
func (p *Params) Precision() Precision { return p.prec }

// Specs in name order. They are shared and must not be changed.
func (p *Params) Specs() []Spec { return p.specs }

// Vector is all parameters of a role, shared.
func (p *Params) Vector(r Role) Vector { return p.vec[r] }

// Range says where a parameter lies in its role's vector; ok is false for an
// unknown name.
func (p *Params) Range(name string) (r Role, lo, hi int, ok bool) {
	i, ok := p.index[name]
	if !ok {
		return 0, 0, 0, false
	}
	s := p.specs[i]
	return p.role[i], p.off[i], p.off[i] + s.Rows*s.Cols, true
}

// Value is one parameter, shared, row-major; it panics on an unknown name.
func (p *Params) Value(name string) Vector {
	r, lo, hi, ok := p.Range(name)
	if !ok {
		panic(fmt.Sprintf("tape: parameter %q is not declared", name))
	}
	return p.vec[r].Slice(lo, hi)
}

// Set rounds x into a parameter; it panics on an unknown name or another length.
func (p *Params) Set(name string, x []float64) {
	v := p.Value(name)
	if len(x) != v.Len() {
		panic(fmt.Sprintf("tape: parameter %q has %d values, got %d", name, v.Len(), len(x)))
	}
	for i, y := range x {
		v.Set(i, y)
	}
}

// Clone copies layout and values.
func (p *Params) Clone() *Params {
	q := *p
	for r := range q.vec {
		q.vec[r] = NewVector(p.prec, p.vec[r].Len())
		q.vec[r].Copy(p.vec[r])
	}
	return &q
}

// Of is the part of a vector in a role's layout that is the parameter of a name.
func (p *Params) Of(v Vector, name string) Vector {
	r, lo, hi, ok := p.Range(name)
	if !ok || v.Len() != p.vec[r].Len() {
		panic(fmt.Sprintf("tape: parameter %q is not declared, or the vector of %d values is of another role", name, v.Len()))
	}
	return v.Slice(lo, hi)
}
