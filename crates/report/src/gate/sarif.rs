//! SARIF 2.1.0 within GitHub's limits:
//! <https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.
//!
//! Of one upload 5,000 results are kept, so that one block of source and rule is one result, however many keys are missing and however many
//! instances there are, and the worst come first. Alerts are told apart by a fingerprint of block and rule, never by a line.

use super::group::{Said, groups, loudness, name, path_and_line, repository_path};
use super::{Gate, GateFinding, GateFormat, GateOptions, GateResource, Standing};
use crate::inert::visible;
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};
use std::io::{self, Write};
use tagledger_model::{Level, Place};

/// One SARIF log with one run.
pub(super) struct Sarif;

/// Results that are kept of one run.
const MOST: usize = 5_000;
/// Sentences of one result: instances may differ.
const SENTENCES: usize = 20;
/// Locations of each sort in one result; of more than a hundred GitHub shows none.
const LOCATIONS: usize = 20;

/// What is said of one block by one rule, with one standing.
struct Alert<'g> {
    rule: &'g str,
    standing: Standing,
    resources: Vec<&'g GateResource>,
    messages: Vec<String>,
    findings: Vec<&'g GateFinding>,
}

impl<'g> Alert<'g> {
    fn add(&mut self, resource: &'g GateResource, said: Said<'g>) {
        if !self.resources.last().is_some_and(|last| std::ptr::eq(*last, resource)) {
            self.resources.push(resource);
        }
        if !self.messages.contains(&said.message) && self.messages.len() < SENTENCES {
            self.messages.push(said.message);
        }
        self.findings.extend(said.findings);
    }
}

/// One alert for each block, rule and standing, in the order of the findings.
fn alerts(gate: &Gate) -> Vec<Alert<'_>> {
    let mut at: HashMap<(usize, &str, &str, Standing), usize> = HashMap::new();
    let mut all: Vec<Alert<'_>> = Vec::new();
    for group in groups(gate, |_| true) {
        for said in group.said(gate) {
            let (rule, standing) = (said.rules[0], said.standing());
            let slot = *at.entry((group.resource.input, &group.resource.block, rule, standing)).or_insert_with(|| {
                all.push(Alert { rule, standing, resources: Vec::new(), messages: Vec::new(), findings: Vec::new() });
                all.len() - 1
            });
            all[slot].add(group.resource, said);
        }
    }
    all.sort_by_key(|alert| alert.standing);
    all
}

impl GateFormat for Sarif {
    fn id(&self) -> &'static str {
        "sarif"
    }

    fn write(&self, gate: &Gate, options: &GateOptions, out: &mut dyn Write) -> io::Result<()> {
        let mut alerts = alerts(gate);
        alerts.truncate(MOST);
        let mut known = BTreeSet::new();
        let results: Vec<Value> = alerts.iter().map(|alert| result(gate, options, alert, &mut known)).collect();
        let rules: BTreeSet<&str> = alerts.iter().map(|alert| alert.rule).collect();
        let category = options.category.as_deref().unwrap_or("tagledger");
        let log = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "Tagledger",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": rules.iter().map(|rule| described(gate, rule)).collect::<Vec<_>>(),
                } },
                "automationDetails": { "id": format!("{}/", category.trim_end_matches('/')) },
                "columnKind": "unicodeCodePoints",
                "results": results,
            }],
        });
        serde_json::to_writer_pretty(&mut *out, &log)?;
        out.write_all(b"\n")
    }
}

/// A rule in its own words.
fn described(gate: &Gate, id: &str) -> Value {
    let mut rule = json!({ "id": id, "name": id, "properties": { "tags": ["tags", "finops"] } });
    let more = format!("`tagledger explain {id}` prints the whole page.");
    if let Some(known) = gate.rules.iter().find(|rule| rule.id == id) {
        rule["shortDescription"] = json!({ "text": known.summary });
        let help: Vec<_> = known.help.lines().chain(["", &more]).map(visible).collect();
        rule["help"] = json!({ "text": help.join("\n"), "markdown": help.join("\n") });
        rule["defaultConfiguration"] = json!({ "level": word(known.level) });
    }
    rule
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warning",
        _ => "note",
    }
}

fn result(gate: &Gate, options: &GateOptions, alert: &Alert<'_>, known: &mut BTreeSet<String>) -> Value {
    let resource = alert.resources[0];
    let (path, line) = path_and_line(gate, resource, options);
    let mut result = Map::new();
    let mut set = |name: &str, value: Value| result.insert(name.to_owned(), value);
    set("ruleId", json!(alert.rule));
    set("level", json!(alert.findings.iter().map(|f| loudness(f)).max().map_or("note", word)));
    let demands: BTreeSet<&Place> = alert.findings.iter().filter_map(|f| f.finding.demanded_by.as_ref()).collect();
    let demands: Vec<&Place> = demands.into_iter().take(LOCATIONS).collect();
    let mut text = message(&format!("{}: {}", name(&alert.resources), alert.messages.join("; ")));
    if !demands.is_empty() {
        // A number in brackets makes a link to the related location of that id.
        let links: Vec<String> = demands.iter().enumerate().map(|(at, place)| format!("[{}]({})", message(&place.to_string()), at + 1)).collect();
        text = format!("{text}. Demanded by {}", links.join(", "));
        let related = |(at, place): (usize, &&Place)| {
            json!({
                "id": at + 1,
                "message": { "text": "demanded here" },
                "physicalLocation": physical(&repository_path(&place.file.display().to_string(), options), place.line),
            })
        };
        set("relatedLocations", json!(demands.iter().enumerate().map(related).collect::<Vec<_>>()));
    }
    set("message", json!({ "text": text }));
    let logical = |resource: &&GateResource| json!({ "fullyQualifiedName": resource.address, "kind": "resource" });
    set(
        "locations",
        json!([{
            "physicalLocation": physical(&path, line),
            "logicalLocations": alert.resources.iter().take(LOCATIONS).map(logical).collect::<Vec<_>>(),
        }]),
    );
    // Where some instances are waived and others are not, the worst keeps the name that the alert had before.
    let mut own = fingerprint(&resource.block, alert.rule);
    if !known.insert(format!("{} {own}", resource.input)) {
        own = fingerprint(&resource.block, &format!("{} {}", alert.rule, alert.standing.word()));
    }
    // The first is the only one that GitHub tells alerts apart by.
    set("partialFingerprints", json!({ "primaryLocationLineHash": own, "tagledger/v1": own }));
    let accepted = |why: String| json!([{ "kind": "external", "status": "accepted", "justification": why }]);
    match alert.standing {
        Standing::Waived => {
            let why = alert.findings[0].finding.waived.as_ref().map_or_else(String::new, |w| format!("{} ({}, until {})", w.reason, w.owner, w.expires));
            set("suppressions", accepted(visible(&why).into_owned()));
        }
        Standing::Known => {
            set("suppressions", accepted("listed in the baseline".to_owned()));
        }
        _ => {}
    }
    Value::Object(result)
}

/// A line of a file. A block goes on behind it, but an alert is shown on a pull request only where all of its lines were changed.
fn physical(path: &str, line: u32) -> Value {
    json!({ "artifactLocation": { "uri": uri(path) }, "region": { "startLine": line.max(1) } })
}

/// Text of a message, in which brackets would make a link.
fn message(text: &str) -> String {
    visible(text).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

/// FNV-1a of 64 bits over address and rule: the same from run to run, wherever the resource stands.
fn fingerprint(address: &str, rule: &str) -> String {
    let bytes = address.bytes().chain([0xff]).chain(rule.bytes());
    format!("{:016x}", bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
}

/// A relative path as a URI.
fn uri(path: &str) -> String {
    let kept = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.' | b'~');
    path.bytes().map(|b| if kept(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
