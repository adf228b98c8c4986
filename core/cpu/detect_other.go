//go:build !amd64

package cpu

const detected = Portable
