
// ---- The page comes alive: every part draws itself from the state. ----

if (cells.rows) {
  costTable();
  monthChart();
  looseMap();
}
viewBar();
pageHead();
monthNotes();
valueTable();
findingsTable();

for (const link of document.querySelectorAll(".sections a, .cards a[href^='#']")) {
  link.addEventListener("click", (event) => { event.preventDefault(); go(link.getAttribute("href").slice(1)); });
}
addEventListener("popstate", () => { readAddress(); tell(); });
addEventListener("hashchange", () => { readAddress(); tell(); });
readAddress();
tell();
if (section) document.getElementById(section)?.scrollIntoView();
