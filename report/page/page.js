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
const plain = text => text.replace(/\s+/g, " ").trim();
// What stands under a text is set off from it.
const words = e => {
  if (!e.querySelector(".under")) return plain(e.textContent);
  const copy = e.cloneNode(true);
  for (const under of copy.querySelectorAll(".under")) under.prepend("; ");
  return plain(copy.textContent).replaceAll(" ; ", "; ");
};
const number = text => parseFloat(text.replace(/^[<>≥≤] ?/, "").replace("−", "-"));
const isNumeric = head => head.classList.contains("num") || "num" in head.dataset;

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
    this.search.addEventListener("input", () => { this.query = this.search.value; this.shown = PAGE; this.draw(); keep(this); });
    this.count = make("span", {className: "count-of", role: "status"});
    this.boxes = this.names.map((name, i) => {
      const box = make("input", {type: "checkbox", checked: !this.hidden.has(i)});
      box.addEventListener("change", () => { this.hidden[box.checked ? "delete" : "add"](i); this.draw(); keep(this); });
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
    this.cut = make("p", {className: "note cut"});
    this.el.closest(".scroll").after(this.more, this.cut);
    this.heads.forEach((h, i) => {
      const b = make("button", {type: "button"}, ...h.childNodes);
      b.addEventListener("click", () => {
        this.sort = this.sort == i + 1 ? -i - 1 : this.sort == -i - 1 ? 0 : i + 1;
        this.draw();
        keep(this);
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
    const byNumber = isNumeric(this.heads[i]);
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
    this.cut.hidden = this.more.hidden;
    this.cut.textContent = `${this.more.textContent} are not on paper: bench export has all.`;
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

  // columns are what one sees, for copies: a column whose head names parts is one column a part,
  // of the data of its cells.
  columns() {
    this.read();
    const rows = this.kept();
    return this.names.flatMap((name, i) => {
      if (this.hidden.has(i)) return [];
      const head = this.heads[i], bold = rows.map(r => !!r.cells?.[i]?.querySelector("strong"));
      if (!head.dataset.parts) return [{name, texts: rows.map(r => r.texts[i]), bold, num: head.classList.contains("num")}];
      return head.dataset.parts.split(",").map(part => {
        const texts = rows.map(r => r.cells[i].dataset[part] ?? "");
        return {name: part, texts, bold, num: texts.some(x => !isNaN(number(x))) && texts.every(x => x == "" || x == "–" || !isNaN(number(x)))};
      });
    });
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

// lines of a table, the head first, each text as written by of(text, whether it is bold).
const lines = (columns, of) => [columns.map(c => of(c.name, false)),
  ...(columns[0]?.texts ?? []).map((_, i) => columns.map(c => of(c.texts[i], c.bold[i])))];
const quoted = x => /[",\n]/.test(x) ? `"${x.replaceAll('"', '""')}"` : x;
const csv = t => lines(t.columns(), quoted).map(row => row.join(",")).join("\n") + "\n";
const markdown = t => {
  const columns = t.columns(), line = cells => "| " + cells.join(" | ") + " |\n";
  const safe = x => x.replace(/[\\|<*_`[]/g, c => c == "<" ? "&lt;" : "\\" + c);
  const [head, ...rows] = lines(columns, (x, bold) => bold ? `**${safe(x)}**` : safe(x));
  return line(head) + line(columns.map(c => c.num ? "---:" : "---")) + rows.map(line).join("");
};
const TEX = {"\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#", "^": "\\^{}", "_": "\\_", "%": "\\%", "~": "\\~{}",
  "±": "$\\pm$", "–": "--", "−": "$-$", "<": "$<$", ">": "$>$", "≥": "$\\ge$", "≤": "$\\le$", "✓": "$\\checkmark$", "✗": "$\\times$"};
const latex = t => {
  const columns = t.columns(), line = row => row.join(" & ") + " \\\\\n";
  const safe = x => x.replace(/[\\{}$&#^_%~±–−<>≥≤✓✗]/g, c => TEX[c]).replace(/(^|[ [(])-(?=\d)/g, "$1$$-$$"); // hyphens that are signs
  const [head, ...rows] = lines(columns, (x, bold) => bold ? `\\textbf{${safe(x)}}` : safe(x));
  return `\\begin{tabular}{${columns.map(c => c.num ? "r" : "l").join("")}}\n\\toprule\n${line(head)}\\midrule\n${rows.map(line).join("")}\\bottomrule\n\\end{tabular}\n`;
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

// show opens what a thing is in, and of a claim what it says more.
const show = e => {
  for (let d = e?.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
  for (const d of e?.querySelectorAll(":scope > .more details") ?? []) d.open = true;
};
const into = t => { show(t.el); (t.search?.closest(".tools") ?? t.el).scrollIntoView({block: "center"}); };

// The state of all tables is the address after #~: #~t-claims.q=iwae&t-claims.s=-3; of several,
// at is the one that was touched last. What leads elsewhere is a step that Back takes back.
function keep(table, jump) {
  const out = new URLSearchParams();
  for (const [id, t] of tables) for (const [k, v] of Object.entries(t.state())) out.set(id + "." + k, v);
  if (new Set([...out.keys()].map(k => k.slice(0, k.lastIndexOf(".")))).size > 1) out.set("at", table.el.id);
  const text = out.toString(), to = text ? "#~" + text : location.pathname + location.search;
  if (!jump) return history.replaceState(history.state, "", to);
  history.replaceState({y: scrollY}, "", location.href);
  history.pushState({jump: table.el.id}, "", to);
}
// apply gives every table what the address says of it, and is the table to look at.
function apply() {
  const of = new Map(), asked = new URLSearchParams(location.hash.startsWith("#~") ? location.hash.slice(2) : "");
  for (const [name, v] of asked) {
    const dot = name.lastIndexOf("."), id = name.slice(0, dot);
    if (!tables.has(id)) continue;
    if (!of.has(id)) of.set(id, {});
    of.get(id)[name.slice(dot + 1)] = v;
  }
  for (const [id, t] of tables) {
    if (of.has(id)) t.set(of.get(id)), show(t.el);
    else if (t.search && Object.keys(t.state()).length) t.set({});
  }
  return tables.get(asked.get("at")) ?? tables.get(of.keys().next().value);
}
function restore() {
  if (location.hash && !location.hash.startsWith("#~")) {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    show(target);
    target?.scrollIntoView();
    return;
  }
  const table = apply();
  if (table) into(table);
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
    keep(t, true);
    into(t);
    t.search.focus({preventScroll: true});
    return;
  }
});
addEventListener("hashchange", () => { if (!history.state) restore(); });
addEventListener("popstate", e => {
  if (!e.state) return; // a link within the page, or a typed address
  const table = apply();
  e.state.y === undefined ? table && into(table) : scrollTo(0, e.state.y);
});

// Paper has everything open and long tables up to some thousands of rows; what was closed
// closes again.
const PAPER = 3000;
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")].filter(d => !d.matches(".columns"));
  for (const d of closed) d.open = true;
  for (const t of tables.values()) {
    t.ready();
    t.onScreen = t.shown;
    t.shown = Math.max(t.shown, PAPER);
    t.draw();
  }
});
addEventListener("afterprint", () => {
  for (const d of closed) d.open = false;
  for (const t of tables.values()) { t.shown = t.onScreen ?? t.shown; t.draw(); }
});

// Light or dark by the reader's system, or by the button.
const dark = [...document.styleSheets[0].cssRules].find(r => r.media?.mediaText.includes("dark"));
const isDark = () => dark.media.mediaText == "screen" || dark.media.mediaText.includes("dark") && matchMedia(dark.media.mediaText).matches;
const theme = make("button", {type: "button", className: "theme"});
const named = () => { theme.textContent = isDark() ? "Light" : "Dark"; theme.setAttribute("aria-label", (isDark() ? "Light" : "Dark") + " theme"); };
theme.addEventListener("click", () => { dark.media.mediaText = isDark() ? "not all" : "screen"; named(); });

// A page that is read again, with more in it, has what was open, the table rows, the focus
// and the place: how far the last thing with a name above it is from the top.
const names = e => e.matches("figure") ? e.closest("section").id + " " + e.querySelector(".title").textContent
  : e.dataset.of ? e.closest("section").id + " " + e.dataset.of : e.id;
const place = d => {
  if (d.dataset.of) return names(d);
  const figure = d.closest("figure");
  if (figure) return names(figure);
  const home = d.parentElement.closest("[id]") ?? document.body;
  return home.id + " " + [...home.querySelectorAll("details:not(.columns, [data-of])")].indexOf(d);
};
const kept = () => document.querySelectorAll("details:not(.columns)");
const marks = () => [...document.querySelectorAll("section[id], figure, details[data-of], .claims > tbody[id], table[id]")];
const aside = () => [...document.querySelectorAll(".scroll")].flatMap(e => { const id = e.querySelector("table[id]")?.id; return id ? [[id, e]] : []; });
const REMEMBERED = "bench report " + location.pathname;
const remember = () => {
  const above = marks().filter(e => e.offsetParent && e.getBoundingClientRect().top <= 80).at(-1), active = document.activeElement;
  try {
    sessionStorage.setItem(REMEMBERED, JSON.stringify({theme: dark.media.mediaText, open: [...kept()].filter(d => d.open).map(place),
      closed: [...kept()].filter(d => !d.open).map(place), y: scrollY, above: above && [names(above), above.getBoundingClientRect().top],
      aside: aside().map(([name, e]) => [name, e.scrollLeft]).filter(([, x]) => x > 0),
      shown: [...tables].filter(([, t]) => t.shown != PAGE).map(([id, t]) => [id, t.shown]),
      focus: active?.id && [active.id, active.selectionStart, active.selectionEnd]}));
  } catch { /* no storage: the page opens as it does first */ }
};
let was;
try {
  was = JSON.parse(sessionStorage.getItem(REMEMBERED));
  sessionStorage.removeItem(REMEMBERED);
} catch { /* as above */ }
// resume is restore for a page that was here a moment ago.
function resume() {
  for (const [id, shown] of was.shown) if (tables.has(id)) tables.get(id).shown = shown;
  apply();
  const open = new Set(was.open), closed = new Set(was.closed);
  for (const d of kept()) d.open = open.has(place(d)) || d.open && !closed.has(place(d));
  const moved = new Map(was.aside);
  for (const [name, e] of aside()) if (moved.has(name)) e.scrollLeft = moved.get(name);
  const [id, from, to] = was.focus || [], back = () => {
    const above = was.above && marks().find(e => names(e) == was.above[0]);
    scrollTo({top: above ? scrollY + above.getBoundingClientRect().top - was.above[1] : was.y, behavior: "instant"});
  };
  for (const t of tables.values()) if (t.el.id + "-q" == id) t.ready();
  const focused = id && document.getElementById(id);
  focused?.focus({preventScroll: true});
  if (from != null) focused?.setSelectionRange?.(from, to);
  history.scrollRestoration = "manual";
  back();
  // Tables near the place are made ready next, and move it.
  let times = 0;
  const settle = () => { back(); if (++times < 4) requestAnimationFrame(settle); else history.scrollRestoration = "auto"; };
  addEventListener("load", () => requestAnimationFrame(settle));
}
if (was) dark.media.mediaText = was.theme;
named();
document.querySelector("nav.bar").append(theme);

// While a run goes on the file is written again and again.
if ("live" in document.body.dataset) {
  const stop = make("button", {type: "button", className: "theme", textContent: "Stop following"});
  let timer = setInterval(() => { if (!document.hidden) { remember(); location.reload(); } }, 5000);
  stop.addEventListener("click", () => { clearInterval(timer); stop.remove(); });
  document.querySelector("nav.bar").append(stop);
}
was ? resume() : restore();
})();
