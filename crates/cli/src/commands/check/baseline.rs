//! Findings that are known: a reviewed file, keyed by address, rule and key, which follows resources that move.

use crate::failure::Failure;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;
use tagledger_report::gate::{Gate, Standing};

const SCHEMA: &str = "tagledger.baseline/1";

/// Known findings.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Baseline {
    schema: String,
    findings: BTreeSet<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    address: String,
    rule: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl Baseline {
    /// Reads a baseline.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|e| Failure::Usage(format!("{shown}: cannot be read: {e}")))?;
        let read: Self = serde_json::from_str(&text).map_err(|e| {
            Failure::Usage(format!("{shown}:{}:{}: this is no baseline ({e}); `tagledger check --write-baseline` writes one", e.line(), e.column()))
        })?;
        if read.schema != SCHEMA {
            return Err(Failure::Usage(format!("{shown}: the baseline has the schema `{}`, and only {SCHEMA} is known", read.schema.escape_debug())));
        }
        Ok(read)
    }

    /// Whether a finding is listed, under the address that its resource has or had.
    pub fn knows(&self, address: &str, previous: Option<&str>, rule: &str, key: Option<&str>) -> bool {
        let entry = |address: &str| Entry { address: address.to_owned(), rule: rule.to_owned(), key: key.map(str::to_owned) };
        self.findings.contains(&entry(address)) || previous.is_some_and(|previous| self.findings.contains(&entry(previous)))
    }

    /// What would fail or warn now, and what was known before.
    pub fn of(gate: &Gate) -> Self {
        let kept = gate.findings.iter().filter(|f| matches!(f.standing, Standing::Failing | Standing::Warning | Standing::Known));
        let entry = |f: &tagledger_report::gate::GateFinding| {
            let address = f.resource.and_then(|r| gate.resources.get(r)).map(|r| r.address.clone())?;
            Some(Entry { address, rule: f.finding.rule.to_string(), key: f.finding.key.as_ref().map(ToString::to_string) })
        };
        Self { schema: SCHEMA.to_owned(), findings: kept.filter_map(entry).collect() }
    }

    /// Writes it.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let mut text = serde_json::to_vec_pretty(self).map_err(|e| Failure::output(&path.display(), e.into()))?;
        text.push(b'\n');
        super::put(path, &text)
    }
}
