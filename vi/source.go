package vi

import _ "embed"

// CapText is the Go text in which every capability has its line and what it is.
//
//go:embed sheet.go
var CapText string
