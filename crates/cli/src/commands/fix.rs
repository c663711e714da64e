//! `fix`: the commands that would mend the findings of a run, as a script for each cloud. It runs nothing.

mod majority;

use crate::args::Fix;
use crate::exit::{self, Code};
use crate::failure::{Failure, inert};
use crate::output::Delivery;
use crate::rows::StoredRows;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use tagledger_collect::{Cloud, ResourceRef, TagChanges};
use tagledger_model::{Finding, Suggestion, Verdict};
use tagledger_report::Sink;
use tagledger_store::RunFolder;

/// A resource by cloud, scope and id.
type Key = (String, String, String);

/// What is to be done to a resource.
#[derive(Default)]
struct Mends {
    kind: String,
    region: Option<String>,
    /// New values by the key as it is spelt.
    values: BTreeMap<String, String>,
    /// From key to key, with the value that it has.
    renames: BTreeMap<String, (String, String)>,
    /// What is only likely.
    perhaps: Vec<(String, Suggestion)>,
    /// Keys without a value, each with the tag that would say it.
    missing: Vec<(String, String)>,
}

pub(crate) fn run(args: &Fix) -> Result<Code, Failure> {
    let known = |cloud: &String| crate::clouds::find(cloud).is_some();
    if let Some(cloud) = args.cloud.iter().find(|cloud| !known(cloud)) {
        let all: Vec<String> = crate::clouds::all().iter().map(|cloud| cloud.id().to_string()).collect();
        return Err(Failure::Usage(format!("--cloud {}: no such cloud; known {}", inert(cloud), all.join(", "))));
    }
    if let Some(rule) = args.rule.iter().find(|rule| tagledger_rules::find(rule).is_none()) {
        return Err(Failure::Usage(format!("--rule {}: no such rule; `tagledger explain` names them", inert(rule))));
    }
    let run = match &args.run {
        Some(path) => RunFolder::open(path)?,
        None => RunFolder::newest(Path::new("reports"))?,
    };
    let head = super::report::open(&run)?;
    let mut all: BTreeMap<Key, Mends> = BTreeMap::new();
    let rows = StoredRows::new(&run, &head.summary, head.findings);
    rows.each_finding(|finding| {
        let is_wanted = |list: &[String], word: &str| list.is_empty() || list.iter().any(|one| one == word);
        let is_open = finding.verdict == Verdict::Violated && finding.waived.is_none();
        if is_open && is_wanted(&args.cloud, finding.cloud.as_str()) && is_wanted(&args.rule, &finding.rule) {
            take(&mut all, finding);
        }
        true
    })?;
    majority::ask(&mut all, &rows, &head.summary.keys).map_err(|source| Failure::output(&run.path().display(), source))?;
    let when = head.summary.started.clone();
    let mut scripts: BTreeMap<String, String> = BTreeMap::new();
    for cloud in crate::clouds::all() {
        let id = cloud.id().to_string();
        let here: Vec<(&Key, &Mends)> = all.iter().filter(|((of, ..), mends)| *of == id && mends.say_something()).collect();
        if !here.is_empty() {
            scripts.insert(id, script(cloud, &run.path().display().to_string(), &when, &here));
        }
    }
    let Some(out) = &args.out else {
        return super::print(scripts.into_values().collect::<Vec<_>>().join("\n").as_bytes()).map(|()| exit::CLEAN);
    };
    let delivery = Delivery::begin(out)?;
    for (cloud, text) in &scripts {
        let failed = |source| Failure::Output { what: out.display().to_string(), source };
        let mut folder = delivery.folder();
        let mut file = folder.file(&format!("fix-{cloud}.sh")).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(failed)?;
    }
    delivery.commit()?;
    Ok(exit::CLEAN)
}

/// Adds what a finding suggests to what is done to its resource.
fn take(all: &mut BTreeMap<Key, Mends>, finding: Finding) {
    let is_certain = tagledger_rules::is_certain(&finding);
    let Some(suggestion) = finding.suggestion else { return };
    let (raw_key, raw_value) = finding.evidence.map_or((String::new(), None), |evidence| (evidence.field, evidence.value));
    // What looked like a credential was left out, and is nothing to be written.
    if let (Suggestion::SetTag { key: tag, value: None }, Some(key)) = (&suggestion, &finding.key) {
        let mends = all.entry((finding.cloud.to_string(), finding.scope.to_string(), finding.resource.to_string())).or_default();
        mends.kind = finding.kind.to_string();
        mends.region = finding.region.as_ref().map(ToString::to_string);
        mends.missing.push((key.to_string(), tag.clone()));
        return;
    }
    let is_left_out = raw_value.as_deref().is_some_and(|value| tagledger_taxonomy::was_redacted(value).is_some());
    if is_left_out || matches!(suggestion, Suggestion::Other { .. }) {
        return;
    }
    let mends = all.entry((finding.cloud.to_string(), finding.scope.to_string(), finding.resource.to_string())).or_default();
    mends.kind = finding.kind.to_string();
    mends.region = finding.region.map(|region| region.to_string());
    match (suggestion, raw_value) {
        (Suggestion::SetTag { key, value: Some(value) }, _) if is_certain => drop(mends.values.insert(key, value)),
        (Suggestion::RenameTag { from, to }, Some(value)) if is_certain && from == raw_key => drop(mends.renames.insert(from, (to, value))),
        (other, _) => mends.perhaps.push((finding.message, other)),
    }
}

impl Mends {
    fn say_something(&self) -> bool {
        !(self.values.is_empty() && self.renames.is_empty() && self.perhaps.is_empty())
    }

    /// What is certain, as one change.
    fn changes(&self) -> TagChanges {
        let mut changes = TagChanges { set: self.values.clone(), ..TagChanges::default() };
        for (from, (to, value)) in &self.renames {
            // A value that is spelt otherwise as well, or lent in the place of an empty one, is mended under its new key.
            let known = changes.set.remove(from).or_else(|| changes.set.get(to).cloned());
            let value = known.unwrap_or_else(|| value.clone());
            changes.set.insert(to.clone(), value);
            changes.remove.insert(from.clone());
        }
        changes
    }
}

/// The script of one cloud.
fn script(cloud: &dyn Cloud, run: &str, when: &str, all: &[(&Key, &Mends)]) -> String {
    let one_line = |text: &str| inert(text).replace(['\n', '\r'], " ");
    let mut out = String::from("#!/usr/bin/env bash\n");
    let mut line = |text: &str| {
        // Writing to a string cannot fail.
        let _written = writeln!(out, "{text}");
    };
    line(&format!("# What would mend findings of {}, from the run {} of {when}.", cloud.id(), one_line(run)));
    line("# Nothing has been run. Read it, take out what you do not want, and run it as somebody who may write tags.");
    line("set -euo pipefail");
    let mut by_change: BTreeMap<(&str, TagChanges), Vec<ResourceRef<'_>>> = BTreeMap::new();
    for ((_, scope, id), mends) in all {
        let changes = mends.changes();
        if changes != TagChanges::default() {
            let on = ResourceRef { id, kind: &mends.kind, scope, region: mends.region.as_deref() };
            by_change.entry((scope, changes)).or_default().push(on);
        }
    }
    if !by_change.is_empty() && !cloud.preamble().is_empty() {
        line(&format!("\n{}", cloud.preamble()));
    }
    let mut last = None;
    for ((scope, changes), on) in &by_change {
        if last != Some(*scope) {
            line(&format!("\n# {}", one_line(scope)));
            last = Some(*scope);
        }
        for commands in cloud.commands(changes, on) {
            commands.lines.iter().for_each(|command| line(command));
            for at in commands.on.iter().filter(|_| commands.lines.is_empty()) {
                line(&format!("# There is no command for {} ({}).", one_line(on[*at].id), one_line(on[*at].kind)));
            }
        }
    }
    let perhaps = all.iter().flat_map(|(key, mends)| mends.perhaps.iter().map(move |(message, suggestion)| (key, mends, message, suggestion)));
    for (number, ((_, scope, id), mends, message, suggestion)) in perhaps.enumerate() {
        if number == 0 {
            line("\n# What follows is only likely: a person has to decide.");
        }
        line(&format!("# {}: {}", one_line(id), one_line(message)));
        let on = ResourceRef { id, kind: &mends.kind, scope, region: mends.region.as_deref() };
        line(&format!("#   {}", cloud.command(suggestion, &on).unwrap_or_else(|| one_line(&suggestion.to_string()))));
    }
    out
}
