
// ---- Cost by Environment × Application. ----

const FIRST_ROWS = 50;
const cells = costs.cells ? decode(costs.cells) : { rows: 0, columns: {} };
const amounts = cells.rows ? cells.columns.amount.words.map(parseAmount) : [];
const cellKeys = costs.cells ? costs.cells.keys : [];
const ofCell = (name, row) => cells.columns[name].words[cells.columns[name].codes[row]];

// Pages that the cells do not keep apart: their cost is elsewhere.
const isPriced = () => PAGES.every((name) => state[name] === null || cellKeys.some((key) => key.finding === name));

// Calls with each cell that the page, the month and the currency leave, and its amount.
function eachCell(currency, month, call) {
  if (!cells.rows || !isPriced()) return;
  const wanted = [["currency", currency], ...(month === "" ? [] : [["month", month]])];
  for (const { finding, column } of cellKeys) if (state[finding] !== null) wanted.push([column, word(finding)]);
  const tests = wanted.map(([column, text]) => [cells.columns[column].codes, cells.columns[column].words.indexOf(text)]);
  const codes = cells.columns.amount.codes;
  rows: for (let row = 0; row < cells.rows; row++) {
    for (const [of, code] of tests) if (of[row] !== code) continue rows;
    call(row, amounts[codes[row]]);
  }
}

function total(currency, month) {
  let sum = 0n;
  eachCell(currency, month, (_, units) => { sum += units; });
  return sum;
}

function costTable() {
  const place = $("cost-tables");
  const what = $("cost-what");
  const measure = what.textContent.split(",")[0];
  let everything = false;

  function draw() {
    const { month, currency } = state;
    const rows = new Map([[null, 0n]]);
    const columns = new Map(costs.keys > 1 ? [[null, 0n]] : []);
    const table = new Map();
    let sum = 0n;
    eachCell(currency, month, (cell, units) => {
      const row = ofCell("row", cell);
      const column = ofCell("column", cell);
      add(rows, row, units);
      add(columns, column, units);
      if (!table.has(row)) table.set(row, new Map());
      add(table.get(row), column, units);
      sum += units;
    });
    const across = ranked(columns);
    const down = ranked(rows);
    const most = [...table.values()].flatMap((row) => [...row.values()]).reduce((a, b) => (b > a ? b : a), 1n);
    const heat = (units) => (units > 0n ? Math.min(9, Math.floor(Math.sqrt(Number((units * 8100n) / most) / 100))) : 0);
    const line = ([name, of]) => element("tr", { class: name === null ? "loose" : null },
      element("th", { scope: "row" }, title(name)),
      ...across.map(([column]) => {
        const units = table.get(name)?.get(column);
        return units === undefined ? element("td", {}, "–") : element("td", { class: "h" + heat(units) }, formatAmount(units));
      }),
      element("td", { class: "sum" }, formatAmount(of)));

    const folded = everything ? 0 : Math.max(0, down.length - 1 - FIRST_ROWS);
    const shown = folded ? [...down.slice(0, FIRST_ROWS), ...down.slice(-1)] : down;
    const grid = element("table", { class: "heat" },
      element("caption", {}, currency + ", " + monthName()),
      element("thead", {}, element("tr", {},
        element("th", { scope: "col" }, place.dataset.row),
        ...across.map(([name]) => element("th", { scope: "col", class: name === null ? "loose" : null }, title(name))),
        element("th", { scope: "col" }, "Sum"))),
      element("tbody", {}, ...shown.map(line)),
      element("tfoot", {}, element("tr", {},
        element("th", { scope: "row" }, "Sum"),
        ...across.map(([, of]) => element("td", {}, formatAmount(of))),
        element("td", { class: "sum" }, formatAmount(sum)))));
    const region = element("div", { class: "scroll" + (shown.length > 30 ? " tall" : ""), tabindex: "0", role: "region", "aria-label": "Cost in " + currency + ", " + monthName() }, grid);
    if (folded) {
      const button = element("button", { type: "button", class: "link" }, "Show " + count(folded) + " more rows");
      button.addEventListener("click", () => { everything = true; draw(); });
      region.append(element("p", { class: "folded" }, button));
    }
    place.replaceChildren(isPriced() ? region : element("p", { class: "soft" }, "This page does not hold cost by that key: `tagledger cost --by` does."));
    what.textContent = measure + ", " + monthName() + (isPage() ? ", " + pageName() : "");
  }

  listeners.push(draw);
}
