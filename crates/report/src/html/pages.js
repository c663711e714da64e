
// ---- Pages: the same report narrowed to one Environment, Application or Owner. ----

const pageTitle = (name) => name[0].toUpperCase() + name.slice(1);
const pageName = () => PAGES.filter((name) => state[name] !== null).map((name) => pageTitle(name) + " " + (word(name) ?? "none")).join(", ");

// What one can be narrowed to: the values that money or findings have.
function pageWords(name) {
  const words = new Set();
  const key = cellKeys.find((one) => one.finding === name);
  for (const text of [...(key ? cells.columns[key.column].words : []), ...(findings.rows ? findings.columns[name].words : [])]) words.add(text);
  const named = [...words].filter((text) => text !== null).sort();
  return words.has(null) ? [...named, null] : named;
}

function viewBar() {
  const bar = $("view");
  for (const select of bar.querySelectorAll("[data-page]")) {
    const name = select.dataset.page;
    choose(select, pageWords(name), name, (text) => (text === null ? "none" : text));
  }
  for (const [name, values, label] of [["month", ["", ...costs.months], (text) => text || "all months"], ["currency", costs.currencies, (text) => text]]) {
    const select = bar.querySelector("[data-view=" + name + "]");
    if (select === null) continue;
    select.parentElement.hidden = values.length < (name === "month" ? 2 : 1);
    select.replaceChildren(...values.map((value) => element("option", { value }, label(value))));
    select.addEventListener("change", () => change({ [name]: select.value }, false));
    listeners.push(() => { select.value = state[name]; });
  }
  const clear = $("view-clear");
  clear.addEventListener("click", () => change(Object.fromEntries(PAGES.map((name) => [name, null])), true));
  listeners.push(() => { clear.hidden = !isPage(); });
  bar.hidden = false;
}

// The findings of the page; asked for by several parts of it.
let [rowsFor, rowsOf] = [null, null];
function pageRows() {
  const wanted = JSON.stringify(PAGES.map((name) => state[name]));
  if (wanted !== rowsFor) {
    const tests = PAGES.filter((name) => state[name] !== null && findings.rows).map((name) => [findings.columns[name].codes, findings.columns[name].words.indexOf(word(name))]);
    rowsOf = [];
    for (let row = 0; row < findings.rows; row++) if (tests.every(([codes, code]) => codes[row] === code)) rowsOf.push(row);
    rowsFor = wanted;
  }
  return rowsOf;
}

// What findings say of each value of a key: how many are open, and what their resources cost, each once.
function openBy(name, rows) {
  const by = new Map();
  if (!findings.rows) return by;
  const { columns, money } = findings;
  const seen = new Map();
  const isOpen = columns.verdict.words.indexOf("violated");
  const isWaived = columns.waived.words.indexOf("waived");
  for (const row of rows) {
    if (columns.verdict.codes[row] !== isOpen || columns.waived.codes[row] === isWaived) continue;
    const value = name === null ? "" : columns[name].words[columns[name].codes[row]];
    if (!by.has(value)) { by.set(value, { count: 0, money: new Map() }); seen.set(value, new Set()); }
    const sum = by.get(value);
    sum.count += 1;
    const resource = columns.resource.codes[row];
    if (findings.isSum[columns.kind.codes[row]] || seen.get(value).has(resource)) continue;
    seen.get(value).add(resource);
    for (const [currency, units] of money[columns.money.codes[row]]) add(sum.money, currency, units);
  }
  return by;
}

function against(now, before) {
  const change = now - before;
  if (change === 0n) return formatAmount(change);
  return signed(formatAmount(change)) + (before === 0n ? "" : " (" + signed(share(change, before < 0n ? -before : before)) + ")");
}

// The headline of a page.
function pageHead() {
  const place = $("page");
  listeners.push(() => {
    place.hidden = !isPage();
    $("headline").hidden = isPage();
    if (place.hidden) return;
    const card = (name, ...lines) => element("div", { class: "card" }, element("h3", {}, name), ...lines);
    const month = oneMonth();
    const before = costs.months[costs.months.indexOf(month) - 1];
    const cards = [];
    for (const currency of costs.currencies) {
      const sum = total(currency, month);
      if (sum === 0n && costs.currencies.length > 1) continue;
      cards.push(card("Cost in " + month, element("p", { class: "big" }, formatAmount(sum), " ", element("small", {}, currency)),
        element("p", { class: "soft" }, [...(totalOf(currency, month) > 0n ? [share(sum, totalOf(currency, month)) + " of the bill"] : []),
          ...(before === undefined ? [] : [against(sum, total(currency, before)) + " against " + before])].join("; "))));
    }
    const open = openBy(null, pageRows()).get("") || { count: 0, money: new Map() };
    cards.push(card("Open findings", element("p", { class: "big" }, count(open.count)),
      element("p", { class: "soft" }, open.money.size ? "on resources that cost " + formatMoney(inOrder(open.money)) + (costs.shown ? " in " + costs.shown : "") : "violated, and not waived")));
    const link = element("button", { type: "button", class: "link" }, "Show its findings");
    link.addEventListener("click", () => go("findings"));
    place.replaceChildren(element("h2", {}, pageName()), element("div", { class: "cards" }, ...(isPriced() ? cards : cards.slice(-1))), element("p", {}, link));
  });
}

// The month's sum whatever page is shown.
const sumsOf = new Map();
function totalOf(currency, month) {
  const name = currency + " " + month;
  if (!sumsOf.has(name)) {
    const kept = PAGES.map((page) => state[page]);
    for (const page of PAGES) state[page] = null;
    sumsOf.set(name, total(currency, month));
    PAGES.forEach((page, at) => { state[page] = kept[at]; });
  }
  return sumsOf.get(name);
}

// What is charged for in the month that is shown, and whether credits make the bill smaller than what is at stake.
function monthNotes() {
  listeners.push(() => {
    for (const line of document.querySelectorAll("#charged [data-month]")) line.hidden = line.dataset.month !== oneMonth();
  });
  const place = $("stake-note");
  if (place === null || !cells.rows) return;
  const open = openBy(null, Array.from({ length: findings.rows }, (_, row) => row)).get("");
  const bills = costs.currencies.map((currency) => [currency, totalOf(currency, costs.shown || "")]);
  const smaller = bills.filter(([currency, units]) => open !== undefined && (open.money.get(currency) || 0n) > units);
  place.hidden = smaller.length === 0;
  place.textContent = "Credits make the bill of " + costs.shown + " smaller than what is charged: it comes to " + smaller.map((bill) => formatMoney([bill])).join(" and ") + ".";
}

// Every value of a key with its money and its findings; a click opens its page.
function valueTable() {
  const place = $("values-table");
  const select = $("values-key");
  const names = PAGES.filter((name) => pageWords(name).some((text) => text !== null));
  if (names.length === 0) return;
  $("values").hidden = $("to-values").hidden = false;
  select.replaceChildren(...names.map((name) => element("option", { value: name }, pageTitle(name))));
  // An owner's table is the one that no other part of the page has.
  select.value = names.includes("owner") ? "owner" : names[0];
  const MOST = 500;

  function draw() {
    const name = select.value;
    const key = cellKeys.find((one) => one.finding === name);
    const { currency } = state;
    const month = oneMonth();
    const before = costs.months[costs.months.indexOf(month) - 1] ?? null;
    const [now, then] = [new Map(), new Map()];
    if (key) {
      eachCell(currency, month, (cell, units) => add(now, ofCell(key.column, cell), units));
      if (before !== null) eachCell(currency, before, (cell, units) => add(then, ofCell(key.column, cell), units));
    }
    const open = openBy(name, pageRows());
    const sums = new Map();
    for (const value of [...now.keys(), ...then.keys(), ...open.keys()]) sums.set(value, now.get(value) || 0n);
    const order = ranked(sums);
    const whole = order.reduce((sum, [, units]) => sum + units, 0n);
    const line = ([value, units]) => {
      const of = open.get(value);
      const button = element("button", { type: "button", class: "link" }, value === null ? "none" : value);
      button.addEventListener("click", () => { change({ [name]: value ?? "" }, true); $("page").scrollIntoView(); });
      const bar = shape("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" }, shape("rect", { class: "rail", width: 100, height: 6 }),
        shape("rect", { class: "fill", width: barWidth(units, whole), height: 6 }));
      return element("tr", { class: value === null ? "loose" : null }, element("th", { scope: "row", class: "break" }, button),
        ...(key && costs.currencies.length ? [element("td", { class: "n strong" }, formatAmount(units)), element("td", { class: "n" }, share(units, whole)), element("td", { class: "bar" }, bar),
          element("td", { class: "n" }, before === null ? "–" : against(units, then.get(value) || 0n))] : []),
        element("td", { class: "n" }, of ? count(of.count) : "–"), element("td", { class: "n money" }, ...(of && of.money.size ? spelt(inOrder(of.money)) : ["–"])));
    };
    const ofShown = costs.shown ? " in " + costs.shown : "";
    const titles = [pageTitle(name), ...(key && costs.currencies.length ? [currency + " in " + month, "Share", null, before === null ? "Change" : "Against " + before] : []), "Open findings", "At stake" + ofShown];
    const table = element("table", {}, element("caption", { class: "hidden" }, "By " + pageTitle(name)),
      element("thead", {}, element("tr", {}, ...titles.map((text, at) => element("th", { scope: "col", class: at ? "n" : null }, text === null ? element("span", { class: "hidden" }, "Bar") : text)))),
      element("tbody", {}, ...order.slice(0, MOST).map(line)));
    const region = element("div", { class: "scroll" + (order.length > 14 ? " tall" : ""), tabindex: "0", role: "region", "aria-label": "Table by " + pageTitle(name) }, table);
    if (order.length > MOST) region.append(element("p", { class: "soft small" }, count(order.length - MOST) + " more can be chosen above."));
    place.replaceChildren(region);
  }

  select.addEventListener("change", draw);
  listeners.push(draw);
}
