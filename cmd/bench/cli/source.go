package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"strings"
)

// quote finds the doc comment of a type, package.Type, in the text of a package
// or of several, and the file that declares it; both are empty if none does.
func quote(source fs.FS, name string) (doc, file string, err error) {
	pkg, name, _ := strings.Cut(name, ".")
	name, _, _ = strings.Cut(name, "[") // of a generic type
	err = fs.WalkDir(source, ".", func(at string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(at, ".go") {
			return err
		}
		text, err := fs.ReadFile(source, at)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), at, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		comment, found := declared(parsed, name)
		if parsed.Name.Name != pkg || !found {
			return nil
		}
		doc, file = comment.Text(), at
		return fs.SkipAll
	})
	return doc, file, err
}

// declared is the comment of a type in a file, and whether the file has the type.
func declared(file *ast.File, name string) (*ast.CommentGroup, bool) {
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok || group.Tok != token.TYPE {
			continue
		}
		for _, s := range group.Specs {
			spec := s.(*ast.TypeSpec)
			if spec.Name.Name != name {
				continue
			}
			if spec.Doc != nil {
				return spec.Doc, true
			}
			return group.Doc, true
		}
	}
	return nil, false
}
