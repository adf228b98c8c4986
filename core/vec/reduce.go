package vec

// Lanes is the number of partial results of every reduction. Entry i goes to
// lane i mod Lanes, in order of i, whatever the vector width; lanes start at
// +0 and are then added as halves of a vector are:
// ((l0+l4)+(l2+l6)) + ((l1+l5)+(l3+l7)).
const Lanes = 8

func fold[T Float](l *[Lanes]T) T {
	return canonical(((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7])))
}

// Sum is the sum of x in the precision of x; 0 for no entries.
func Sum[T Float](x []T) T {
	if len(x) >= shortSum {
		if l, ok := sumKernel(x); ok {
			return fold(&l)
		}
	}
	var l0, l1, l2, l3, l4, l5, l6, l7 T
	n := len(x) &^ (Lanes - 1)
	for v := x[:n]; len(v) >= Lanes; v = v[Lanes:] {
		l0 += v[0]
		l1 += v[1]
		l2 += v[2]
		l3 += v[3]
		l4 += v[4]
		l5 += v[5]
		l6 += v[6]
		l7 += v[7]
	}
	l := [Lanes]T{l0, l1, l2, l3, l4, l5, l6, l7}
	for j, v := range x[n:] {
		l[j&(Lanes-1)] += v
	}
	return fold(&l)
}

// Dot is the sum of x[i]*y[i] in their precision, each product rounded before
// it is added; 0 for no entries.
func Dot[T Float](x, y []T) T {
	sameLen("Dot", len(x), len(y))
	if len(x) >= shortSum {
		if l, ok := dotKernel(x, y); ok {
			return fold(&l)
		}
	}
	var l0, l1, l2, l3, l4, l5, l6, l7 T
	n := len(x) &^ (Lanes - 1)
	w := y[:n]
	for v := x[:n]; len(v) >= Lanes && len(w) >= Lanes; v, w = v[Lanes:], w[Lanes:] {
		l0 += T(v[0] * w[0])
		l1 += T(v[1] * w[1])
		l2 += T(v[2] * w[2])
		l3 += T(v[3] * w[3])
		l4 += T(v[4] * w[4])
		l5 += T(v[5] * w[5])
		l6 += T(v[6] * w[6])
		l7 += T(v[7] * w[7])
	}
	l := [Lanes]T{l0, l1, l2, l3, l4, l5, l6, l7}
	w = y[n:]
	for j, v := range x[n:] {
		l[j&(Lanes-1)] += T(v * w[j])
	}
	return fold(&l)
}

// SumSq is the sum of x[i]^2: Dot(x, x).
func SumSq[T Float](x []T) T { return Dot(x, x) }

// Max is the largest entry: NaN if any is NaN, -Inf for no entries, and +0 for
// a zero of either sign.
func Max[T Float](x []T) T {
	if len(x) >= shortMax {
		if l, ok := maxKernel(x); ok {
			return maxLoop(l[:])
		}
	}
	return maxLoop(x)
}

func maxLoop[T Float](x []T) T {
	m := T(-inf64())
	for _, v := range x {
		if v != v {
			return T(nan64())
		}
		if v > m {
			m = v
		}
	}
	return m + 0
}

// LogSumExp64 is log(sum of e^x[i]) as m + log(sum of e^(x[i]-m)), m = Max(x),
// the sum in Lanes. All -Inf, or no entries, give -Inf; a +Inf gives +Inf; a
// NaN gives NaN.
//
// The error is at most half an ulp of the result and (n/8 + 3 log n + 6) 2^-53 for n
// entries: the sum has n/8 + 3 roundings, exponentials 1.1 ulp, and the differences
// half an ulp of log n at most, for no further do x lie below m on average by weight
// e^x; the logarithm has one ulp.
func LogSumExp64(x []float64) float64 {
	m := Max(x)
	if m != m || m-m != 0 {
		return m
	}
	if len(x) >= shortSumExp {
		if l, ok := sumExpKernel(x, m); ok {
			return m + Log64(fold(&l))
		}
	}
	var l [Lanes]float64
	for i, v := range x {
		l[i&(Lanes-1)] += Exp64(v - m)
	}
	return m + Log64(fold(&l))
}
