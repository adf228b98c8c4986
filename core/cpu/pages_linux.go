package cpu

import "syscall"

// advise asks for large pages under the bytes from p on. Those at the ends reach past
// them, within the memory that Go has mapped; what is there loses nothing. An error
// is a system that has none to give.
func advise(p, size uintptr) {
	const page = 2 << 20
	from, to := p&^(page-1), (p+size+page-1)&^(page-1)
	syscall.Syscall(syscall.SYS_MADVISE, from, to-from, syscall.MADV_HUGEPAGE)
}
