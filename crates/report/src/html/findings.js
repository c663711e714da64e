
// ---- Findings: only the rows in view are in the document. ----

// A price in several currencies has a line for each, and all rows are as high as the highest needs them.
const LINES = findings.money.reduce((most, money) => Math.max(most, money.length), 1);
const LONGEST = findings.money.flat().reduce((most, [currency, units]) => Math.max(most, formatAmount(units).length + currency.length + 3), 0);
const ROW = Math.max(38, LINES * 17 + 4); // Height of a row in pixels; --row in the style sheet.
const SPARE = 12; // Rows drawn beyond either edge of the view.
const PAPER = 200; // Findings that are printed.

const WAIVER = ["waiver_reason", "waiver_owner", "waiver_expires"];
const SEARCHED = ["message", "resource", "name", "rule", "key", "scope", "region", "kind", "environment", "application", "owner", "field", "value", ...WAIVER, "fingerprint"];
const FILTERS = ["level", "verdict", "rule", "cloud", "waived"];
const LEVELS = ["error", "warn", "info", "off"];

const DETAILS = [
  ["Level", "level"], ["Verdict", "verdict"], ["Rule", "rule"], ["Key", "key"], ["Resource", "resource"], ["Name", "name"], ["Kind", "kind"],
  ["Cloud", "cloud"], ["Scope", "scope"], ["Region", "region"], ["Environment", "environment"], ["Application", "application"], ["Owner", "owner"],
  ["Provenance", "provenance"], ["Demanded by", "demanded"], ["What to do", "suggestion"], ["Waived", "waiver"], ["Fingerprint", "fingerprint"], ["First seen", "first"],
];

// ---- Taking along: the findings in view as CSV, by the rules of findings.csv. ----

const EXPORTED = ["level", "verdict", "waived", "rule", "key", "cloud", "scope", "region", "kind", "resource", "name", "environment", "application", "owner",
  "message", "field", "value", "provenance", "demanded", "suggestion"];
const AFTER = [...WAIVER, "fingerprint", "first"];
const HEADS = { field: "evidence_field", value: "evidence_value", demanded: "demanded_by", first: "first_seen" };
const PLAIN = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const HIDDEN = /[\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

// What a spreadsheet would run as a formula gets a quote in front, in each part that one with `;` between its cells would see.
function inertCell(text) {
  // Nothing but a dash is what stands for nothing.
  if (text === "-") return text;
  const parts = text.split(";").map((part) => {
    const start = part.replace(HIDDEN, "").trimStart();
    return (/^[=+\-@＝＋－＠]/.test(start) && !PLAIN.test(start)) || /^[\t\r]/.test(part) ? "'" + part : part;
  });
  return parts.join(";").replace(HIDDEN, (c) => ({ "\n": "\\n", "\r": "\\r", "\t": "\\t" })[c] || "\\u{" + c.codePointAt(0).toString(16) + "}");
}

const quoted = (text) => (/[",\n\r]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text);

function plainAmount(units) {
  const size = units < 0n ? -units : units;
  const fraction = (size % UNIT).toString().padStart(12, "0").replace(/0{1,10}$/, "");
  return (units < 0n ? "-" : "") + size / UNIT + "." + fraction;
}

function csv(rows) {
  const { columns, money } = findings;
  const priced = billed.map((currency) => "cost_" + currency);
  const lines = [[...EXPORTED.map((name) => HEADS[name] || name), ...priced, ...AFTER.map((name) => HEADS[name] || name)].map((text) => quoted(inertCell(text))).join(",")];
  // A dictionary's word is made inert once, however many rows share it.
  const inert = Object.fromEntries([...EXPORTED, ...AFTER].map((name) => [name, columns[name].words.map((text) =>
    (name === "waived" ? (text === "waived" ? "yes" : "no") : quoted(inertCell(text ?? ""))))]));
  for (const row of rows) {
    const of = money[columns.money.codes[row]];
    const prices = billed.map((currency) => { const found = of.find(([name]) => name === currency); return found ? plainAmount(found[1]) : ""; });
    const cell = (name) => inert[name][columns[name].codes[row]];
    lines.push([...EXPORTED.map(cell), ...prices, ...AFTER.map(cell)].join(","));
  }
  return lines.join("\n") + "\n";
}

function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = element("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

function findingsTable() {
  const { rows, columns, money, isSum } = findings;
  const viewport = $("viewport");
  const body = $("visible");
  const word = ofFinding;
  const { currencies } = costs;

  const list = { order: identity(), sort: null, descending: false, view: identity(), selected: -1 };
  const shownAs = () => (list.sort === null ? "" : (list.descending ? "-" : "") + list.sort);

  function identity() {
    return Uint32Array.from({ length: rows }, (_, i) => i);
  }

  // The place of each word of a column in sorted order, so that rows compare as numbers.
  function ranks(name) {
    const words = columns[name].words;
    const order = [...words.keys()].sort((a, b) => {
      if (words[a] === null || words[b] === null) return (words[a] === null) - (words[b] === null);
      if (name === "money") return compareMoney(money[a], money[b]);
      if (name === "level") return LEVELS.indexOf(words[b]) - LEVELS.indexOf(words[a]);
      return words[a] < words[b] ? -1 : words[a] > words[b] ? 1 : 0;
    });
    const rank = new Int32Array(words.length);
    order.forEach((code, place) => { rank[code] = words[code] === null ? -1 : place; });
    return rank;
  }

  // Currencies are never converted: the bill's first one decides, then the next.
  function compareMoney(a, b) {
    for (const currency of currencies) {
      const [x, y] = [a, b].map((list) => list.find(([c]) => c === currency)?.[1] ?? null);
      if (x !== y) return x === null ? -1 : y === null ? 1 : x < y ? -1 : 1;
    }
    return 0;
  }

  function sort() {
    list.order = identity();
    if (list.sort) {
      const rank = ranks(list.sort);
      const codes = columns[list.sort].codes;
      const sign = list.descending ? -1 : 1;
      // Rows without a value come last whichever way.
      list.order.sort((a, b) => {
        const [x, y] = [rank[codes[a]], rank[codes[b]]];
        if (x === y) return a - b;
        if (x < 0 || y < 0) return x < 0 ? 1 : -1;
        return (x - y) * sign;
      });
    }
    for (const button of document.querySelectorAll("#list [data-sort]")) {
      const active = button.dataset.sort === list.sort;
      button.parentElement.setAttribute("aria-sort", active ? (list.descending ? "descending" : "ascending") : "none");
    }
    filter();
  }

  // A dictionary is searched once, however many rows share its words.
  function filter() {
    const tests = [];
    for (const name of [...PAGES, ...FILTERS]) {
      if (state[name] === null) continue;
      const { codes, words } = columns[name];
      const value = state[name] === "" ? null : state[name];
      const wanted = words.indexOf(value);
      tests.push((row) => codes[row] === wanted);
    }
    for (const part of state.search.toLowerCase().split(/\s+/).filter(Boolean)) {
      const hits = SEARCHED.map((name) => ({
        codes: columns[name].codes,
        hit: Uint8Array.from(columns[name].words, (text) => (text !== null && text.toLowerCase().includes(part) ? 1 : 0)),
      })).filter(({ hit }) => hit.includes(1));
      tests.push((row) => hits.some(({ codes, hit }) => hit[codes[row]] === 1));
    }
    list.view = tests.length ? list.order.filter((row) => tests.every((test) => test(row))) : list.order;
    list.selected = Math.min(list.selected, list.view.length - 1);
    say();
    viewport.scrollTop = 0;
    draw(true);
  }

  // What is shown, and what those resources cost: several findings of one resource share one price.
  function say() {
    const seen = new Uint8Array(columns.resource.words.length);
    const sums = new Map();
    let resources = 0;
    for (const row of list.view) {
      const resource = columns.resource.codes[row];
      if (seen[resource] || isSum[columns.kind.codes[row]]) continue;
      seen[resource] = 1;
      resources += 1;
      for (const [currency, units] of money[columns.money.codes[row]]) add(sums, currency, units);
    }
    $("status").textContent = count(list.view.length) + " of " + count(rows) + " findings, on " + count(resources) + (resources === 1 ? " resource" : " resources")
      + (sums.size ? " that cost " + formatMoney(inOrder(sums)) + (costs.shown ? " in " + costs.shown : "") : "");
  }

  let drawn = [-1, -1];
  const [above, below] = [space(), space()];
  body.append(above.line, below.line);
  // Lines are made once and filled anew: making a screen of them for every frame would keep a slow machine from the next one.
  const lines = [];

  function space() {
    const cell = element("td");
    return { line: element("tr", { class: "space", "aria-hidden": "true" }, cell), cell };
  }

  function draw(force) {
    const first = Math.max(0, Math.floor(viewport.scrollTop / ROW) - SPARE);
    const last = Math.min(list.view.length, Math.ceil((viewport.scrollTop + viewport.clientHeight) / ROW) + SPARE);
    if (!force && first === drawn[0] && last === drawn[1]) return;
    const moved = first - drawn[0];
    drawn = [first, last];
    const keep = body.contains(document.activeElement);
    while (lines.length > last - first) lines.pop().line.remove();
    while (lines.length < last - first) { lines.push(blank()); below.line.before(lines.at(-1).line); }
    // Those that stay in view stay as they are.
    if (Math.abs(moved) < lines.length) {
      for (let n = 0; n < moved; n++) { lines.push(lines.shift()); below.line.before(lines.at(-1).line); }
      for (let n = 0; n < -moved; n++) { lines.unshift(lines.pop()); above.line.after(lines[0].line); }
    }
    above.cell.style.height = first * ROW + "px";
    below.cell.style.height = (list.view.length - last) * ROW + "px";
    lines.forEach((one, n) => {
      const at = first + n;
      if (force || one.at !== at) fill(one, at);
      const current = at === Math.max(list.selected, 0) || (list.selected < first && at === first);
      one.line.tabIndex = current ? 0 : -1;
    });
    $("list").setAttribute("aria-rowcount", list.view.length + 1);
    if (keep) body.querySelector("[tabindex='0']")?.focus({ preventScroll: true });
  }

  function blank() {
    const cells = Array.from({ length: 7 }, () => element("td"));
    const [level, state, resource] = [element("span"), element("span", { class: "state" }), element("bdi")];
    // Texts are nodes of their own, so that a new one is one change.
    const texts = [level, state, cells[1], cells[2], resource, cells[4], cells[5], cells[6]].map((place) => place.appendChild(document.createTextNode("")));
    level.append(state);
    cells[0].append(level);
    // The end of an id tells more than its beginning.
    cells[3].className = "tail";
    cells[3].append(resource);
    cells[6].className = "n price";
    return { at: -1, line: element("tr", {}, ...cells), cells, level, texts };
  }

  function fill(one, at) {
    const row = list.view[at];
    const waived = word("waived", row) === "waived";
    const [level, verdict] = [word("level", row), word("verdict", row)];
    const told = ["rule", "message", "resource", "environment", "application"].map((name) => word(name, row));
    const shown = [level, waived ? " · waived" : verdict === "violated" ? "" : " · undet.", ...told.map((text) => text ?? "–"), moneyParts(money[columns.money.codes[row]]).join("\n") || "–"];
    shown.forEach((text, n) => { one.texts[n].data = text; });
    [level + ", " + verdict + (waived ? ", waived" : ""), ...told].forEach((title, n) => {
      if (title === null) one.cells[n].removeAttribute("title");
      else one.cells[n].title = title;
    });
    // A narrow screen has no column for the resource: its name stands below what is wrong with it.
    one.cells[2].dataset.resource = word("name", row) ?? told[2];
    one.at = at;
    one.level.className = "level " + level;
    one.line.className = "item" + (waived ? " waived" : "");
    one.line.dataset.at = at;
    one.line.setAttribute("aria-rowindex", at + 2);
    one.line.setAttribute("aria-selected", at === list.selected ? "true" : "false");
  }

  function details(at) {
    list.selected = at;
    draw(true);
    const row = list.view[at];
    const entries = element("dl");
    const entry = (title, text, mono) => { if (text) entries.append(element("dt", {}, title), element("dd", { class: mono ? "mono" : null }, text)); };
    entry("Price" + (costs.shown ? ", " + costs.shown : ""), formatMoney(money[columns.money.codes[row]]));
    const field = word("field", row);
    if (field !== null) {
      const value = word("value", row);
      const missing = word("verdict", row) === "undetermined" ? " was not read" : " is absent";
      entry("Evidence", value === null ? field + missing : field + " = " + (value === "" ? "(empty)" : value), true);
    }
    for (const [title, name] of DETAILS) entry(title, name === "waiver" ? waiverOf(row) : word(name, row), ["resource", "fingerprint", "demanded", "suggestion"].includes(name));
    const close = element("button", { type: "button", class: "close", "aria-label": "Close details" }, "×");
    close.addEventListener("click", hide);
    const panel = $("details");
    panel.replaceChildren(close, element("h3", { id: "details-title" }, word("message", row)), entries);
    panel.hidden = false;
    panel.scrollTop = 0;
    panel.parentElement.classList.add("open");
  }

  function waiverOf(row) {
    const [reason, owner, expires] = WAIVER.map((name) => word(name, row));
    return reason === null ? null : reason + " (" + owner + ", until " + expires + ")";
  }

  function hide() {
    const at = list.selected;
    $("details").hidden = true;
    $("details").parentElement.classList.remove("open");
    list.selected = -1;
    draw(true);
    body.querySelector("[data-at='" + at + "']")?.focus();
  }

  function move(at) {
    const target = Math.max(0, Math.min(list.view.length - 1, at));
    const top = target * ROW;
    const room = viewport.clientHeight - 2 * ROW;
    if (top < viewport.scrollTop) viewport.scrollTop = top;
    else if (top > viewport.scrollTop + room) viewport.scrollTop = top - room;
    draw(true);
    if (!$("details").hidden) details(target);
    const item = body.querySelector("[data-at='" + target + "']");
    for (const other of body.querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
    if (item) { item.tabIndex = 0; item.focus({ preventScroll: true }); }
  }

  function fillFilters() {
    for (const select of document.querySelectorAll("#filters select")) {
      const name = select.dataset.column;
      const { words, codes } = columns[name];
      const totals = new Map();
      for (const code of codes) totals.set(words[code], (totals.get(words[code]) || 0) + 1);
      const order = [...words].sort((a, b) => (a === null) - (b === null) || (a < b ? -1 : 1));
      if (name === "level") order.sort((a, b) => LEVELS.indexOf(a) - LEVELS.indexOf(b));
      choose(select, order, name, (text) => (text === null ? "none" : text) + " (" + count(totals.get(text)) + ")");
    }
  }

  // A rule's name in the table of rules shows its findings.
  function linkRules() {
    for (const cell of document.querySelectorAll("[data-rule]")) {
      if (!columns.rule.words.includes(cell.dataset.rule)) continue;
      const button = element("button", { type: "button", class: "link" }, cell.dataset.rule);
      button.addEventListener("click", () => { change({ rule: cell.dataset.rule }, true); go("findings"); });
      cell.replaceChildren(button);
    }
  }

  function listen() {
    let waiting = 0;
    $("search").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => change({ search: $("search").value }, false), 120); });
    $("filters").addEventListener("reset", (event) => { event.preventDefault(); change({ search: "", ...Object.fromEntries(FILTERS.map((name) => [name, null])) }, true); });
    $("filters").addEventListener("submit", (event) => event.preventDefault());
    $("export").addEventListener("click", () => download("findings.csv", csv(list.view)));
    for (const button of document.querySelectorAll("#list [data-sort]")) {
      button.addEventListener("click", () => {
        // First the useful way round, then the other, then the report's own order.
        const down = ["money", "level"].includes(button.dataset.sort);
        if (list.sort !== button.dataset.sort) [list.sort, list.descending] = [button.dataset.sort, down];
        else if (list.descending === down) list.descending = !down;
        else [list.sort, list.descending] = [null, false];
        change({ sort: shownAs() }, false);
      });
    }
    let frame = 0;
    const later = () => { if (!frame) frame = requestAnimationFrame(() => { frame = 0; draw(false); }); };
    viewport.addEventListener("scroll", later, { passive: true });
    addEventListener("resize", later);
    body.addEventListener("click", (event) => {
      const item = event.target.closest(".item");
      if (item) { details(Number(item.dataset.at)); body.querySelector("[data-at='" + item.dataset.at + "']")?.focus({ preventScroll: true }); }
    });
    body.addEventListener("keydown", (event) => {
      const item = event.target.closest(".item");
      if (!item) return;
      const at = Number(item.dataset.at);
      const page = Math.max(1, Math.floor(viewport.clientHeight / ROW) - 2);
      const target = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: list.view.length - 1 }[event.key];
      if (target !== undefined) { event.preventDefault(); move(target); }
      else if (event.key === "Enter" || event.key === " ") { event.preventDefault(); details(at); move(at); }
    });
    addEventListener("keydown", (event) => { if (event.key === "Escape" && !$("details").hidden) hide(); });
    // On paper: the first of what the filters left.
    addEventListener("beforeprint", () => {
      $("paper").replaceChildren(...Array.from(list.view.slice(0, PAPER), (row) => element("tr", {},
        element("td", {}, word("level", row) + (word("verdict", row) === "violated" ? "" : ", undetermined") + (word("waived", row) === "waived" ? ", waived" : "")),
        ...["rule", "message"].map((name) => element("td", {}, word(name, row) || "")),
        element("td", { class: "break" }, word("resource", row)),
        ...["environment", "application"].map((name) => element("td", {}, word(name, row) || "")),
        element("td", { class: "n money" }, ...spelt(money[columns.money.codes[row]])))));
      $("printed").firstElementChild.textContent = "The first " + count(Math.min(PAPER, list.view.length)) + " of " + count(list.view.length) + " findings.";
    });
  }

  // What the state says; sorting a hundred thousand rows anew is for a new order only.
  let [ordered, filtered] = [null, null];
  function follow() {
    if (document.activeElement !== $("search")) $("search").value = state.search;
    const name = state.sort.replace(/^-/, "");
    const known = document.querySelector("#list [data-sort='" + CSS.escape(name) + "']");
    [list.sort, list.descending] = known ? [name, state.sort.startsWith("-")] : [null, false];
    const [order, view] = [shownAs(), JSON.stringify([...PAGES, ...FILTERS, "search"].map((one) => state[one]))];
    if (order !== ordered) { [ordered, filtered] = [order, view]; sort(); }
    else if (view !== filtered) { filtered = view; filter(); }
  }

  if (!rows) return;
  document.documentElement.classList.add("js-on");
  document.documentElement.style.setProperty("--row", ROW + "px");
  document.documentElement.style.setProperty("--price", LONGEST);
  $("browser").hidden = false;
  fillFilters();
  linkRules();
  listen();
  listeners.push(follow);
}
