package dist

// Pool lends distributions to a step, so that handing one on as a Dist allocates
// nothing once the pool has grown. A distribution made in a pool makes its own
// relatives (Frozen, Relax) there; one made elsewhere makes them on the heap.
type Pool struct {
	normals    shelf[Normal]
	bernoullis shelf[Bernoulli]
	categories shelf[Categorical]
	binary     shelf[BinaryConcrete]
	simplex    shelf[ExpConcrete]
	laplaces   shelf[Laplace]
	shrunk     shelf[Thresholded]
	spikes     shelf[SpikeSlab]
	correlated shelf[Correlated]
	numbers    []float64
}

// Reset takes all back.
func (p *Pool) Reset() {
	p.normals.used, p.bernoullis.used, p.categories.used, p.binary.used, p.simplex.used = 0, 0, 0, 0, 0
	p.laplaces.used, p.shrunk.used, p.spikes.used, p.correlated.used = 0, 0, 0, 0
	p.numbers = p.numbers[:0]
}

// shelf holds values of one type, those in use first.
type shelf[D any] struct {
	items []*D
	used  int
}

func (s *shelf[D]) take(d D) *D {
	if s.used == len(s.items) {
		s.items = append(s.items, new(D))
	}
	s.used++
	*s.items[s.used-1] = d
	return s.items[s.used-1]
}

// Normal is q in the pool's keeping until Reset.
func (p *Pool) Normal(q Normal) *Normal {
	q.pool = p
	return p.normals.take(q)
}

// Bernoulli is q in the pool's keeping until Reset.
func (p *Pool) Bernoulli(q Bernoulli) *Bernoulli {
	q.pool = p
	return p.bernoullis.take(q)
}

// Categorical is q in the pool's keeping until Reset.
func (p *Pool) Categorical(q Categorical) *Categorical {
	q.pool = p
	return p.categories.take(q)
}

// Laplace is q in the pool's keeping until Reset.
func (p *Pool) Laplace(q Laplace) *Laplace {
	q.pool = p
	return p.laplaces.take(q)
}

// Thresholded is q in the pool's keeping until Reset.
func (p *Pool) Thresholded(q Thresholded) *Thresholded {
	q.pool = p
	return p.shrunk.take(q)
}

// SpikeSlab is q in the pool's keeping until Reset.
func (p *Pool) SpikeSlab(q SpikeSlab) *SpikeSlab {
	q.pool = p
	return p.spikes.take(q)
}

// Correlated is q in the pool's keeping until Reset.
func (p *Pool) Correlated(q Correlated) *Correlated {
	q.pool = p
	return p.correlated.take(q)
}

// floats are n zeros, in the pool's keeping until Reset; of no pool they are made.
func (p *Pool) floats(n int) []float64 {
	if p == nil {
		return make([]float64, n)
	}
	lo := len(p.numbers)
	if lo+n > cap(p.numbers) {
		p.numbers = make([]float64, 0, 2*(lo+n)) // those handed out keep the old array
		lo = 0
	}
	p.numbers = p.numbers[:lo+n]
	x := p.numbers[lo : lo+n : lo+n]
	clear(x)
	return x
}
