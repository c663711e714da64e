
"use strict";
// The page works without this script; with it the cost table can change its month and the findings can be searched,
// filtered and sorted. All text reaches the document through textContent, never as markup.

const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);

function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// ---- Columns: codes of a fixed number of base 64 digits into a dictionary. ----

const DIGIT = new Uint8Array(128);
[..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].forEach((c, i) => { DIGIT[c.charCodeAt(0)] = i; });

function decode(table) {
  const columns = {};
  for (const [name, { words, width, codes }] of Object.entries(table.columns)) {
    const numbers = new Uint32Array(table.rows);
    for (let row = 0, at = 0; row < table.rows; row++) {
      let code = 0;
      for (let digit = 0; digit < width; digit++) code = code * 64 + DIGIT[codes.charCodeAt(at++)];
      numbers[row] = code;
    }
    columns[name] = { words, codes: numbers };
  }
  return { rows: table.rows, columns };
}

// ---- Money: whole numbers of 10⁻¹², never floating point. ----

const UNIT = 10n ** 12n;

function parseAmount(text) {
  const negative = text.startsWith("-");
  const [whole, fraction = ""] = (negative ? text.slice(1) : text).split(".");
  const units = BigInt(whole) * UNIT + BigInt(fraction.padEnd(12, "0"));
  return negative ? -units : units;
}

// Two digits, half to even, commas between groups of three.
function formatAmount(units) {
  const cent = UNIT / 100n;
  const size = units < 0n ? -units : units;
  let cents = size / cent;
  const rest = (size % cent) * 2n;
  if (rest > cent || (rest === cent && cents % 2n === 1n)) cents += 1n;
  const whole = (cents / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return (units < 0n && cents > 0n ? "-" : "") + whole + "." + (cents % 100n).toString().padStart(2, "0");
}

// "12.5 USD + 3 EUR" as [["USD", 12500000000000n], …].
function parseMoney(text) {
  return text === null ? [] : text.split(" + ").map((part) => {
    const blank = part.indexOf(" ");
    return [part.slice(blank + 1), parseAmount(part.slice(0, blank))];
  });
}

const formatMoney = (money) => money.map(([currency, units]) => formatAmount(units) + " " + currency).join(" + ");
const count = (number) => number.toString().replace(/\B(?=(\d{3})+$)/g, ",");

// ---- Cost by Environment × Application. ----

const UNATTRIBUTED = "unattributed";
const FIRST_ROWS = 50;

function costTable() {
  const costs = data.costs;
  const cells = decode(costs.cells);
  const amounts = cells.columns.amount.words.map(parseAmount);
  const word = (name, row) => cells.columns[name].words[cells.columns[name].codes[row]];
  const place = $("cost-tables");
  const what = $("cost-what");
  const measure = what.textContent.split(",")[0];
  let everything = false;

  // Sums by name; a Map keeps null, which stands for unattributed.
  const add = (map, name, units) => map.set(name, (map.get(name) || 0n) + units);
  const ranked = (map) => [...map].sort(([a, x], [b, y]) =>
    (a === null) - (b === null) || (y > x ? 1 : y < x ? -1 : 0) || (a < b ? -1 : a > b ? 1 : 0));

  function draw() {
    const month = $("month").value;
    const currency = $("currency").value;
    const rows = new Map([[null, 0n]]);
    const columns = new Map(costs.keys > 1 ? [[null, 0n]] : []);
    const table = new Map();
    let total = 0n;
    for (let i = 0; i < cells.rows; i++) {
      if (word("currency", i) !== currency || (month && word("month", i) !== month)) continue;
      const units = amounts[cells.columns.amount.codes[i]];
      const row = word("row", i);
      const column = word("column", i);
      add(rows, row, units);
      add(columns, column, units);
      if (!table.has(row)) table.set(row, new Map());
      add(table.get(row), column, units);
      total += units;
    }
    const across = ranked(columns);
    const down = ranked(rows);
    const most = [...table.values()].flatMap((row) => [...row.values()]).reduce((a, b) => (b > a ? b : a), 1n);
    const heat = (units) => (units > 0n ? Math.min(9, Math.floor(Math.sqrt(Number((units * 8100n) / most) / 100))) : 0);
    const line = ([name, sum]) => element("tr", { class: name === null ? "loose" : null },
      element("th", { scope: "row" }, name === null ? UNATTRIBUTED : name),
      ...across.map(([column]) => {
        const units = table.get(name)?.get(column);
        return units === undefined ? element("td", {}, "–") : element("td", { class: "h" + heat(units) }, formatAmount(units));
      }),
      element("td", { class: "sum" }, formatAmount(sum)));

    const folded = everything ? 0 : Math.max(0, down.length - 1 - FIRST_ROWS);
    const shown = folded ? [...down.slice(0, FIRST_ROWS), ...down.slice(-1)] : down;
    const grid = element("table", { class: "heat" },
      element("caption", {}, currency + ", " + (month || "all months")),
      element("thead", {}, element("tr", {},
        element("th", { scope: "col" }, place.dataset.row),
        ...across.map(([name]) => element("th", { scope: "col", class: name === null ? "loose" : null }, name === null ? UNATTRIBUTED : name)),
        element("th", { scope: "col" }, "Sum"))),
      element("tbody", {}, ...shown.map(line)),
      element("tfoot", {}, element("tr", {},
        element("th", { scope: "row" }, "Sum"),
        ...across.map(([, sum]) => element("td", {}, formatAmount(sum))),
        element("td", { class: "sum" }, formatAmount(total)))));
    const region = element("div", { class: "scroll" + (shown.length > 30 ? " tall" : ""), tabindex: "0", role: "region", "aria-label": "Cost in " + currency }, grid);
    if (folded) {
      const button = element("button", { type: "button", class: "link" }, "Show " + count(folded) + " more rows");
      button.addEventListener("click", () => { everything = true; draw(); });
      region.append(element("p", { class: "folded" }, button));
    }
    place.replaceChildren(region);
    what.textContent = measure + ", " + (month || "all months");
    for (const figure of document.querySelectorAll("figure[data-currency]")) figure.hidden = figure.dataset.currency !== currency;
  }

  $("month").addEventListener("change", draw);
  $("currency").addEventListener("change", draw);
  if (costs.currencies.length > 0) {
    $("cost-controls").hidden = false;
    draw();
  }
}

if (data.costs) costTable();
