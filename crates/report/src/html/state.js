
// ---- State: what is shown. It is kept in the address, so that a link shows the same. ----

// null is no filter; an empty text stands for what has no value. Of months, an empty text is all of them.
const DEFAULTS = {
  month: costs.shown || "", currency: costs.currencies[0] || "", environment: null, application: null, owner: null,
  level: null, verdict: null, rule: null, cloud: null, waived: null, search: "", sort: "",
};
const PAGES = ["environment", "application", "owner"];
const state = { ...DEFAULTS };
const listeners = [];
let section = "";

const word = (name) => (state[name] === "" ? null : state[name]);
const monthName = () => state.month || "all months";
// Where one month is compared with the one before it, or has lines of its own, all months give way to the one that the page opens with.
const oneMonth = () => state.month || costs.shown || "";
const isPage = () => PAGES.some((name) => state[name] !== null);

function readAddress() {
  const [place, query = ""] = location.hash.slice(1).split("?");
  const given = new URLSearchParams(query);
  for (const name of Object.keys(DEFAULTS)) state[name] = given.has(name) ? given.get(name) : DEFAULTS[name];
  // A link of another night may name a month or a currency that this bill does not hold.
  if (state.month !== "" && !costs.months.includes(state.month)) state.month = DEFAULTS.month;
  if (!costs.currencies.includes(state.currency)) state.currency = DEFAULTS.currency;
  section = place;
}

function writeAddress(isStep) {
  const given = new URLSearchParams();
  for (const name of Object.keys(DEFAULTS)) if (state[name] !== DEFAULTS[name]) given.set(name, state[name]);
  const query = given.toString();
  const address = "#" + section + (query ? "?" + query : "");
  if (location.hash === address || (address === "#" && location.hash === "")) return;
  history[isStep ? "pushState" : "replaceState"](null, "", address);
}

const tell = () => { for (const listener of listeners) listener(); };

// Changes what is shown; a step can be taken back with the browser's button.
function change(what, isStep) {
  Object.assign(state, what);
  writeAddress(isStep);
  tell();
}

function go(place) {
  section = place;
  writeAddress(true);
  const target = place && document.getElementById(place);
  if (target) target.scrollIntoView();
}

// A select of words; the first choice is none of them. Its state has the name of the select's data-column.
function choose(select, words, name, label) {
  const known = [...words];
  select.replaceChildren(element("option", {}, "all"), ...known.map((text) => element("option", {}, label(text))));
  const show = () => { select.selectedIndex = state[name] === null ? 0 : known.indexOf(word(name)) + 1; };
  select.addEventListener("change", () => change({ [name]: select.selectedIndex === 0 ? null : known[select.selectedIndex - 1] ?? "" }, PAGES.includes(name)));
  listeners.push(show);
}
