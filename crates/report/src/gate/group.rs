//! Findings of one resource together, as most formats show them.

use super::{Gate, GateFinding, GateOptions, GateResource, Standing};
use std::collections::HashMap;
use tagledger_model::{Level, Suggestion, Verdict};

/// Instances of a block that are named; the others are counted.
const FEW: usize = 3;

/// A resource with what was found about it. Instances of one block about which the same was found may be one group.
pub(super) struct Group<'g> {
    /// The first of them.
    pub resource: &'g GateResource,
    /// All of them, at least one.
    pub resources: Vec<&'g GateResource>,
    /// Findings about the first.
    pub findings: Vec<&'g GateFinding>,
}

/// One sentence about a resource, for people.
pub(super) struct Said<'g> {
    /// The findings that it is made of: all of one rule and one standing.
    pub findings: Vec<&'g GateFinding>,
    /// Their rule, then those of findings that it tells as well.
    pub rules: Vec<&'g str>,
    pub message: String,
}

impl Said<'_> {
    pub fn standing(&self) -> Standing {
        self.findings[0].standing
    }
}

impl<'g> Group<'g> {
    /// The worst standing of its findings.
    pub fn worst(&self) -> Option<Standing> {
        self.findings.iter().map(|f| f.standing).min()
    }

    /// What would mend it.
    pub fn patch(&self) -> Option<&'g str> {
        self.findings.iter().find_map(|f| f.patch.as_deref())
    }

    /// Its findings in as few sentences as say everything.
    pub fn said(&self, gate: &Gate) -> Vec<Said<'g>> {
        let told_by = |f: &GateFinding| f.told_by.and_then(|at| gate.findings.get(at));
        let (told, plain): (Vec<&'g GateFinding>, Vec<&'g GateFinding>) =
            self.findings.iter().partition(|f| told_by(f).is_some_and(|by| self.findings.iter().any(|f| std::ptr::eq(*f, by))));
        let mut all: Vec<Said<'g>> = Vec::new();
        for finding in plain {
            match all.iter_mut().find(|said| is_alike(said.findings[0], finding)) {
                Some(said) => said.findings.push(finding),
                None => all.push(Said { findings: vec![finding], rules: vec![finding.finding.rule.as_str()], message: String::new() }),
            }
        }
        for said in &mut all {
            said.message = sentence(&said.findings);
        }
        for finding in told {
            let Some(said) = all.iter_mut().find(|said| said.findings.iter().any(|f| told_by(finding).is_some_and(|by| std::ptr::eq(*f, by)))) else {
                continue;
            };
            said.rules.push(finding.finding.rule.as_str());
            if finding.finding.verdict == Verdict::Violated {
                said.message = format!("{}: {}", finding.finding.message, said.message);
            }
        }
        all
    }
}

/// The key as a message quotes it, and what stands before and behind.
fn around(finding: &GateFinding) -> Option<(&str, &str, &str)> {
    let (before, rest) = finding.finding.message.split_once('`')?;
    let (key, after) = rest.split_once('`')?;
    let is_key = |word: &str| word.eq_ignore_ascii_case(key);
    (finding.finding.key.as_ref().is_some_and(|k| is_key(k)) || finding.finding.evidence.as_ref().is_some_and(|e| is_key(&e.field)))
        .then_some((before, key, after))
}

/// Whether two findings differ in nothing but the key, so that one sentence can say both.
fn is_alike(one: &GateFinding, other: &GateFinding) -> bool {
    let frame = |f: &'_ GateFinding| around(f).map(|(before, _, after)| (before.to_owned(), after.to_owned()));
    one.standing == other.standing
        && one.finding.rule == other.finding.rule
        && one.finding.level == other.finding.level
        && one.finding.verdict == other.finding.verdict
        && frame(one).is_some_and(|frame_of_one| Some(frame_of_one) == frame(other))
}

fn sentence(findings: &[&GateFinding]) -> String {
    let keys: Vec<String> = findings.iter().filter_map(|f| around(f)).map(|(_, key, _)| format!("`{key}`")).collect();
    match (around(findings[0]), keys.split_last()) {
        (Some((before, _, after)), Some((last, [_, ..]))) => {
            let after = after.strip_prefix(" is ").map_or_else(|| after.to_owned(), |rest| format!(" are {rest}"));
            format!("{before}{} and {last}{after}", keys[..keys.len() - 1].join(", "))
        }
        _ => findings[0].finding.message.clone(),
    }
}

/// Whether a finding says that a tag is not there.
pub(super) fn is_missing(finding: &GateFinding) -> bool {
    let finding = &finding.finding;
    finding.verdict == Verdict::Violated
        && matches!(finding.suggestion, Some(Suggestion::SetTag { .. }))
        && finding.evidence.as_ref().is_some_and(|evidence| evidence.value.is_none())
}

/// Resources with findings of these standings, in the order of their first finding.
pub(super) fn groups<'g>(gate: &'g Gate, shown: impl Fn(Standing) -> bool) -> Vec<Group<'g>> {
    let mut at: Vec<Option<usize>> = vec![None; gate.resources.len()];
    let mut all: Vec<Group<'g>> = Vec::new();
    for finding in gate.findings.iter().filter(|f| shown(f.standing)) {
        let Some((slot, resource)) = finding.resource.and_then(|r| Some((at.get_mut(r)?, gate.resources.get(r)?))) else { continue };
        if let Some(group) = slot {
            all[*group].findings.push(finding);
        } else {
            *slot = Some(all.len());
            all.push(Group { resource, resources: vec![resource], findings: vec![finding] });
        }
    }
    all
}

/// The same, with the instances of a block together about which the same was found.
pub(super) fn blocks<'g>(gate: &'g Gate, shown: impl Fn(Standing) -> bool) -> Vec<Group<'g>> {
    let mut at: HashMap<_, usize> = HashMap::new();
    let mut all: Vec<Group<'g>> = Vec::new();
    for group in groups(gate, shown) {
        let findings: Vec<_> = group.findings.iter().map(|f| (f.standing, f.finding.rule.as_str(), f.finding.message.as_str(), f.patch.as_deref())).collect();
        let key = (group.resource.input, group.resource.block.as_str(), group.resource.action.as_str(), findings);
        if let Some(block) = at.get(&key) {
            all[*block].resources.extend(group.resources);
        } else {
            at.insert(key, all.len());
            all.push(group);
        }
    }
    all
}

/// The address of a resource; of several instances how many they are, with the first few.
pub(super) fn name(resources: &[&GateResource]) -> String {
    match resources {
        [] => String::new(),
        [one] => one.address.clone(),
        [first, ..] => format!("{} ({})", first.block, instances(resources)),
    }
}

/// How many instances, and the first few.
pub(super) fn instances(resources: &[&GateResource]) -> String {
    let named: Vec<&str> = resources.iter().take(FEW).map(|r| r.address.as_str()).collect();
    let more = if resources.len() > FEW { format!(" and {} more", crate::grouped((resources.len() - FEW) as u64)) } else { String::new() };
    format!("{}: {}{more}", crate::plural(resources.len() as u64, "instance"), named.join(", "))
}

/// Path and line that stand for a resource: of its source where that is known, else of the plan.
pub(super) fn path_and_line(gate: &Gate, resource: &GateResource, options: &GateOptions) -> (String, u32) {
    let (path, line) = match &resource.place {
        Some(place) => (place.file.display().to_string(), place.line.max(1)),
        None => (gate.inputs.get(resource.input).map_or_else(|| "plan.json".to_owned(), |input| input.file.clone()), 1),
    };
    (repository_path(&path, options), line)
}

/// A path as a service that has the repository calls it: from its root, with forward slashes and no `./`.
pub(super) fn repository_path(path: &str, options: &GateOptions) -> String {
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    options.repository.as_ref().map_or_else(|| path.to_owned(), |repository| repository.path(path))
}

/// How loud a finding is: its level, or lower where it does not count now.
pub(super) fn loudness(finding: &GateFinding) -> Level {
    match finding.standing {
        Standing::Failing => finding.finding.level,
        Standing::Warning => finding.finding.level.min(Level::Warn),
        _ => Level::Info,
    }
}

/// How many findings stand so.
pub(super) fn count(gate: &Gate, standing: Standing) -> u64 {
    gate.findings.iter().filter(|f| f.standing == standing).count() as u64
}

/// The counts in one line.
pub(super) fn headline(gate: &Gate) -> String {
    let counts = &gate.counts;
    let mut parts = vec![
        crate::plural(counts.resources, "resource"),
        format!("{} answered for", crate::grouped(counts.gated)),
        format!("{} failing", crate::grouped(counts.failing)),
    ];
    if counts.undetermined > 0 {
        parts.push(format!("{} undetermined", crate::grouped(counts.undetermined)));
    }
    if counts.not_taggable > 0 {
        parts.push(format!("{} cannot carry tags", crate::grouped(counts.not_taggable)));
    }
    parts.join(", ")
}
