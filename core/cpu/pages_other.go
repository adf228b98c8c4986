//go:build !linux

package cpu

func advise(p, size uintptr) {}
