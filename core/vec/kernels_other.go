//go:build !amd64

package vec

// Without kernels the Go loops do all.

const (
	shortEach      = 0
	shortSum       = 0
	shortMax       = 0
	shortSumExp    = 0
	shortAxpy      = 0
	shortScale     = 0
	shortBernoulli = 0
)

func (f function) kernel32(dst, src []float32) bool { return false }
func (f function) kernel64(dst, src []float64) bool { return false }

func sumKernel[T Float](x []T) (l [Lanes]T, ok bool)                  { return }
func dotKernel[T Float](x, y []T) (l [Lanes]T, ok bool)               { return }
func maxKernel[T Float](x []T) (l [2 * Lanes]T, ok bool)              { return }
func sumExpKernel(x []float64, m float64) (l [Lanes]float64, ok bool) { return }
func axpyKernel[T Float](a T, x, y []T) bool                          { return false }
func scaleKernel[T Float](dst []T, a T, x []T) bool                   { return false }
func tanhPullKernel[T Float](dst, g, y []T) bool                      { return false }

func bernoulliKernel[T Float](x, logits, grad []T) (sum, product [Lanes]float64, ok bool) { return }
