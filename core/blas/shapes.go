package blas

// Shape is a product C [M,N] += op(A) op(B) over K. Op is NN, TN (weights'
// gradients) or NT (towards the input): which of A and B is transposed.
type Shape struct {
	Op      string
	M, N, K int
}

// Shapes are the products that are timed: of training steps of an autoencoder
// 784-200-200-50 with batch 20 and K = 1, 5, 50.
func Shapes() []Shape {
	return []Shape{
		{"NN", 1000, 200, 784}, {"NN", 1000, 200, 200}, {"NN", 1000, 784, 200}, {"NN", 1000, 50, 200}, {"NN", 1000, 200, 50},
		{"NN", 100, 200, 784}, {"NN", 100, 784, 200},
		{"NN", 20, 200, 784}, {"NN", 20, 200, 200}, {"NN", 20, 784, 200}, {"NN", 20, 50, 200},
		{"TN", 200, 784, 1000}, {"TN", 200, 200, 1000}, {"TN", 50, 200, 1000}, {"TN", 784, 200, 1000},
		{"TN", 200, 784, 100}, {"TN", 200, 784, 20}, {"TN", 784, 200, 20},
		{"NT", 1000, 200, 784}, {"NT", 1000, 200, 200}, {"NT", 1000, 50, 200}, {"NT", 100, 200, 784},
		{"NT", 20, 200, 784}, {"NT", 20, 200, 200},
	}
}
