package suites

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// A cell's ID is the SHA-256 of the canonical JSON of everything that decides
// its numbers: keys sorted, no spaces, numbers in the text of formatNumber,
// metrics as a sorted set. Only the seed differs between the cells of a
// combination, so the rest is encoded once.
type canonical struct{ head, tail string }

func (p *pass) canonical(c Cell) canonical {
	var b strings.Builder
	b.WriteByte('{')
	if p.cat.Core > 0 {
		b.WriteString(`"core":` + strconv.Itoa(p.cat.Core) + `,`)
	}
	b.WriteString(`"dataset":`)
	digest := ""
	if p.cat.Digest != nil {
		digest = p.cat.Digest(c.Dataset)
	}
	p.encodeChoice(&b, "dataset", c.Dataset, digest)
	b.WriteString(`,"estimator":`)
	p.encodeChoice(&b, "estimator", c.Estimator, "")
	b.WriteString(`,"metrics":[`)
	all := make([]string, len(c.Metrics))
	for i, m := range c.Metrics {
		var one strings.Builder
		p.encodeChoice(&one, "metric", m, "")
		all[i] = one.String()
	}
	slices.Sort(all)
	b.WriteString(strings.Join(slices.Compact(all), ","))
	b.WriteString(`],"model":`)
	p.encodeChoice(&b, "model", c.Model, "")
	b.WriteString(`,"precision":` + quote(c.Precision) + `,"seed":`)

	var t strings.Builder
	t.WriteString(`,"train":{`)
	if len(c.Train.At) > 0 { // absent where there are none, as it was before there were any
		t.WriteString(`"at":` + formatList(c.Train.At) + `,`)
	}
	t.WriteString(`"batch":` + strconv.Itoa(c.Train.Batch) + `,"every":` + strconv.Itoa(c.Train.Every))
	if c.Train.Follow != nil { // absent where there is none, as it was before there were any
		t.WriteString(`,"follow":`)
		p.encodeChoice(&t, "estimator", *c.Train.Follow, "")
	}
	t.WriteString(`,"optim":[`)
	for i, g := range c.Train.Optim {
		if i > 0 {
			t.WriteByte(',')
		}
		t.WriteString(`{"optim":`)
		p.encodeChoice(&t, "optimiser", g.Optim, "")
		t.WriteString(`,"prefix":` + quote(g.Prefix) + `}`)
	}
	t.WriteString(`],"steps":` + strconv.Itoa(c.Train.Steps) + `}}`)
	return canonical{b.String(), t.String()}
}

func (c canonical) id(seed int) string {
	sum := sha256.Sum256([]byte(c.head + strconv.Itoa(seed) + c.tail))
	return hex.EncodeToString(sum[:])
}

// encodeChoice writes digest, name, params, parts and version. Parts are the
// versions of estimators that parameters name: their numbers decide too.
func (p *pass) encodeChoice(b *strings.Builder, noun string, c Choice, digest string) {
	b.WriteByte('{')
	if digest != "" {
		b.WriteString(`"digest":` + quote(digest) + `,`)
	}
	b.WriteString(`"name":` + quote(c.Name) + `,"params":{`)
	e, _ := find(p.cat.group(noun), c.Name)
	var parts []string
	comma := ""
	for _, name := range sortedKeys(c.Params) {
		param, _ := e.param(name)
		value := encodeValue(c.Params[name])
		if param.Late && value == encodeValue(param.Default) {
			continue
		}
		b.WriteString(comma + quote(name) + ":" + value)
		comma = ","
		if param.Parts != "" {
			other, _ := c.Params[name].(string)
			named, _ := find(p.cat.group(param.Parts), other)
			parts = append(parts, quote(name)+":"+strconv.Itoa(named.Version))
		}
	}
	b.WriteByte('}')
	if len(parts) > 0 {
		b.WriteString(`,"parts":{` + strings.Join(parts, ",") + `}`)
	}
	b.WriteString(`,"version":` + strconv.Itoa(c.Version) + `}`)
}

func encodeValue(v any) string {
	if s, ok := v.(string); ok {
		return quote(s)
	}
	return formatValue(v)
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return strconv.Quote(s)
	}
	return string(b)
}
