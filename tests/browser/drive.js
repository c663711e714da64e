// Drives pages of ours in a real browser and says what it saw, as JSON on standard output.
//
// `node tests/browser/drive.js <browser> <folder for what is kept> < steps.json`, with the packages below TAGLEDGER_TEST_NODE. Steps are a list of objects: `do`
// names the step, and the rest is what it needs. Every answer stands at the place of its step; the last element is what the console said.

const fs = require("fs");
const os = require("os");
const path = require("path");

const modules = path.join(process.env.TAGLEDGER_TEST_NODE, "node_modules");
const { chromium } = require(path.join(modules, "playwright-core"));
const axe = fs.readFileSync(path.join(modules, "axe-core", "axe.min.js"), "utf8");

const [browserPath, kept] = process.argv.slice(2);
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"];

const steps = {
  open: (page, { url }) => page.goto(url, { waitUntil: "load" }).then(() => null),
  // The first paint of content, and when the page could be used, in milliseconds since it was opened.
  timing: (page) => page.evaluate(() => {
    const [load] = performance.getEntriesByType("navigation");
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    return { paint: paint ? paint.startTime : null, interactive: load.domInteractive, complete: load.domComplete };
  }),
  // Rules of WCAG 2.2 AA and good practice; what they find, in few words.
  axe: async (page) => {
    // The page's policy lets no script of ours in; the debugger may.
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
    return found.violations.map(({ id, nodes }) => ({ id, count: nodes.length, first: nodes[0].html.slice(0, 300), why: nodes[0].failureSummary }));
  },
  size: (page, { width, height }) => page.setViewportSize({ width, height }).then(() => null),
  scheme: (page, { scheme }) => page.emulateMedia({ colorScheme: scheme }).then(() => null),
  text: (page, { of }) => page.locator(of).first().innerText(),
  count: (page, { of }) => page.locator(of).count(),
  all: (page, { of }) => page.locator(of).allInnerTexts(),
  click: (page, { on }) => page.locator(on).first().click().then(() => null),
  choose: (page, { on, label }) => page.locator(on).selectOption({ label }).then(() => null),
  type: (page, { on, text }) => page.locator(on).fill(text).then(() => null),
  press: (page, { on, key }) => page.locator(on).first().press(key).then(() => null),
  // Until the text of an element holds this.
  until: (page, { of, holds }) => page.locator(of).filter({ hasText: holds }).first().waitFor({ timeout: 15000 }).then(() => null),
  address: (page) => page.evaluate(() => location.hash),
  back: (page) => page.goBack().then(() => null),
  reload: (page) => page.reload().then(() => null),
  // Whether the page is wider than its window.
  overflow: (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  // What is shown of these elements is less than what they hold.
  cut: (page, { of }) => page.locator(of).evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight).map((one) => one.innerText)),
  focus: (page) => page.evaluate(() => { const at = document.activeElement; return at.id || at.dataset.sort || at.tagName.toLowerCase(); }),
  screenshot: (page, { name, whole }) => page.screenshot({ path: path.join(kept, name), fullPage: Boolean(whole) }).then(() => null),
  download: async (page, { on, name }) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator(on).click()]);
    await download.saveAs(path.join(kept, name));
    return download.suggestedFilename();
  },
  print: async (page, { name }) => {
    const bytes = await page.pdf({ path: path.join(kept, name), format: "A4" });
    return (bytes.toString("latin1").match(/\/Type\s*\/Page\b/g) || []).length;
  },
  // The longest task while an element is scrolled from its top to its end, in milliseconds; tasks below 50 ms are not seen.
  scroll: (page, { of, steps: times }) => page.evaluate(async ([selector, times]) => {
    const place = document.querySelector(selector);
    let longest = 0;
    const observer = new PerformanceObserver((list) => { for (const task of list.getEntries()) longest = Math.max(longest, task.duration); });
    observer.observe({ entryTypes: ["longtask"] });
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    for (let at = 0; at <= times; at++) { place.scrollTop = (place.scrollHeight * at) / times; await frame(); }
    await frame();
    observer.disconnect();
    return longest;
  }, [of, times]),
  title: (page) => page.title(),
};

async function main() {
  const wanted = JSON.parse(fs.readFileSync(0, "utf8"));
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "tagledger-browser-"));
  const context = await chromium.launchPersistentContext(profile, { executablePath: browserPath, args: ARGUMENTS, viewport: { width: 1360, height: 900 }, acceptDownloads: true });
  const said = [];
  const answers = [];
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(15000);
    page.on("console", (message) => { if (["error", "warning"].includes(message.type())) said.push(message.text()); });
    page.on("pageerror", (error) => said.push(String(error)));
    page.on("request", (request) => { if (!/^(file|data|blob):/.test(request.url())) said.push("asked for " + request.url()); });
    for (const step of wanted) {
      if (!steps[step.do]) throw new Error("there is no step " + step.do);
      try { answers.push(await steps[step.do](page, step)); }
      catch (error) { throw new Error(JSON.stringify(step) + ": " + error.message + "\n" + said.join("\n")); }
    }
  } finally {
    await context.close();
    fs.rmSync(profile, { recursive: true, force: true });
  }
  process.stdout.write(JSON.stringify([...answers, said]) + "\n");
}

main().catch((error) => { process.stderr.write(error.message + "\n"); process.exit(1); });
