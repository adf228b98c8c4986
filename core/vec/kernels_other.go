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
func reluPullKernel[T Float](dst, dy, y []T) bool                     { return false }
func laplaceKernel[T Float](x []T, least T) bool                      { return false }
func thresholdKernel[T Float](z, e, mu, b, l []T) bool                { return false }
func chooseKernel[T Float](dst, src []T, zero, other T) bool          { return false }

func bernoulliKernel[T Float](x, logits, grad []T) (sum, product [Lanes]float64, ok bool) { return }

func gaussKernel[T Float](out []float64, x Rows[T], mu, inv []T, base float64) bool   { return false }
func sumRowsKernel[T Float](sum, x []T, rows int) bool                                { return false }
func weighRowsKernel[T Float](sum, c, x, y, q []T) bool                               { return false }
func narrowKernel(dst []float32, src []float64, least float64) int                    { return 0 }
func (s *Spread[T]) reparamKernel(dst []T, mu, sigma Rows[T], eps []T, rows int) bool { return false }
func (s *Spread[T]) towardKernel(acc, c, own []T, other, q Rows[T], rows int) bool    { return false }
