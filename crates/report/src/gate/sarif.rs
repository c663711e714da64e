//! SARIF 2.1.0 within GitHub's limits:
//! <https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.
//!
//! Of one upload 5,000 results are kept, so that one resource and rule is one result, however many keys are missing, and the worst come
//! first. Alerts are told apart by a fingerprint of address and rule, never by a line.

use super::group::{groups, loudness, path_and_line};
use super::{Gate, GateFinding, GateFormat, GateOptions, GateResource, Standing};
use crate::inert::visible;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};
use tagledger_model::Level;

/// One SARIF log with one run.
pub(super) struct Sarif;

/// Results that are kept of one run.
const MOST: usize = 5_000;

impl GateFormat for Sarif {
    fn id(&self) -> &'static str {
        "sarif"
    }

    fn write(&self, gate: &Gate, options: &GateOptions, out: &mut dyn Write) -> io::Result<()> {
        let mut results = Vec::new();
        let mut rules: BTreeMap<&str, Level> = BTreeMap::new();
        for group in groups(gate, |_| true) {
            let mut by_rule: Vec<(&str, Vec<&GateFinding>)> = Vec::new();
            for finding in group.findings {
                let rule = finding.finding.rule.as_str();
                match by_rule.iter_mut().find(|(name, all)| *name == rule && all[0].standing == finding.standing) {
                    Some((_, all)) => all.push(finding),
                    None => by_rule.push((rule, vec![finding])),
                }
            }
            for (rule, findings) in by_rule {
                let level = rules.entry(rule).or_insert(findings[0].finding.level);
                *level = (*level).max(findings[0].finding.level);
                results.push((findings[0].standing, result(gate, group.resource, rule, &findings)));
            }
        }
        results.sort_by_key(|(standing, _)| *standing);
        results.truncate(MOST);
        let category = options.category.as_deref().unwrap_or("tagledger");
        let log = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "Tagledger",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": rules.iter().map(|(rule, level)| described(rule, *level)).collect::<Vec<_>>(),
                } },
                "automationDetails": { "id": format!("{}/", category.trim_end_matches('/')) },
                "columnKind": "unicodeCodePoints",
                "results": results.into_iter().map(|(_, result)| result).collect::<Vec<_>>(),
            }],
        });
        serde_json::to_writer_pretty(&mut *out, &log)?;
        out.write_all(b"\n")
    }
}

fn described(rule: &str, level: Level) -> Value {
    json!({
        "id": rule,
        "shortDescription": { "text": rule },
        "help": { "text": format!("`tagledger explain {rule}` prints what is wrong, why it matters, and how to mend it.") },
        "defaultConfiguration": { "level": word(level) },
        "properties": { "tags": ["tags", "finops"] },
    })
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warning",
        _ => "note",
    }
}

fn result(gate: &Gate, resource: &GateResource, rule: &str, findings: &[&GateFinding]) -> Value {
    let (path, line) = path_and_line(gate, resource);
    let messages: Vec<&str> = findings.iter().map(|f| f.finding.message.as_str()).collect();
    let mut result = Map::new();
    let mut set = |name: &str, value: Value| result.insert(name.to_owned(), value);
    set("ruleId", json!(rule));
    set("level", json!(findings.iter().map(|f| loudness(f)).max().map_or("note", word)));
    set("message", json!({ "text": message(&format!("{}: {}", resource.address, messages.join("; "))) }));
    let mut region = json!({ "startLine": line });
    if resource.end_line > line {
        region["endLine"] = json!(resource.end_line);
    }
    set(
        "locations",
        json!([{
            "physicalLocation": { "artifactLocation": { "uri": uri(&path) }, "region": region },
            "logicalLocations": [{ "fullyQualifiedName": resource.address, "kind": "resource" }],
        }]),
    );
    // The first is the only one that GitHub tells alerts apart by; were it not set, all instances of a block would be one alert.
    let own = fingerprint(&resource.address, rule);
    set("partialFingerprints", json!({ "primaryLocationLineHash": own, "tagledger/v1": own }));
    match findings[0].standing {
        Standing::Waived => {
            let why = findings[0].finding.waived.as_ref().map_or_else(String::new, |w| format!("{} ({}, until {})", w.reason, w.owner, w.expires));
            set("suppressions", json!([{ "kind": "external", "status": "accepted", "justification": why }]));
        }
        Standing::Known => {
            set("suppressions", json!([{ "kind": "external", "status": "accepted", "justification": "listed in the baseline" }]));
        }
        _ => {}
    }
    Value::Object(result)
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
