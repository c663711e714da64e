
// ---- Drawings: months as stacked bars, and what is unattributed as a treemap. Each has a table behind it with the same numbers. ----

const SERIES = 6; // Values with a colour of their own.
const BAR = { step: 76, width: 46, height: 150, top: 22 };

// A folded table under a drawing.
function numbers(caption, titles, rows) {
  return element("details", {}, element("summary", {}, "Numbers"),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
      element("table", {},
        element("thead", {}, element("tr", {}, ...titles.map((text, at) => element("th", { scope: "col", class: at ? "n" : null }, text)))),
        element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((text, at) =>
          (at ? element("td", { class: "n" }, text) : element("th", { scope: "row" }, text)))))))));
}

function monthChart() {
  const place = $("months");

  function draw() {
    const { currency } = state;
    // Of one environment, its applications.
    const column = state.environment !== null && cellKeys.some((key) => key.finding === "environment" && key.column === "column") ? "row" : "column";
    const by = new Map();
    const sums = new Map();
    const months = costs.months.map(() => new Map());
    const number = new Map(costs.months.map((month, at) => [month, at]));
    eachCell(currency, "", (cell, units) => {
      const name = ofCell(costs.keys > 1 ? column : "row", cell);
      add(months[number.get(ofCell("month", cell))], name, units);
      add(by, name, units);
    });
    const order = ranked(by).map(([name]) => name).filter((name) => name !== null);
    const [named, others] = [order.slice(0, SERIES), order.slice(SERIES)];
    const series = [
      ...named.map((name, at) => ({ label: name, style: "s" + at, of: (month) => month.get(name) || 0n })),
      ...(others.length ? [{ label: others.length === 1 ? others[0] : count(others.length) + " others", style: "s-other", of: (month) => others.reduce((sum, name) => sum + (month.get(name) || 0n), 0n) }] : []),
      ...(by.has(null) ? [{ label: UNATTRIBUTED, style: "s-loose", of: (month) => month.get(null) || 0n }] : []),
    ];
    costs.months.forEach((name, at) => sums.set(name, [...months[at].values()].reduce((a, b) => a + b, 0n)));
    // Credits can make a part of a month negative: it hangs below the line of nought, and the whole height is shared out between both sides.
    const [up, down] = [1n, -1n].map((side) => months.map((month) => series.reduce((sum, { of }) => (of(month) * side > 0n ? sum + of(month) * side : sum), 0n)));
    const [highest, lowest] = [up, down].map((side) => side.reduce((a, b) => (b > a ? b : a), 0n));
    const most = highest + lowest || 1n;
    const tall = (units) => Number((units * BigInt(BAR.height * 100)) / most) / 100;
    const width = Math.max(1, costs.months.length) * BAR.step;
    const base = BAR.top + tall(highest);
    // Below the line there is room for the label of a month that is negative.
    const foot = base + (lowest > 0n ? tall(lowest) + 16 : 0);
    const picture = shape("svg", { role: "img", width, height: foot + 42, viewBox: "0 0 " + width + " " + (foot + 42),
      "aria-label": currency + " by month: " + costs.months.map((name) => name + " " + formatAmount(sums.get(name))).join("; ") },
    shape("line", { class: "axis", x1: 0, x2: width, y1: base + .5, y2: base + .5 }));
    costs.months.forEach((name, at) => {
      const x = at * BAR.step + (BAR.step - BAR.width) / 2;
      const isOver = !costs.shown || name <= costs.shown;
      const group = shape("g", { class: isOver ? null : "partial" });
      let [top, bottom] = [base, base];
      for (const { label, style, of } of series) {
        const units = of(months[at]);
        const height = tall(units < 0n ? -units : units);
        if (units > 0n) top -= height;
        const y = units > 0n ? top : bottom;
        if (units < 0n) bottom += height;
        if (height > 0) group.append(shape("rect", { class: style, x, y, width: BAR.width, height }, shape("title", {}, name + ", " + label + ": " + formatAmount(units) + " " + currency)));
      }
      const middle = x + BAR.width / 2;
      const sum = sums.get(name);
      group.append(shape("text", { class: "value", x: middle, y: sum < 0n ? bottom + 13 : top - 6 }, count(rounded(sum, UNIT))),
        shape("text", { x: middle, y: foot + 17, class: name === state.month ? "now" : null }, name));
      if (!isOver) group.append(shape("text", { class: "value", x: middle, y: foot + 33 }, "so far"));
      picture.append(group);
    });
    const legend = element("figcaption", {}, currency + " ", ...series.flatMap(({ label, style }) => [element("span", { class: "key " + style }), " " + label + " "]));
    const table = numbers("Cost by month in " + currency, ["Month", ...series.map(({ label }) => label), "Sum"],
      costs.months.map((name, at) => [name, ...series.map(({ of }) => formatAmount(of(months[at]))), formatAmount(sums.get(name))]));
    place.replaceChildren(element("figure", {}, legend, element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Drawing of the months" }, picture), table));
  }

  listeners.push(draw);
}

// ---- Treemap: squares as square as they can be (Bruls, Huizing and van Wijk, 2000). ----

function squarify(sizes, box) {
  const out = [];
  let { x, y, width, height } = box;
  let at = 0;
  const whole = sizes.reduce((a, b) => a + b, 0);
  const scale = whole > 0 ? (width * height) / whole : 0;
  while (at < sizes.length) {
    const side = Math.min(width, height);
    const worst = (sum, least, most) => Math.max((side * side * most) / (sum * sum), (sum * sum) / (side * side * least));
    let [end, sum] = [at, 0];
    let best = Infinity;
    // Sizes fall, so the first of a row is its largest and the last its smallest.
    while (end < sizes.length) {
      const size = sizes[end] * scale;
      const ratio = worst(sum + size, size, sizes[at] * scale);
      if (end > at && ratio > best) break;
      [best, sum, end] = [ratio, sum + size, end + 1];
    }
    const depth = side > 0 ? sum / side : 0;
    let offset = 0;
    for (; at < end; at++) {
      const length = depth > 0 ? (sizes[at] * scale) / depth : 0;
      out.push(width >= height ? { x, y: y + offset, width: depth, height: length } : { x: x + offset, y, width: length, height: depth });
      offset += length;
    }
    if (width >= height) [x, width] = [x + depth, width - depth];
    else [y, height] = [y + depth, height - depth];
  }
  return out;
}

const TILES = 40;

function looseMap() {
  const place = $("loose-map");
  const what = $("loose-what");
  const plain = [...place.childNodes];

  function draw() {
    const { month, currency } = state;
    const sums = new Map();
    let [sum, all] = [0n, 0n];
    eachCell(currency, month, (cell, units) => {
      all += units;
      if (ofCell("column", cell) !== null && ofCell("row", cell) !== null) return;
      sum += units;
      const parts = ["service", "cloud", "reason"].map((name) => ofCell(name, cell));
      add(sums, parts.every((part) => part === null) ? "not kept apart" : JSON.stringify(parts), units);
    });
    if (!costs.cells || !costs.cells.loose || !cells.columns.service || cells.columns.service.words.every((text) => text === null)) return place.replaceChildren(...plain);
    const order = ranked(sums).filter(([, units]) => units > 0n);
    // What credits made less than nothing has no area: it is told below, and stands in the table.
    const negative = ranked(sums).filter(([, units]) => units < 0n);
    const below = negative.length === 0 ? null : element("p", { class: "soft small" }, formatAmount(negative.reduce((a, [, units]) => a + units, 0n)) + " " + currency
      + (negative.length === 1 ? " is in 1 part that is" : " is in " + count(negative.length) + " parts that are") + " less than nothing, such as credits: an area cannot show it.");
    const rest = order.slice(TILES).reduce((a, [, units]) => a + units, 0n);
    const told = ([name, units]) => {
      const [service, cloud, reason] = name.startsWith("[") ? JSON.parse(name) : [name, "", ""];
      return { service: service || "no service", cloud, reason, units };
    };
    const tiles = order.slice(0, TILES).map(told);
    if (rest > 0n) tiles.push({ service: "all others", cloud: "", reason: count(order.length - TILES) + " more", units: rest });
    what.textContent = formatAmount(sum) + " " + currency + (all > 0n ? ", " + share(sum, all) + " of " : " in ") + monthName() + (isPage() ? ", " + pageName() : "");
    const table = numbers("The dearest that is unattributed, " + monthName(), ["Service", "Cloud", "Why", currency + ", " + monthName()],
      [...tiles, ...negative.slice(-TILES).map(told)].map((tile) => [tile.service, tile.cloud || "–", tile.reason || "–", formatAmount(tile.units)]));
    if (tiles.length === 0) return place.replaceChildren(...(below === null ? [element("p", { class: "soft" }, "Nothing is unattributed here.")] : [below, table]));
    // As wide as there is room, so that letters keep their size.
    const box = { x: 0, y: 0, width: Math.max(280, Math.min(1000, place.clientWidth || 1000)), height: 340 };
    const largest = tiles[0].units;
    const sizes = tiles.map(({ units }) => Math.max(Number((units * 1000000n) / (largest || 1n)), 1));
    const picture = shape("svg", { role: "img", class: "tiles", viewBox: "0 0 " + box.width + " 340", "aria-label": "Unattributed, the dearest first: " + tiles.slice(0, 5).map((tile) => tile.service + " " + formatAmount(tile.units)).join("; ") });
    squarify(sizes, box).forEach((rect, at) => {
      const { service, cloud, reason, units } = tiles[at];
      const group = shape("g", {}, shape("title", {}, [service, cloud, reason].filter(Boolean).join(", ") + ": " + formatAmount(units) + " " + currency));
      group.append(shape("rect", { class: "tile", x: rect.x + 1, y: rect.y + 1, width: Math.max(rect.width - 2, 0), height: Math.max(rect.height - 2, 0), rx: 3 }));
      const fits = (text) => text.length * 8 + 14 <= rect.width;
      if (rect.height >= 24 && rect.width >= 44) {
        const short = fits(service) ? service : service.slice(0, Math.max(1, Math.floor((rect.width - 20) / 8))) + "…";
        group.append(shape("text", { class: "name", x: rect.x + 8, y: rect.y + 18 }, short));
        if (rect.height >= 42 && fits(formatAmount(units))) group.append(shape("text", { x: rect.x + 8, y: rect.y + 35 }, formatAmount(units)));
        if (rect.height >= 60 && fits(reason)) group.append(shape("text", { x: rect.x + 8, y: rect.y + 52 }, reason));
      }
      picture.append(group);
    });
    place.replaceChildren(element("figure", { class: "whole" }, picture, below, table));
  }

  listeners.push(draw);
}
