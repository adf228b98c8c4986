// Package tape records one step of an estimator and reverses it.
//
// A tape has two floors. The head holds float64 nodes of logical shape [K,B]
// (K samples of B data): log weights, coefficients, surrogates. The body holds
// matrices of rows x features in the tape's precision: networks, samples. Row
// reductions (a log-likelihood, a KL) lead from the body to the head and are
// the only way up, so the casts are two: a row's sum to float64, and a row's
// factor back to the tape's precision.
//
// Ascend takes one scalar a role. The head is reversed once a role; the body is
// reversed once in all: each row starts from a unit cotangent and carries one
// factor a role, and a factor is applied where weights accumulate or where a
// role is alone. Operations that mix rows, and terms whose factors differ,
// multiply out and go on role by role. The sweep is always factored, so equal
// factors give equal bits whatever estimator they come from.
//
// Rows are stored datum-major: sample k of datum b is row b*K+k, in the head and
// in the body. A step after the first allocates nothing: nodes, values and
// adjoints live in arenas that Reset rewinds. Misuse (shapes that do not fit,
// nodes of another tape) is a programmer's error and panics with both shapes.
package tape

import "fmt"

// Version is the numeric version of the core: of keys, kernels, densities and this
// tape. It enters every cell's ID, so that numbers of other bits are not taken for
// these. Raise it whenever the golden directions change (estimators/testdata).
const Version = 2

// Precision is the number format of a tape's body and of its parameters.
type Precision uint8

const (
	Float32 Precision = iota
	Float64
)

func (p Precision) String() string {
	if p == Float64 {
		return "float64"
	}
	return "float32"
}

// ParsePrecision reads float32 or float64.
func ParsePrecision(s string) (Precision, error) {
	switch s {
	case "float32":
		return Float32, nil
	case "float64":
		return Float64, nil
	}
	return 0, fmt.Errorf("precision: got %q; have float32, float64", s)
}

// Role names a network: whose parameters a scalar raises.
type Role uint8

const (
	Gen Role = iota // generative parameters, theta
	Inf             // inference parameters, phi
	Own             // the estimator's own parameters
)

// Roles is the number of roles.
const Roles = 3

func (r Role) String() string { return [...]string{"gen", "inf", "own"}[r] }

// reach says which roles' parameters lie above a node. The bit drawn marks a
// node that depends on a live sample (Freeze keeps those live).
type reach uint8

const (
	roleBits reach = 1<<Roles - 1
	drawn    reach = 1 << Roles
)

func bit(r Role) reach          { return 1 << r }
func (m reach) has(r Role) bool { return m&bit(r) != 0 }
func (m reach) any() bool       { return m&roleBits != 0 }
func (m reach) single() (Role, bool) {
	switch m & roleBits {
	case 1 << Gen:
		return Gen, true
	case 1 << Inf:
		return Inf, true
	case 1 << Own:
		return Own, true
	}
	return 0, false
}

// Node is a handle to a value on a tape. The zero Node is nil: no value.
type Node struct {
	t  *Tape
	id int32
}

// Nil reports whether the node stands for nothing.
func (n Node) Nil() bool { return n.t == nil }

// node is the record of one operation. In the head rows is K and cols is B; in
// the body they are rows and features.
type node struct {
	op         op
	head       bool
	reach      reach
	act        Act
	rows, cols int
	in         [5]int32
	c          float64
	frozen     int32 // twin made by Freeze, 0 if none
	param      int32 // index of the parameter, for opParam
}

// Tape records nodes. It belongs to one goroutine.
type Tape struct {
	prec   Precision
	params *Params
	nodes  []node
	paramN []int32 // node of each parameter this step, 0 if none
	vals   [][]float64
	adj    [Roles][][]float64
	arena  arena[float64]
	body   body
	dir    [Roles]Vector
	share  float64 // of the batch that this recording is
	add    bool    // Ascend adds to the direction it gave before
	last   bool    // no block of the batch follows
	pass   uint64  // recordings of one batch, between which no parameter moves
	lead   *Tape   // has gone through other blocks of this batch
	lists  []Node
	stats  Stats
	held   []reach // of all nodes, while Grad has its own in their place
	moved  []Node  // of every node, its tangent
}

// Stats counts what the last Ascend did.
type Stats struct {
	Split int // nodes that two roles reach and that had to be multiplied out
}

// New returns a tape whose body computes with the parameters' precision.
func New(p *Params) *Tape {
	t := &Tape{prec: p.prec, params: p, paramN: make([]int32, len(p.specs))}
	if p.prec == Float64 {
		t.body = &floor[float64]{t: t}
	} else {
		t.body = &floor[float32]{t: t}
	}
	for r := range Roles {
		t.dir[r] = NewVector(p.prec, p.vec[r].Len())
	}
	t.Reset()
	return t
}

// Reset forgets all nodes and keeps their memory.
func (t *Tape) Reset() {
	t.nodes = append(t.nodes[:0], node{}) // id 0 is nil
	t.vals = append(t.vals[:0], nil)
	for r := range t.adj {
		t.adj[r] = t.adj[r][:0]
	}
	clear(t.paramN)
	t.arena.reset()
	t.body.reset()
	t.lists, t.stats = t.lists[:0], Stats{}
	t.share, t.add, t.last = 1, false, true
	t.pass++
}

// Part says that what is recorded until Reset is a share of a batch that is cut
// into blocks of data: Ascend scales the scalars, means over the block, by it, and
// adds to the direction of the block before unless this is the first. The direction
// is whole after the last. Parameters do not move between the blocks of a batch.
func (t *Tape) Part(share float64, first, last bool) {
	t.share, t.add, t.last = share, !first, last
	if t.add {
		t.pass-- // Reset's was no new one
	}
}

// Follow says that u, a tape of the same Params, has just been through other blocks
// of the batch whose blocks come next; nil that there is no such tape.
func (t *Tape) Follow(u *Tape) { t.lead = u }

// Owns reports whether v is a direction of this tape's own, as Ascend gives it.
func (t *Tape) Owns(r Role, v Vector) bool { return v.Same(t.dir[r]) }

// Params are those that the tape is of, as they stand.
func (t *Tape) Params() *Params { return t.params }

// Precision is that of the body.
func (t *Tape) Precision() Precision { return t.prec }

// Stats of the last Ascend.
func (t *Tape) Stats() Stats { return t.stats }

// record appends a node and returns its handle; reach is gathered from the inputs.
func (t *Tape) record(n node) Node {
	for _, i := range n.in {
		if i != 0 {
			n.reach |= t.nodes[i].reach
		}
	}
	t.nodes = append(t.nodes, n)
	t.vals = append(t.vals, nil)
	id := int32(len(t.nodes) - 1)
	return Node{t, id}
}

func (n Node) rec() *node { return &n.t.nodes[n.id] }

func (n Node) describe() string {
	if n.Nil() {
		return "nil"
	}
	r := n.rec()
	floor := "body"
	if r.head {
		floor = "head"
	}
	return fmt.Sprintf("%s %s [%d,%d]", floor, r.op, r.rows, r.cols)
}

// Shape is [K,B] in the head, rows and features in the body.
func (n Node) Shape() (rows, cols int) { r := n.rec(); return r.rows, r.cols }

// Stop returns the node's value as a constant: nothing flows back through it.
func (n Node) Stop() Node {
	r := *n.rec()
	if !r.reach.any() && r.reach&drawn == 0 {
		return n
	}
	m := n.t.record(node{op: opStop, head: r.head, rows: r.rows, cols: r.cols})
	if r.head {
		n.t.vals[m.id] = n.t.vals[n.id]
	} else {
		n.t.body.alias(m.id, n.id)
	}
	return m
}

// Freeze returns the node with the weights above it stopped and the samples
// above it live: q.Frozen() of a distribution whose parameters depend on an
// earlier sample. Stopping values instead would cut that sample's path too and
// bias every estimator that needs it: on a chain it shows at once.
func (n Node) Freeze() Node {
	t, r := n.t, *n.rec()
	if r.head {
		panic("tape: Freeze of " + n.describe() + ": only body nodes hold weights")
	}
	switch {
	case !r.reach.any():
		return n
	case r.reach&drawn == 0:
		return n.Stop()
	case r.op == opReparam || r.op == opThrough || r.op == opKnown && r.c == 1:
		return n
	case r.frozen != 0:
		return Node{t, r.frozen}
	}
	m := r
	m.reach, m.frozen = r.reach&drawn, 0
	for i, in := range r.in {
		if in != 0 {
			m.in[i] = Node{t, in}.Freeze().id
		}
	}
	out := t.record(m)
	t.body.alias(out.id, n.id) // frozen or not, the value is the same
	t.nodes[n.id].frozen = out.id
	return out
}

// Tape is where the node was recorded.
func (n Node) Tape() *Tape { return n.t }

// Nodes is a list of n nil nodes, kept until Reset.
func (t *Tape) Nodes(n int) []Node {
	lo := len(t.lists)
	if lo+n > cap(t.lists) {
		t.lists = make([]Node, 0, 2*(lo+n)) // lists handed out keep the old array
		lo = 0
	}
	t.lists = t.lists[:lo+n]
	s := t.lists[lo : lo+n : lo+n]
	clear(s)
	return s
}

// Blanks is a vector of zeros in the layout of a role, for a caller to fill by name
// (Of); kept until Reset.
func (t *Tape) Blanks(r Role) Vector { return t.Leaf(1, max(t.params.vec[r].Len(), 1)).Value() }

// Of is the part of such a vector that is the parameter of a name.
func (t *Tape) Of(v Vector, name string) Vector { return t.params.Of(v, name) }
