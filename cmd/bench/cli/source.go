package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

// quote finds the doc comment of a type in a package's own text, and the file
// that has it; empty if there is none.
func quote(source fs.FS, name string) (doc, file string, err error) {
	files, err := fs.Glob(source, "*.go")
	if err != nil {
		return "", "", err
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		text, err := fs.ReadFile(source, f)
		if err != nil {
			return "", "", err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return "", "", err
		}
		for _, d := range parsed.Decls {
			group, ok := d.(*ast.GenDecl)
			if !ok || group.Tok != token.TYPE {
				continue
			}
			for _, s := range group.Specs {
				if spec := s.(*ast.TypeSpec); spec.Name.Name == name {
					comment := spec.Doc
					if comment == nil {
						comment = group.Doc
					}
					return comment.Text(), path.Base(f), nil
				}
			}
		}
	}
	return "", "", nil
}
