package gate

import (
	"encoding/xml"
	"io"
	"strings"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string    `xml:"classname,attr"`
	Name    string    `xml:"name,attr"`
	Failure *junitSay `xml:"failure"`
	Skipped *junitSay `xml:"skipped"`
	Out     string    `xml:"system-out,omitempty"`
}

type junitSay struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes the reports as JUnit XML, a test case a line of theirs. What is
// inconclusive is skipped, or under strict a failure.
func JUnit(w io.Writer, reports []*Report, strict bool) error {
	all := junitSuites{Name: "bench check"}
	for _, r := range reports {
		s := junitSuite{Name: r.Suite + "/" + r.Preset}
		for _, l := range r.lines() {
			c := junitCase{Class: printable(r.Suite + "." + l.ring), Name: printable(l.subject)}
			said := strings.Join(l.more, "\n")
			switch {
			case l.level == bad || strict && l.open:
				if l.verdict == "BITS DIFFER" {
					said += "\n" + versions
				}
				c.Failure = &junitSay{l.verdict, said}
				s.Failures++
			case l.level == note:
				c.Skipped = &junitSay{l.verdict, said}
				s.Skipped++
			default:
				c.Out = strings.TrimSpace(l.verdict + "\n" + said)
			}
			s.Cases = append(s.Cases, c)
		}
		s.Tests = len(s.Cases)
		all.Tests, all.Failures = all.Tests+s.Tests, all.Failures+s.Failures
		all.Suites = append(all.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
