// Microsoft's own reader of Kusto queries: a JSON list of queries on standard input, what it finds wrong with each of them on standard output.
//
// `node tests/servers/kusto.js < queries.json`, with the packages below TAGLEDGER_TEST_NODE. It knows Resource Graph's tables by their columns; which operators
// and kinds of join Resource Graph refuses, though Kusto has them, only the loopback server knows.

const fs = require("fs");
const path = require("path");

const modules = path.join(process.env.TAGLEDGER_TEST_NODE, "node_modules", "@kusto", "language-service-next");
require(path.join(modules, "bridge.js"));
require(path.join(modules, "Kusto.Language.Bridge.js"));

const language = Kusto.Language;
const texts = ["id", "name", "type", "tenantId", "kind", "location", "resourceGroup", "subscriptionId", "managedBy"];
const others = ["sku", "plan", "properties", "tags", "identity", "zones", "extendedLocation"];
// In brackets: `kind` is also a word of the language.
const columns = [...texts.map((name) => `['${name}']: string`), ...others.map((name) => `['${name}']: dynamic`)].join(", ");

function table(name) {
  return new language.Symbols.TableSymbol.$ctor7(name, `(${columns})`, null);
}

// Resource Graph does not look at the case of a table's name; Kusto does.
const tables = ["resources", "resourcecontainers", "Resources", "ResourceContainers"].map(table);
const database = new language.Symbols.DatabaseSymbol.ctor("graph", tables);
const globals = language.GlobalState.Default.WithDatabase(database);

function diagnosed(query) {
  const code = language.KustoCode.ParseAndAnalyze(query, globals);
  const found = [];
  for (const one of Bridge.toArray(code.GetDiagnostics())) {
    const text = query.slice(one.Start, one.Start + one.Length);
    found.push({ code: one.Code, severity: one.Severity, message: one.Message, start: one.Start, length: one.Length, text });
  }
  return { query, diagnostics: found };
}

const queries = JSON.parse(fs.readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(queries.map(diagnosed)) + "\n");
