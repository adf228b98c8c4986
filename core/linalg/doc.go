// Package linalg solves the small dense systems of closed-form models: Cholesky factors
// and what they give, and the eigenvectors of symmetric matrices. Matrices are float64,
// row-major, n by n. Every sum is in the order written, rounded one by one, so that the
// same bits come out on every machine; products of size belong to package blas.
package linalg
