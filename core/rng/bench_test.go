package rng

import "testing"

func BenchmarkNormal64(b *testing.B) {
	z := make([]float64, 4096)
	b.SetBytes(8 * int64(len(z)))
	for b.Loop() {
		Root(1).Normal64(z, 0)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(z)), "ns/draw")
}

func BenchmarkNormal32(b *testing.B) {
	z := make([]float32, 4096)
	b.SetBytes(4 * int64(len(z)))
	for b.Loop() {
		Root(1).Normal32(z, 0)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(z)), "ns/draw")
}

func BenchmarkUniform64(b *testing.B) {
	z := make([]float64, 4096)
	for b.Loop() {
		Root(1).Uniform64(z, 0)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(z)), "ns/draw")
}

func BenchmarkUint32s(b *testing.B) {
	z := make([]uint32, 4096)
	for b.Loop() {
		Root(1).Uint32s(z, 0)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(z)), "ns/draw")
}

func BenchmarkFold(b *testing.B) {
	k := Root(1)
	for b.Loop() {
		k = k.Fold("noise")
	}
}
