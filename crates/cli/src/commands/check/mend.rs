//! What would mend a resource: the source text to write, and which findings say the same.

use super::sources::Sources;
use tagledger_model::{Place, Planned, Suggestion, TagPlace, Verdict};
use tagledger_report::gate::GateFinding;

/// What decides a patch: the block, where tags are written in it, and the tags.
type Mended = (Option<Place>, Option<TagPlace>, Vec<(String, Option<String>)>);

/// One patch for each resource, with everything that its open findings ask to be set.
pub(super) fn patch(all: &mut [GateFinding], planned: &[Option<&Planned>], sources: &mut Sources) {
    // Thousands of instances may come of one block, one behind the other.
    let mut last: Option<(Mended, Option<String>)> = None;
    let mut start = 0;
    while start < all.len() {
        let key = (all[start].standing, all[start].resource);
        let end = start + all[start..].iter().take_while(|f| (f.standing, f.resource) == key).count();
        let resource = all[start].resource.and_then(|row| planned.get(row).copied().flatten());
        if let Some(resource) = resource.filter(|_| key.0.is_open()) {
            let mut tags: Vec<(String, Option<String>)> = Vec::new();
            for finding in all[start..end].iter().filter(|f| f.finding.verdict == Verdict::Violated) {
                if let Some(Suggestion::SetTag { key, value }) = &finding.finding.suggestion
                    && !tags.iter().any(|(k, _)| k == key)
                {
                    tags.push((key.clone(), value.clone()));
                }
            }
            let what = (resource.place.clone(), resource.tags_at.clone(), tags);
            let known = last.take().filter(|(before, _)| *before == what && what.0.is_some());
            let (what, found) = known.unwrap_or_else(|| {
                let found = lines(resource, &what.2, sources);
                (what, found)
            });
            all[start].patch.clone_from(&found);
            last = Some((what, found));
        }
        start = end;
    }
}

/// The lines of source to write. Where the block is known, they fit into what it says already.
fn lines(resource: &Planned, tags: &[(String, Option<String>)], sources: &mut Sources) -> Option<String> {
    let at = resource.tags_at.as_ref()?;
    let Some(block) = resource.place.as_ref().and_then(|place| sources.block(place, resource.end_line)) else { return tagledger_iac::patch(at, tags) };
    // Which input of a module becomes a tag nobody knows, and HCL is no help in a file of JSON.
    let is_resource = block.trim_start().starts_with("resource");
    // What is copied from the source is held against what credentials look like.
    let merged = tagledger_iac::patch_block(block, at, tags).filter(|lines| !holds_secret(lines));
    merged.or_else(|| tagledger_iac::patch(at, tags).filter(|_| is_resource))
}

/// Whether a text in quotes, with what stands before it, looks like a credential.
fn holds_secret(lines: &str) -> bool {
    lines.lines().any(|line| {
        let parts: Vec<&str> = line.split('"').collect();
        let name = |at: usize| if parts[at - 1].trim().is_empty() { "" } else { parts[at - 1] };
        let named_by = |at: usize| if at >= 3 && matches!(parts[at - 1].trim(), "=" | ":") { parts[at - 2] } else { name(at) };
        (1..parts.len()).step_by(2).any(|at| tagledger_taxonomy::redacted(named_by(at), parts[at]).is_some())
    })
}

/// A resource without any tag lacks every required key as well: for people the latter says it all.
pub(super) fn say_bare_once(all: &mut [GateFinding]) {
    let mut told = std::collections::HashMap::new();
    let place = |f: &GateFinding| (f.standing, f.resource, f.finding.verdict == Verdict::Violated);
    for (at, finding) in all.iter().enumerate().filter(|(_, f)| f.finding.rule == "missing-required-key") {
        told.entry(place(finding)).or_insert(at);
    }
    for finding in all.iter_mut().filter(|f| f.finding.rule == "untagged" && f.resource.is_some()) {
        finding.told_by = told.get(&place(finding)).copied();
    }
}
