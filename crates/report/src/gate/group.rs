//! Findings of one resource together, as most formats show them.

use super::{Gate, GateFinding, GateResource, Standing};
use tagledger_model::Level;

/// A resource with what was found about it.
pub(super) struct Group<'g> {
    pub resource: &'g GateResource,
    pub findings: Vec<&'g GateFinding>,
}

impl Group<'_> {
    /// The worst standing of its findings.
    pub fn worst(&self) -> Option<Standing> {
        self.findings.iter().map(|f| f.standing).min()
    }
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
            all.push(Group { resource, findings: vec![finding] });
        }
    }
    all
}

/// Path and line that stand for a resource: of its source where that is known, else of the plan. Paths have forward slashes and no `./`.
pub(super) fn path_and_line(gate: &Gate, resource: &GateResource) -> (String, u32) {
    let (path, line) = match &resource.place {
        Some(place) => (place.file.display().to_string(), place.line.max(1)),
        None => (gate.inputs.get(resource.input).map_or_else(|| "plan.json".to_owned(), |input| input.file.clone()), 1),
    };
    let path = path.replace('\\', "/");
    (path.strip_prefix("./").unwrap_or(&path).to_owned(), line)
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
