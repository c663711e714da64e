
// ---- Findings: only the rows in view are in the document. ----

const ROW = 38; // Height of a row in pixels; --row in the style sheet.
const SPARE = 12; // Rows drawn beyond either edge of the view.
const PAPER = 200; // Findings that are printed.

const SEARCHED = ["message", "resource", "name", "rule", "key", "scope", "region", "kind", "environment", "application", "field", "value", "waiver", "fingerprint"];
const LEVELS = ["error", "warn", "info", "off"];

const DETAILS = [
  ["Level", "level"], ["Verdict", "verdict"], ["Rule", "rule"], ["Key", "key"], ["Resource", "resource"], ["Name", "name"], ["Kind", "kind"],
  ["Cloud", "cloud"], ["Scope", "scope"], ["Region", "region"], ["Environment", "environment"], ["Application", "application"],
  ["Provenance", "provenance"], ["Demanded by", "demanded"], ["What to do", "suggestion"], ["Waived", "waiver"], ["Fingerprint", "fingerprint"], ["First seen", "first"],
];

function findingsTable() {
  const { rows, columns } = decode(data.findings);
  const viewport = $("viewport");
  const body = $("visible");
  const word = (name, row) => columns[name].words[columns[name].codes[row]];
  const money = rows ? columns.money.words.map(parseMoney) : [];
  const currencies = data.costs ? data.costs.currencies : [];

  const state = { order: identity(), sort: null, descending: false, view: identity(), selected: -1 };

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
    state.order = identity();
    if (state.sort) {
      const rank = ranks(state.sort);
      const codes = columns[state.sort].codes;
      const sign = state.descending ? -1 : 1;
      // Rows without a value come last whichever way.
      state.order.sort((a, b) => {
        const [x, y] = [rank[codes[a]], rank[codes[b]]];
        if (x === y) return a - b;
        if (x < 0 || y < 0) return x < 0 ? 1 : -1;
        return (x - y) * sign;
      });
    }
    for (const button of document.querySelectorAll("#list [data-sort]")) {
      const active = button.dataset.sort === state.sort;
      button.parentElement.setAttribute("aria-sort", active ? (state.descending ? "descending" : "ascending") : "none");
    }
    filter();
  }

  // A dictionary is searched once, however many rows share its words.
  function filter() {
    const tests = [];
    for (const select of document.querySelectorAll("#filters select")) {
      if (select.value === "") continue;
      const { codes } = columns[select.dataset.column];
      const wanted = Number(select.value);
      tests.push((row) => codes[row] === wanted);
    }
    for (const part of $("search").value.toLowerCase().split(/\s+/).filter(Boolean)) {
      const hits = SEARCHED.map((name) => ({
        codes: columns[name].codes,
        hit: Uint8Array.from(columns[name].words, (text) => (text !== null && text.toLowerCase().includes(part) ? 1 : 0)),
      })).filter(({ hit }) => hit.includes(1));
      tests.push((row) => hits.some(({ codes, hit }) => hit[codes[row]] === 1));
    }
    state.view = tests.length ? state.order.filter((row) => tests.every((test) => test(row))) : state.order;
    state.selected = Math.min(state.selected, state.view.length - 1);
    say();
    viewport.scrollTop = 0;
    draw(true);
  }

  // What is shown, and what those resources cost: several findings of one resource share one price.
  function say() {
    const seen = new Uint8Array(columns.resource.words.length);
    const sums = new Map();
    let resources = 0;
    // Money of these is a sum over resources that have findings of their own.
    const isSum = columns.kind.words.map((kind) => data.sums.includes(kind));
    for (const row of state.view) {
      const resource = columns.resource.codes[row];
      if (seen[resource] || isSum[columns.kind.codes[row]]) continue;
      seen[resource] = 1;
      resources += 1;
      for (const [currency, units] of money[columns.money.codes[row]]) sums.set(currency, (sums.get(currency) || 0n) + units);
    }
    const price = currencies.filter((currency) => sums.has(currency)).map((currency) => [currency, sums.get(currency)]);
    $("status").textContent = count(state.view.length) + " of " + count(rows) + " findings, on " + count(resources) + (resources === 1 ? " resource" : " resources")
      + (price.length ? " that cost " + formatMoney(price) : "");
  }

  let drawn = [-1, -1];

  function draw(force) {
    const first = Math.max(0, Math.floor(viewport.scrollTop / ROW) - SPARE);
    const last = Math.min(state.view.length, Math.ceil((viewport.scrollTop + viewport.clientHeight) / ROW) + SPARE);
    if (!force && first === drawn[0] && last === drawn[1]) return;
    drawn = [first, last];
    const keep = body.contains(document.activeElement);
    const space = (items) => {
      const cell = element("td");
      cell.style.height = items * ROW + "px";
      return element("tr", { class: "space", "aria-hidden": "true" }, cell);
    };
    const lines = [];
    for (let at = first; at < last; at++) lines.push(line(at));
    body.replaceChildren(space(first), ...lines, space(state.view.length - last));
    $("list").setAttribute("aria-rowcount", state.view.length + 1);
    if (keep) body.querySelector("[tabindex='0']")?.focus({ preventScroll: true });
  }

  function line(at) {
    const row = state.view[at];
    const text = (name) => { const value = word(name, row); return element("td", { title: value }, value === null ? "–" : value); };
    const level = word("level", row);
    const waived = word("waived", row) === "waived";
    const verdict = word("verdict", row);
    const extra = waived ? " · waived" : verdict === "violated" ? "" : " · undet.";
    const resource = word("resource", row);
    const current = at === Math.max(state.selected, 0) || (state.selected < drawn[0] && at === drawn[0]);
    return element("tr", { class: "item" + (waived ? " waived" : ""), "data-at": at, "aria-rowindex": at + 2, "aria-selected": at === state.selected ? "true" : "false", tabindex: current ? "0" : "-1" },
      element("td", { title: level + ", " + verdict + (waived ? ", waived" : "") }, element("span", { class: "level " + level }, level, element("span", { class: "state" }, extra))),
      text("rule"), text("message"),
      // The end of an id tells more than its beginning.
      element("td", { class: "tail", title: resource }, element("bdi", {}, resource)),
      text("environment"), text("application"),
      element("td", { class: "n" }, formatMoney(money[columns.money.codes[row]]) || "–"));
  }

  function details(at) {
    state.selected = at;
    draw(true);
    const row = state.view[at];
    const list = element("dl");
    const entry = (title, text, mono) => { if (text) list.append(element("dt", {}, title), element("dd", { class: mono ? "mono" : null }, text)); };
    entry("Price" + (data.costs && data.costs.shown ? ", " + data.costs.shown : ""), formatMoney(money[columns.money.codes[row]]));
    const field = word("field", row);
    if (field !== null) {
      const value = word("value", row);
      const missing = word("verdict", row) === "undetermined" ? " was not read" : " is absent";
      entry("Evidence", value === null ? field + missing : field + " = " + (value === "" ? "(empty)" : value), true);
    }
    for (const [title, name] of DETAILS) entry(title, word(name, row), ["resource", "fingerprint", "demanded", "suggestion"].includes(name));
    const close = element("button", { type: "button", class: "close", "aria-label": "Close details" }, "×");
    close.addEventListener("click", hide);
    const panel = $("details");
    panel.replaceChildren(close, element("h3", { id: "details-title" }, word("message", row)), list);
    panel.hidden = false;
    panel.scrollTop = 0;
    panel.parentElement.classList.add("open");
  }

  function hide() {
    const at = state.selected;
    $("details").hidden = true;
    $("details").parentElement.classList.remove("open");
    state.selected = -1;
    draw(true);
    body.querySelector("[data-at='" + at + "']")?.focus();
  }

  function move(at) {
    const target = Math.max(0, Math.min(state.view.length - 1, at));
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
      const { words, codes } = columns[select.dataset.column];
      const totals = new Uint32Array(words.length);
      for (const code of codes) totals[code] += 1;
      const order = [...words.keys()].sort((a, b) => (words[a] === null) - (words[b] === null) || (words[a] < words[b] ? -1 : 1));
      if (select.dataset.column === "level") order.sort((a, b) => LEVELS.indexOf(words[a]) - LEVELS.indexOf(words[b]));
      select.append(element("option", { value: "" }, "all"),
        ...order.map((code) => element("option", { value: code }, (words[code] === null ? "none" : words[code]) + " (" + count(totals[code]) + ")")));
    }
  }

  // A rule's name in the table of rules shows its findings.
  function linkRules() {
    const select = document.querySelector("#filters [data-column=rule]");
    for (const cell of document.querySelectorAll("[data-rule]")) {
      const code = columns.rule.words.indexOf(cell.dataset.rule);
      if (code < 0) continue;
      const button = element("button", { type: "button", class: "link" }, cell.dataset.rule);
      button.addEventListener("click", () => { select.value = code; filter(); $("findings").scrollIntoView(); });
      cell.replaceChildren(button);
    }
  }

  function listen() {
    let waiting = 0;
    $("search").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
    $("filters").addEventListener("change", (event) => { if (event.target.tagName === "SELECT") filter(); });
    $("filters").addEventListener("reset", () => setTimeout(filter));
    $("filters").addEventListener("submit", (event) => event.preventDefault());
    for (const button of document.querySelectorAll("#list [data-sort]")) {
      button.addEventListener("click", () => {
        // First the useful way round, then the other, then the report's own order.
        const down = ["money", "level"].includes(button.dataset.sort);
        if (state.sort !== button.dataset.sort) [state.sort, state.descending] = [button.dataset.sort, down];
        else if (state.descending === down) state.descending = !down;
        else [state.sort, state.descending] = [null, false];
        sort();
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
      const target = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: state.view.length - 1 }[event.key];
      if (target !== undefined) { event.preventDefault(); move(target); }
      else if (event.key === "Enter" || event.key === " ") { event.preventDefault(); details(at); move(at); }
    });
    addEventListener("keydown", (event) => { if (event.key === "Escape" && !$("details").hidden) hide(); });
    // On paper: the first of what the filters left.
    addEventListener("beforeprint", () => {
      $("paper").replaceChildren(...Array.from(state.view.slice(0, PAPER), (row) => element("tr", {},
        element("td", {}, word("level", row) + (word("verdict", row) === "violated" ? "" : ", undetermined") + (word("waived", row) === "waived" ? ", waived" : "")),
        ...["rule", "message"].map((name) => element("td", {}, word(name, row) || "")),
        element("td", { class: "break" }, word("resource", row)),
        ...["environment", "application"].map((name) => element("td", {}, word(name, row) || "")),
        element("td", { class: "n" }, formatMoney(money[columns.money.codes[row]])))));
      $("printed").firstElementChild.textContent = "The first " + count(Math.min(PAPER, state.view.length)) + " of " + count(state.view.length) + " findings.";
    });
  }

  if (!rows) return;
  document.documentElement.classList.add("js-on");
  $("browser").hidden = false;
  fillFilters();
  linkRules();
  listen();
  sort();
}

findingsTable();
