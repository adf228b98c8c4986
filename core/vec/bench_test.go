package vec

import "testing"

func BenchmarkSlices(b *testing.B) {
	for _, f := range []struct {
		name string
		f64  func(dst, src []float64)
		f32  func(dst, src []float32)
	}{
		{"Exp", Exp[float64], Exp[float32]},
		{"Expm1", Expm1[float64], Expm1[float32]},
		{"Log", Log[float64], Log[float32]},
		{"Log1p", Log1p[float64], Log1p[float32]},
		{"Tanh", Tanh[float64], Tanh[float32]},
		{"Sigmoid", Sigmoid[float64], Sigmoid[float32]},
		{"Softplus", Softplus[float64], Softplus[float32]},
	} {
		const n = 2048
		x, y := make([]float64, n), make([]float64, n)
		xf, yf := make([]float32, n), make([]float32, n)
		for i := range x {
			x[i] = float64(i%97+1) / 20
			xf[i] = float32(x[i])
		}
		b.Run(f.name+"/64", func(b *testing.B) {
			for b.Loop() {
				f.f64(y, x)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/entry")
		})
		b.Run(f.name+"/32", func(b *testing.B) {
			for b.Loop() {
				f.f32(yf, xf)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/entry")
		})
	}
}

func BenchmarkSinCos2Pi64(b *testing.B) {
	const n = 2048
	var u, s, c [n]float64
	for i := range u {
		u[i] = float64(i*1103515245%n) / n
	}
	for b.Loop() {
		for i, x := range u {
			s[i], c[i] = SinCos2Pi64(x)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/entry")
}

func BenchmarkReduce(b *testing.B) {
	const n = 2048
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i%97) / 20
	}
	var sum float64
	for _, f := range []struct {
		name string
		f    func() float64
	}{
		{"Sum", func() float64 { return Sum(x) }},
		{"Dot", func() float64 { return Dot(x, x) }},
		{"Max", func() float64 { return Max(x) }},
		{"LogSumExp64", func() float64 { return LogSumExp64(x) }},
	} {
		b.Run(f.name, func(b *testing.B) {
			for b.Loop() {
				sum += f.f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/entry")
		})
	}
	_ = sum
}
