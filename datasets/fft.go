package datasets

import "github.com/vibench/bench/core/vec"

// fft is the discrete Fourier transform of n values, n a power of two, in place:
//
//	X_k = sum_j x_j exp(-2 pi i jk/n)
//
// by Cooley and Tukey's radix 2. Of (im, re) in place of (re, im) it is n times the
// inverse.
type fft struct{ cos, sin []float64 } // of 2 pi k/n, k < n/2

func newFFT(n int) fft {
	f := fft{make([]float64, n/2), make([]float64, n/2)}
	for k := range n / 2 {
		f.sin[k], f.cos[k] = vec.SinCos2Pi64(float64(k) / float64(n))
	}
	return f
}

func (f fft) transform(re, im []float64) {
	n := len(re)
	for i, j := 1, 0; i < n; i++ { // into the order of reversed bits
		bit := n / 2
		for ; j&bit != 0; bit /= 2 {
			j ^= bit
		}
		if j ^= bit; i < j {
			re[i], re[j] = re[j], re[i]
			im[i], im[j] = im[j], im[i]
		}
	}
	for half := 1; half < n; half *= 2 {
		stride := n / (2 * half)
		for from := 0; from < n; from += 2 * half {
			for k := range half {
				c, s, a, b := f.cos[k*stride], f.sin[k*stride], from+k, from+k+half
				x, y := float64(c*re[b])+float64(s*im[b]), float64(c*im[b])-float64(s*re[b])
				re[b], im[b] = re[a]-x, im[a]-y
				re[a], im[a] = re[a]+x, im[a]+y
			}
		}
	}
}

// plane transforms the rows and then the columns of h x w values.
func plane(re, im []float64, h, w int) {
	rows, columns := newFFT(w), newFFT(h)
	for r := range h {
		rows.transform(re[r*w:(r+1)*w], im[r*w:(r+1)*w])
	}
	x, y := make([]float64, h), make([]float64, h)
	for c := range w {
		for r := range h {
			x[r], y[r] = re[r*w+c], im[r*w+c]
		}
		columns.transform(x, y)
		for r := range h {
			re[r*w+c], im[r*w+c] = x[r], y[r]
		}
	}
}

// filter multiplies the spectrum of a periodic picture by a gain, a function of the
// squared frequency, (cycles/pixel)^2; both sides of it are powers of two.
func filter(x []float64, h, w int, gain func(f2 float64) float64) {
	im := make([]float64, len(x))
	plane(x, im, h, w)
	for r := range h {
		fy := frequency(r, h)
		for c := range w {
			fx := frequency(c, w)
			g := gain(float64(fx*fx)+float64(fy*fy)) / float64(h*w)
			x[r*w+c] *= g
			im[r*w+c] *= g
		}
	}
	plane(im, x, h, w)
}

// frequency of entry k of n, in cycles a sample.
func frequency(k, n int) float64 {
	if k > n/2 {
		k -= n
	}
	return float64(k) / float64(n)
}
