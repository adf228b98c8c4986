"use strict";
// Tables that sort, filter, hide columns and copy themselves, with their state in the
// address; numbers that lead to their cells; a theme. The page is whole without it.
(() => {
const PAGE = 200; // rows of a long table at a time
const make = (tag, props = {}, ...kids) => {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(props)) k in e ? e[k] = v : e.setAttribute(k, v);
  e.append(...kids);
  return e;
};
const words = e => e.textContent.replace(/\s+/g, " ").trim();
const number = text => parseFloat(text.replace(/^[<>≥≤] ?/, "").replace("−", "-"));

// A column of a long table: an array, or the different texts and the place of each.
const column = c => Array.isArray(c) ? i => c[i] ?? "–" : i => c.d[c.i[i]];

class Table {
  constructor(el) {
    this.el = el;
    this.heads = [...el.tHead.rows[0].cells];
    this.names = this.heads.map(h => h.firstChild?.textContent.trim() ?? "");
    this.hidden = new Set(this.first());
    this.sort = 0; // column + 1, negative downwards
    this.query = "";
    this.shown = PAGE;
  }

  // ready gives the table its tools, once it is near the reader.
  ready() {
    if (this.search) return;
    this.tools();
    this.draw();
    this.search.hidden = this.count.hidden = this.rows.length < 5; // all of it is in sight
  }

  // first hides what a wide table does not show at once.
  first() {
    const show = +this.el.dataset.show || Infinity, last = this.heads.length - 1;
    return this.names.map((_, i) => i).filter(i => i >= show && i < last);
  }

  read() {
    if (this.rows) return;
    const el = this.el;
    if (!el.dataset.rows) {
      const units = el.tBodies.length > 1 ? [...el.tBodies] : [...el.tBodies[0].rows];
      this.rows = units.map((unit, at) => {
        const cells = [...(unit.rows ? unit.rows[0] : unit).cells];
        return {unit, at, cells, texts: cells.map(words)};
      });
      return;
    }
    const columns = JSON.parse(document.getElementById(el.dataset.rows).textContent).map(column);
    const n = +el.dataset.n;
    this.rows = Array.from({length: n}, (_, at) => ({at, texts: columns.map(c => String(c(at)))}));
  }

  // unit is the element of a row, made when it is first shown.
  unit(row) {
    if (!row.unit) {
      row.cells = row.texts.map((text, i) => make("td", {className: this.heads[i].className, textContent: text}));
      row.unit = make("tr", {}, ...row.cells);
    }
    return row.unit;
  }

  tools() {
    const id = this.el.id;
    this.search = make("input", {type: "search", id: id + "-q", placeholder: "Filter", autocomplete: "off"});
    this.search.setAttribute("aria-label", "Filter: " + this.el.closest(".scroll").getAttribute("aria-label"));
    this.search.addEventListener("input", () => { this.query = this.search.value; this.shown = PAGE; this.draw(); keep(); });
    this.count = make("span", {className: "count-of", role: "status"});
    this.boxes = this.names.map((name, i) => {
      const box = make("input", {type: "checkbox", checked: !this.hidden.has(i)});
      box.addEventListener("change", () => { this.hidden[box.checked ? "delete" : "add"](i); this.draw(); keep(); });
      return box;
    });
    const columns = make("details", {className: "columns"}, make("summary", {textContent: "Columns"}),
      make("div", {}, ...this.names.map((name, i) => make("label", {}, this.boxes[i], " " + name))));
    const copies = [["CSV", csv], ["Markdown", markdown], ["LaTeX", latex]].map(([name, write]) => {
      const b = make("button", {type: "button", textContent: name});
      b.setAttribute("aria-label", "Copy as " + name);
      b.addEventListener("click", () => copy(b, write(this)));
      return b;
    });
    const bar = make("div", {className: "tools"}, this.search, this.count, columns, make("span", {className: "copies"}, "Copy ", ...copies));
    this.el.closest(".scroll").before(bar);
    if (this.el.dataset.again) {
      this.again = make("p", {className: "again"});
      bar.after(this.again);
    }
    this.more = make("button", {type: "button", className: "more-rows"});
    this.more.addEventListener("click", () => { this.shown += 5 * PAGE; this.draw(); });
    this.el.closest(".scroll").after(this.more);
    this.heads.forEach((h, i) => {
      const b = make("button", {type: "button"}, ...h.childNodes);
      b.addEventListener("click", () => {
        this.sort = this.sort == i + 1 ? -i - 1 : this.sort == -i - 1 ? 0 : i + 1;
        this.draw();
        keep();
      });
      h.append(b);
    });
  }

  // kept are the rows that pass the filter, in order: every word of it is in the row, and the
  // number of a configuration is the whole of a cell.
  kept() {
    const terms = this.query.toLowerCase().split(/\s+/).filter(Boolean);
    let rows = this.rows.filter(r => terms.every(t => /^c\d+$/.test(t) ? r.texts.includes(t)
      : (r.all ??= (r.unit ? words(r.unit) : r.texts.join(" ")).toLowerCase()).includes(t)));
    if (!this.sort) return rows;
    const i = Math.abs(this.sort) - 1, sign = Math.sign(this.sort);
    const keyed = rows.map(r => ({r, text: r.texts[i], n: number(r.texts[i])}));
    const byNumber = this.heads[i].classList.contains("num");
    keyed.sort((a, b) => byNumber
      ? isNaN(a.n) - isNaN(b.n) || sign * (a.n - b.n) || a.r.at - b.r.at // what has no number comes last
      : sign * a.text.localeCompare(b.text, "en", {numeric: true}) || a.r.at - b.r.at);
    return keyed.map(k => k.r);
  }

  draw() {
    this.read();
    const rows = this.kept(), shown = this.el.dataset.rows ? rows.slice(0, this.shown) : rows;
    const order = shown.map(r => r.at).join(); // moving nothing costs nothing
    if (order != (this.order ?? (this.el.dataset.rows ? "" : this.rows.map(r => r.at).join()))) {
      const units = shown.map(r => this.unit(r));
      if (this.bodies ??= this.el.tBodies.length > 1) {
        this.rows.forEach(r => r.unit.remove());
        this.el.append(...units);
      } else {
        this.el.tBodies[0].replaceChildren(...units);
      }
    }
    this.order = order;
    this.heads.forEach((h, i) => {
      h.hidden = this.hidden.has(i);
      const by = Math.abs(this.sort) == i + 1;
      by ? h.setAttribute("aria-sort", this.sort > 0 ? "ascending" : "descending") : h.removeAttribute("aria-sort");
    });
    if (this.hidden.size || this.hid) for (const r of shown) r.cells.forEach((c, i) => { c.hidden = this.hidden.has(i); });
    this.hid = this.hidden.size > 0;
    this.boxes.forEach((b, i) => { b.checked = !this.hidden.has(i); });
    if (this.search.value != this.query) this.search.value = this.query;
    this.count.textContent = rows.length == this.rows.length ? `${rows.length} rows` : `${rows.length} of ${this.rows.length} rows`;
    this.more.hidden = shown.length == rows.length;
    this.more.textContent = `${rows.length - shown.length} more rows`;
    if (this.again) this.command(rows);
  }

  // command reruns the cells that are left, once they are few.
  command(rows) {
    const ids = rows.slice(0, 21).map(r => r.texts.at(-1));
    if (!ids.length || ids.length > 20) {
      this.again.textContent = "Filter to 20 rows or fewer for the command that reruns them.";
      return;
    }
    const text = this.el.dataset.again + " " + ids.join(" ");
    const b = make("button", {type: "button", textContent: "Copy"});
    b.addEventListener("click", () => copy(b, text));
    this.again.replaceChildren("Again: ", make("code", {textContent: text}), " ", b);
  }

  // grid is what one sees, as texts, the heads first.
  grid() {
    this.read();
    const at = this.names.map((_, i) => i).filter(i => !this.hidden.has(i));
    return [at.map(i => this.names[i]), ...this.kept().map(r => at.map(i => r.texts[i]))];
  }

  state() {
    const s = {};
    if (this.query) s.q = this.query;
    if (this.sort) s.s = this.sort;
    const hidden = [...this.hidden].sort((a, b) => a - b).join();
    if (hidden != this.first().join()) s.h = hidden;
    return s;
  }

  set(s) {
    this.ready();
    this.query = s.q ?? "";
    this.sort = +(s.s ?? 0);
    this.hidden = new Set(s.h === undefined ? this.first() : s.h.split(",").filter(Boolean).map(Number));
    this.draw();
  }
}

const quoted = x => /[",\n]/.test(x) ? `"${x.replaceAll('"', '""')}"` : x;
const csv = t => t.grid().map(row => row.map(quoted).join(",")).join("\n") + "\n";
const markdown = t => {
  const [head, ...rows] = t.grid(), numeric = t.heads.filter((_, i) => !t.hidden.has(i)).map(h => h.classList.contains("num"));
  const line = cells => "| " + cells.join(" | ") + " |\n";
  const safe = row => row.map(x => x.replace(/[\\|<*_`[]/g, c => c == "<" ? "&lt;" : "\\" + c));
  return line(safe(head)) + line(numeric.map(n => n ? "---:" : "---")) + rows.map(r => line(safe(r))).join("");
};
const TEX = {"\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#", "^": "\\^{}", "_": "\\_", "%": "\\%", "~": "\\~{}",
  "±": "$\\pm$", "–": "--", "−": "$-$", "<": "$<$", ">": "$>$", "≥": "$\\ge$", "≤": "$\\le$", "✓": "$\\checkmark$", "✗": "$\\times$"};
const latex = t => {
  const [head, ...rows] = t.grid(), align = t.heads.filter((_, i) => !t.hidden.has(i)).map(h => h.classList.contains("num") ? "r" : "l").join("");
  const line = row => row.map(x => x.replace(/[\\{}$&#^_%~±–−<>≥≤✓✗]/g, c => TEX[c])).join(" & ") + " \\\\\n";
  return `\\begin{tabular}{${align}}\n\\toprule\n${line(head)}\\midrule\n${rows.map(line).join("")}\\bottomrule\n\\end{tabular}\n`;
};

async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // an old browser, or one that lets no file write there
    const area = make("textarea", {value: text, className: "copied"});
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const was = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = was; }, 1200);
}

const tables = new Map();
for (const el of document.querySelectorAll("table.tab")) tables.set(el.id, new Table(el));

// show opens what a thing is in.
const show = e => { for (let d = e?.closest("details"); d; d = d.parentElement.closest("details")) d.open = true; };

// The state of all tables is the address after #~: #~t-claims.q=iwae&t-claims.s=-3.
function keep() {
  const out = new URLSearchParams();
  for (const [id, t] of tables) for (const [k, v] of Object.entries(t.state())) out.set(id + "." + k, v);
  const text = out.toString();
  history.replaceState(null, "", text ? "#~" + text : location.pathname + location.search);
}
function restore() {
  if (!location.hash.startsWith("#~")) {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    show(target);
    target?.scrollIntoView();
    return;
  }
  const of = new Map();
  for (const [name, v] of new URLSearchParams(location.hash.slice(2))) {
    const dot = name.lastIndexOf("."), id = name.slice(0, dot);
    if (!tables.has(id)) continue;
    if (!of.has(id)) of.set(id, {});
    of.get(id)[name.slice(dot + 1)] = v;
  }
  for (const [id, s] of of) { tables.get(id).set(s); show(tables.get(id).el); }
  const first = of.keys().next().value;
  if (first) tables.get(first).el.closest("section").scrollIntoView();
}

// A table is made ready when it is near: those in closed details wait.
const seen = new IntersectionObserver(entries => {
  for (const e of entries) if (e.isIntersecting) {
    seen.unobserve(e.target);
    tables.get(e.target.id).ready();
  }
}, {rootMargin: "600px"});
for (const t of tables.values()) seen.observe(t.el);

// The number of a configuration leads to its cells, filtered.
addEventListener("click", e => {
  const link = e.target.closest?.("a.ref");
  if (!link) return;
  const section = link.closest(".chapter").querySelector("section[id$=cells]");
  for (const el of section.querySelectorAll("table.bulk")) {
    const t = tables.get(el.id);
    t.read();
    if (!el.dataset.again || !t.rows.some(r => r.texts[0] == link.dataset.q)) continue;
    e.preventDefault();
    show(el);
    t.ready();
    t.query = link.dataset.q;
    t.draw();
    keep();
    t.search.closest(".tools").scrollIntoView({block: "center"});
    t.search.focus({preventScroll: true});
    return;
  }
});
addEventListener("hashchange", restore);

// Paper has everything open; what was closed closes again.
let closed = [];
addEventListener("beforeprint", () => { closed = [...document.querySelectorAll("details:not([open])")].filter(d => !d.matches(".columns")); for (const d of closed) d.open = true; for (const t of tables.values()) t.ready(); });
addEventListener("afterprint", () => { for (const d of closed) d.open = false; });

// Light or dark by the reader's system, or by the button.
const dark = [...document.styleSheets[0].cssRules].find(r => r.media?.mediaText.includes("dark"));
const isDark = () => dark.media.mediaText == "screen" || dark.media.mediaText.includes("dark") && matchMedia(dark.media.mediaText).matches;
const theme = make("button", {type: "button", className: "theme"});
const named = () => { theme.textContent = isDark() ? "Light" : "Dark"; theme.setAttribute("aria-label", (isDark() ? "Light" : "Dark") + " theme"); };
theme.addEventListener("click", () => { dark.media.mediaText = isDark() ? "not all" : "screen"; named(); });
named();
document.querySelector("nav.bar").append(theme);

// While a run goes on the file is written again and again.
if ("live" in document.body.dataset) {
  const stop = make("button", {type: "button", className: "theme", textContent: "Stop following"});
  let timer = setInterval(() => { if (!document.hidden) location.reload(); }, 5000);
  stop.addEventListener("click", () => { clearInterval(timer); stop.remove(); });
  document.querySelector("nav.bar").append(stop);
}
restore();
})();
