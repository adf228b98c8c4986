package vitest

import "math"

// A Slope is what a direction through hard samples makes of the slope of f at them,
// variable by variable: its mean is E_z sum_g M' df/dz_g, f = log p(x,z) - log q(z|x)
// with q's weights frozen, and M its value for the logits of variable g (one of a
// bit) and the value that it has. Nil: not for such variables.
//
//	M[i][j] stands for d z_i / d logit_j
type Slope func(logits []float64, value int) (m [][]float64)

// straight is the slope of the mean, softened: d softmax(logits/tau).
func straight(tau float64) Slope {
	return func(logits []float64, _ int) [][]float64 { return softSlope(logits, tau) }
}

// softSlope is d softmax(y/tau), of one number d sigmoid(y/tau).
func softSlope(y []float64, tau float64) [][]float64 {
	if len(y) == 1 {
		s := logistic(y[0] / tau)
		return [][]float64{{s * (1 - s) / tau}}
	}
	s := tempered(y, 1/tau)
	m := make([][]float64, len(y))
	for i := range m {
		m[i] = make([]float64, len(y))
		for j := range m[i] {
			m[i][j] = -s[i] * s[j] / tau
		}
		m[i][i] += s[i] / tau
	}
	return m
}

// trapezoid shares p(1-p), the slope of a bit's mean, between both values: the mean
// is p(1-p) (f'(0) + f'(1))/2 bit by bit.
func trapezoid(logits []float64, value int) [][]float64 {
	if len(logits) > 1 {
		return nil
	}
	p, q := logistic(logits[0]), logistic(logits[0])
	if value == 0 {
		q = 1 - p
	}
	return [][]float64{{p * (1 - p) / (2 * q)}}
}

// perturbed is the mean slope of the softened sample of perturbed logits y given the
// value that they decide: E[d softmax(y/tau) | argmax y], by the density of y.
//
//	a bit         y of density s(y-a) s(a-y), and y > 0 where it is one
//	categories    differences of y of density (n-1)! prod softmax(a-y), three at most
func perturbed(tau float64) Slope {
	return func(logits []float64, value int) [][]float64 {
		switch len(logits) {
		case 1:
			sign, chance := 1.0, logistic(logits[0])
			if value == 0 {
				sign, chance = -1, 1-chance
			}
			sum := 0.0
			halfLine(tau, func(y, weight float64) {
				at := logistic(sign*y - logits[0])
				sum += weight * at * (1 - at) * softSlope([]float64{y}, tau)[0][0]
			})
			return [][]float64{{sum / chance}}
		case 3:
			m := [][]float64{make([]float64, 3), make([]float64, 3), make([]float64, 3)}
			y := make([]float64, 3)
			chance := softmax(logits)[value]
			var nodes, weights []float64
			halfLine(tau, func(u, w float64) { nodes, weights = append(nodes, u), append(weights, w) })
			for a, u := range nodes {
				for b, v := range nodes {
					y[(value+1)%3], y[(value+2)%3] = -u, -v
					weight := weights[a] * weights[b] * gap(logits, y, 1) / chance
					if weight < 1e-25 {
						continue
					}
					for i, row := range softSlope(y, tau) {
						for j, d := range row {
							m[i][j] += weight * d
						}
					}
				}
			}
			return m
		}
		return nil
	}
}

// gap is the density of differences of y at a temperature, where tau y are perturbed
// logits: (n-1)! tau^(n-1) prod softmax(a - tau y).
func gap(a, y []float64, tau float64) float64 {
	l := make([]float64, len(a))
	for i := range l {
		l[i] = a[i] - tau*y[i]
	}
	d := math.Gamma(float64(len(a))) * math.Pow(tau, float64(len(a)-1))
	for _, s := range softmax(l) {
		d *= s
	}
	return d
}

// halfLine visits the nodes and weights of a rule for a function that falls off as
// exp(-y) over (0, inf) and is analytic within a distance of the axis that shrinks with
// a temperature: Gauss-Legendre on panels.
func halfLine(tau float64, visit func(y, weight float64)) {
	width := min(2, 4*tau)
	for lo := 0.0; lo < 40; lo += width {
		p := Legendre(14, lo, lo+width)
		for i, y := range p.Nodes {
			visit(y[0], p.Weights[i])
		}
	}
}

// line visits those for one that falls off so to both sides and is analytic within
// one of the real axis: the trapezoid rule.
func line(visit func(y, weight float64)) {
	const h = 0.25
	for i := -152; i <= 152; i++ {
		visit(float64(i)*h, h)
	}
}
