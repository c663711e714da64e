
"use strict";
// The page works without this script; with it the page can be narrowed to an Environment, an Application or an Owner, and the findings can be searched, sorted and
// taken along. All text reaches the document through textContent, never as markup.

const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);

const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

// The same of a drawing.
function shape(name, attributes, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(node, attributes, children) {
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

// What is added to something else or taken from it; the sign holds on to its number.
const signed = (text) => (text.startsWith("-") ? "−\u00a0" + text.slice(1) : "+\u00a0" + text);
// A part for each currency: a line may break between them and nowhere else.
const moneyParts = (money) => money.map(([currency, units], at) => (at === 0 ? formatAmount(units) : signed(formatAmount(units))) + "\u00a0" + currency);
const formatMoney = (money) => moneyParts(money).join(" ");
const spelt = (money) => moneyParts(money).flatMap((part) => [element("span", { class: "part" }, part), " "]);

// The whole number nearest to a quotient, a half away from nought: what bars and percentages are rounded by. Of a sum's two digits `formatAmount` rounds as the program does.
function rounded(part, whole) {
  const size = (a) => (a < 0n ? -a : a);
  const quotient = (2n * size(part) + size(whole)) / (2n * size(whole));
  return (part < 0n) === (whole < 0n) ? quotient : -quotient;
}

// In tenths of a percent; nothing of nothing, and of what credits made less than that.
const share = (part, whole) => (whole <= 0n ? "–" : (Number(rounded(part * 1000n, whole)) / 10).toFixed(1) + " %");
// Of a bar from 0 to 100, which a part that credits make larger than the whole fills.
const barWidth = (part, whole) => (part <= 0n || whole <= 0n ? 0 : part >= whole ? 100 : Number(rounded(part * 1000n, whole)) / 10);
const count = (number) => number.toString().replace(/\B(?=(\d{3})+$)/g, ",");

const UNATTRIBUTED = "unattributed";
const title = (name) => (name === null ? UNATTRIBUTED : name);

// Sums by name, the dearest first; a Map keeps null, which stands for unattributed and comes last.
const add = (map, name, units) => map.set(name, (map.get(name) || 0n) + units);
const ranked = (map) => [...map].sort(([a, x], [b, y]) =>
  (a === null) - (b === null) || (y > x ? 1 : y < x ? -1 : 0) || (a < b ? -1 : a > b ? 1 : 0));

// One order of currencies all over the page: the one with the largest sum first, whichever its sign, then by name. Files keep the bill's order.
const costs = { months: [], currencies: [], totals: [], shown: null, before: null, keys: 0, cells: null, ...data.costs };
const billed = costs.currencies;
const sizes = new Map(billed.map((currency, at) => [currency, parseAmount(costs.totals[at].replace("-", ""))]));
costs.currencies = ranked(sizes).map(([currency]) => currency);
const inOrder = (money) => [...money].sort(([a], [b]) => costs.currencies.indexOf(a) - costs.currencies.indexOf(b));

const findings = decode(data.findings);
findings.money = findings.rows ? findings.columns.money.words.map((text) => inOrder(parseMoney(text))) : [];
// Money of these is a sum over resources that have findings of their own.
findings.isSum = findings.rows ? findings.columns.kind.words.map((kind) => data.sums.includes(kind)) : [];
const ofFinding = (name, row) => findings.columns[name].words[findings.columns[name].codes[row]];
