package tape

// Tangent is the derivative of f along v, <v, df/dat> row by row: a live node of
// f's shape made of ordinary operations, so that it can be raised in its turn.
// at is a node of the body and v has its shape, or rows that spread over it.
//
// It gives second derivatives without a recordable reverse pass: with g = Grad(f, at),
// the gradient of |g|^2/2 in any weight is that of Tangent(f, at, g).
func Tangent(f, at, v Node) Node {
	t := f.t
	a := *at.rec()
	if at.t != t || v.t != t || !f.rec().head || a.head || v.rec().head || v.rec().cols != a.cols || a.rows%v.rec().rows != 0 {
		panic("tape: Tangent of " + f.describe() + " in " + at.describe() + " along " + v.describe() + ": need a head node and two body nodes of one shape")
	}
	t.moved = t.moved[:0]
	for range f.id + 1 {
		t.moved = append(t.moved, Node{})
	}
	t.moved[at.id] = v.over(a.rows)
	for id := at.id + 1; id <= f.id; id++ {
		n := t.nodes[id]
		for _, in := range n.in {
			if in != 0 && !t.moved[in].Nil() {
				t.moved[id] = t.push(id, &n)
				break
			}
		}
	}
	if m := t.moved[f.id]; !m.Nil() {
		return m
	}
	return f.Const(0)
}

// over is a body node spread to so many rows.
func (n Node) over(rows int) Node {
	if r := n.rec(); r.rows != rows {
		return n.Spread(rows / r.rows)
	}
	return n
}

// join is a + b where either may be nil: no tangent at all.
func join(a, b Node) Node {
	switch {
	case a.Nil():
		return b
	case b.Nil():
		return a
	}
	return a.Add(b)
}

// times is the tangent a of a factor times the other, nil where there is none.
func times(a, factor Node) Node {
	if a.Nil() {
		return a
	}
	return a.Mul(factor)
}

func minus(a Node) Node {
	if a.Nil() {
		return a
	}
	return a.Neg()
}

// push is the tangent of node id from those of its inputs; nil where no input that
// counts has one.
func (t *Tape) push(id int32, n *node) Node {
	y := Node{t, id}
	var x, d [5]Node // inputs and their tangents
	for i, in := range n.in {
		if in != 0 {
			x[i], d[i] = Node{t, in}, t.moved[in]
		}
	}
	if n.op.frontier() {
		return t.pushFrontier(n, x, d)
	}
	switch n.op {
	case opStop:
		return Node{}
	case opAdd, opBAdd:
		return y.shaped(join(d[0], d[1]))
	case opSub, opBSub:
		return y.shaped(join(d[0], minus(d[1])))
	case opMul, opBMul:
		return join(times(d[0], x[1]), times(d[1], x[0]))
	case opScale, opBScale:
		return d[0].Scale(n.c)
	case opExp:
		return d[0].Mul(y)
	case opSum:
		return d[0].Sum()
	case opDot:
		var s Node
		if !d[0].Nil() {
			s = d[0].Dot(x[1])
		}
		if !d[1].Nil() {
			s = join(s, x[0].Dot(d[1]))
		}
		return s
	case opSumK:
		return d[0].SumK()
	case opSoftK: // v_k (t_k - sum_j v_j t_j)
		return y.Mul(d[0].Sub(y.Mul(d[0]).SumK()))
	case opLSEK:
		return x[0].SoftmaxK().Mul(d[0]).SumK()
	case opOthersK:
		return d[0].OthersMeanK()
	case opGroups:
		return d[0].regroup(n.rows, n.cols)

	case opAffine:
		var pre Node
		if !d[0].Nil() {
			pre = t.Affine(d[0], x[1], Node{}, Linear)
		}
		if !d[1].Nil() {
			pre = join(pre, t.Affine(x[0], d[1], Node{}, Linear))
		}
		return y.slope(n.act, y.shaped(join(pre, d[2])))
	case opApply:
		return y.slope(n.act, d[0])
	case opReparam: // sigma eps = exp(logsigma) eps
		l := d[1]
		if !l.Nil() {
			l = l.Mul(x[1].Apply(Exp)).Mul(x[2])
		}
		return y.shaped(join(d[0], l))
	case opSpread:
		return d[0].over(n.rows)
	case opCentre:
		return d[0].Centre()
	case opCols:
		lo := int(n.c)
		return d[0].Cols(lo, lo+n.cols)
	case opLogSoft: // t - sum softmax t
		size := int(n.c)
		return d[0].Sub(y.Apply(Exp).Mul(d[0]).GroupSum(size))
	case opGroupSum:
		return d[0].GroupSum(int(n.c))
	case opThrough:
		if d[1].Nil() {
			return d[1]
		}
		return d[1].over(n.rows)
	case opKnown:
		panic("tape: Tangent through Known: its slopes are constants, and a derivative of them would be lost")
	}
	panic("tape: no tangent for " + n.op.String())
}

// shaped spreads a tangent to the shape of its node.
func (n Node) shaped(d Node) Node {
	r, s := n.rec(), d.rec()
	switch {
	case !r.head:
		return d.over(r.rows)
	case r.rows != s.rows || r.cols != s.cols:
		return n.Const(0).Add(d)
	}
	return d
}

// slope is d times the derivative of an activation whose value n is.
func (n Node) slope(a Act, d Node) Node {
	switch a {
	case Tanh:
		return d.Sub(d.Mul(n).Mul(n))
	case Sigmoid:
		m := d.Mul(n)
		return m.Sub(m.Mul(n))
	case Softplus: // sigmoid(x) = 1 - exp(-softplus(x))
		return d.Sub(d.Mul(n.Neg().Apply(Exp)))
	case Exp:
		return d.Mul(n)
	case ReLU:
		r := *n.rec()
		on := n.t.Blank(r.rows, r.cols)
		for i, v, w := 0, n.Value(), on.Value(); i < w.Len(); i++ {
			w.Set(i, 0)
			if v.At(i) > 0 {
				w.Set(i, 1)
			}
		}
		return d.Mul(on)
	}
	return d
}

// pushFrontier is the tangent of a row reduction.
func (t *Tape) pushFrontier(n *node, x, d [5]Node) Node {
	var m Node // before features are summed
	switch n.op {
	case opRowSum:
		m = d[0]
	case opBernoulli: // a dx + (x - sigmoid(a)) da
		m = times(d[0], x[1])
		if !d[1].Nil() {
			m = join(m, x[0].Sub(x[1].Apply(Sigmoid)).Mul(d[1]))
		}
	case opNormal: // with e = (z-mu)/sigma: -e/sigma (dz - dmu) + (e^2 - 1) dlogsigma
		inv := x[2].Neg().Apply(Exp)
		e := x[0].Sub(x[1]).Mul(inv)
		m = times(join(minus(d[0]), d[1]), e.Mul(inv))
		if !d[2].Nil() {
			m = join(m, e.Mul(e).Mul(d[2]).Sub(d[2]))
		}
	case opKLNormal: // v = sigma^2/tau^2, e = (mu-nu)/tau: e/tau (dmu - dnu) + (v-1) (dlogsigma - dlogtau) - e^2 dlogtau
		inv := x[3].Neg().Apply(Exp)
		e := x[0].Sub(x[2]).Mul(inv)
		m = times(join(d[0], minus(d[2])), e.Mul(inv))
		if s := join(d[1], minus(d[3])); !s.Nil() {
			v := x[1].Apply(Exp).Mul(inv)
			m = join(m, v.Mul(v).Mul(s).Sub(s))
		}
		if !d[3].Nil() {
			m = join(m, e.Mul(e).Mul(d[3]).Neg())
		}
	default:
		panic("tape: no tangent for " + n.op.String())
	}
	if m.Nil() {
		return m
	}
	return m.over(n.rows * n.cols).SumD(n.rows)
}
