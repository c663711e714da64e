//! What becomes of each finding, and of the check.

use super::baseline::Baseline;
use super::children;
use super::inputs::Plans;
use super::mend;
use super::sources::Sources;
use crate::args::Check;
use crate::exit;
use std::collections::BTreeSet;
use tagledger_engine::{FindingSource, Table};
use tagledger_iac::address::Address;
use tagledger_model::{Finding, Level, Place, Planned, RawResource, Taggable, Timestamp, Verdict};
use tagledger_report::gate::{Excerpt, GATE_SCHEMA, Gate, GateCounts, GateFinding, GateResource, GateRule, Standing};
use tagledger_report::{Exit, plural};
use tagledger_rules::RULES;
use tagledger_taxonomy::Taxonomy;

/// The document of a check.
pub(super) fn gate(args: &Check, taxonomy: &Taxonomy, plans: Plans, findings: &FindingSource<'_>, known: &Baseline, now: Timestamp) -> Gate {
    let Plans { reading, inputs, input_of } = plans;
    // Rows of the inventory are the plans' resources in order: no two have one id.
    let planned: Vec<Option<&Planned>> = reading.resources.iter().map(|r| r.origin.planned()).collect();
    // A finding is large: a list that grows would be there twice while it does.
    let mut all = Vec::with_capacity(findings.len());
    for position in 0..findings.len() {
        let (Table::Resources, row) = findings.subject(position) else { continue };
        let Some(planned) = planned.get(row as usize).copied().flatten() else { continue };
        let mut finding = findings.get(position);
        finding.resource.clone_from(&planned.address);
        let Some(standing) = standing(args, &finding, planned, known, now) else { continue };
        let live_fingerprint = findings.live_fingerprint(position).map(|f| f.0.to_string());
        all.push(GateFinding { standing, resource: Some(row as usize), finding, live_fingerprint, patch: None, told_by: None });
    }
    all.sort_by_key(|f| (f.standing, f.resource));
    say_once(&mut all);
    if args.fail_on_undetermined {
        for finding in all.iter_mut().filter(|f| f.standing == Standing::Undetermined) {
            finding.standing = Standing::Failing;
        }
        all.sort_by_key(|f| (f.standing, f.resource));
    }
    let mut sources = Sources::default();
    mend::patch(&mut all, &planned, &mut sources);
    mend::say_bare_once(&mut all);
    let resources: Vec<GateResource> = reading.resources.iter().zip(&input_of).filter_map(|(r, input)| shown(r, *input)).collect();
    let counts = counts(args, &resources, &planned, &all);
    let mut notes = reading.notes;
    notes.extend(children::notes(taxonomy, &reading.unseen));
    let is_lent = taxonomy.keys.iter().any(|key| !key.inherit.is_empty()) || all.iter().any(|f| f.finding.rule == "stage-mismatch");
    if counts.undetermined > 0 && args.from.is_empty() && is_lent {
        notes.push("What is undetermined may depend on tags of accounts or groups that the plans do not show: --scope names the account, --from hands over their exports".to_owned());
    }
    Gate {
        schema: GATE_SCHEMA.to_owned(),
        tool: concat!("tagledger ", env!("CARGO_PKG_VERSION")).to_owned(),
        taxonomy: taxonomy.path.display().to_string(),
        inputs,
        exit: exit_of(args, &counts, &all, &reading.gaps, now),
        counts,
        excerpts: excerpts(&resources, &all, &mut sources),
        rules: rules(&all),
        resources,
        findings: all,
        gaps: reading.gaps,
        notes,
    }
}

/// What becomes of a finding; none for what is left unsaid: an open question about something that the plan does not touch.
fn standing(args: &Check, finding: &Finding, planned: &Planned, known: &Baseline, now: Timestamp) -> Option<Standing> {
    if finding.waived.is_some() {
        return Some(Standing::Waived);
    }
    let is_violated = finding.verdict == Verdict::Violated;
    if !planned.action.is_gated() && !args.all {
        return is_violated.then_some(Standing::Debt);
    }
    if known.knows(&planned.address, planned.previous.as_deref(), &finding.rule, finding.key.as_deref()) {
        return Some(Standing::Known);
    }
    let fail_on: Level = args.fail_on.into();
    let early = args.warn_until.is_some_and(|until| now.0 < until.0);
    Some(match (is_violated, finding.level >= fail_on && !early) {
        (false, _) => Standing::Undetermined,
        (true, true) => Standing::Failing,
        (true, false) => Standing::Warning,
    })
}

/// A value that is known only after apply leaves several rules without an answer; of one resource and key one of them is told.
fn say_once(all: &mut Vec<GateFinding>) {
    const TOLD_FIRST: [&str; 2] = ["missing-required-key", "unknown-value"];
    let place = |f: &GateFinding| (f.resource, f.finding.key.clone());
    let is_open = |f: &GateFinding| f.standing == Standing::Undetermined && f.finding.key.is_some();
    let mut told = std::collections::HashMap::new();
    for (at, finding) in all.iter().enumerate().filter(|(_, f)| is_open(f)) {
        let rank = |f: &GateFinding| TOLD_FIRST.iter().position(|rule| f.finding.rule == *rule).unwrap_or(TOLD_FIRST.len());
        let best = told.entry(place(finding)).or_insert(at);
        if rank(finding) < rank(&all[*best]) {
            *best = at;
        }
    }
    let kept: BTreeSet<usize> = told.into_values().collect();
    let mut at = 0;
    all.retain(|f| {
        at += 1;
        !is_open(f) || kept.contains(&(at - 1))
    });
}

fn shown(resource: &RawResource, input: usize) -> Option<GateResource> {
    let planned = resource.origin.planned()?;
    Some(GateResource {
        address: planned.address.to_string(),
        block: Address::parse_within(&planned.address).map_or_else(|| planned.address.to_string(), |(address, within)| address.block() + within),
        module: planned.module.as_ref().map(ToString::to_string),
        kind: planned.kind.to_string(),
        cloud: resource.cloud.to_string(),
        action: planned.action.word().to_owned(),
        taggable: match resource.taggable {
            Taggable::Yes => "yes",
            Taggable::No => "no",
            Taggable::Unknown => "unknown",
        }
        .to_owned(),
        input,
        place: planned.place.clone(),
        end_line: planned.end_line,
        id: planned.id.as_ref().map(|id| id.shown().to_string()),
    })
}

/// The lines that open findings name: of the source, and of the taxonomy.
fn excerpts(resources: &[GateResource], all: &[GateFinding], sources: &mut Sources) -> Vec<Excerpt> {
    let open = || all.iter().filter(|f| f.standing.is_open());
    let heads: BTreeSet<&Place> = open().filter_map(|f| resources.get(f.resource?)?.place.as_ref()).collect();
    let demands: BTreeSet<&Place> = open().filter_map(|f| f.finding.demanded_by.as_ref()).filter(|place| !heads.contains(place)).collect();
    let mut found: Vec<Excerpt> = heads.into_iter().filter_map(|place| sources.head(place)).collect();
    found.extend(demands.into_iter().filter_map(|place| sources.demand(place)));
    found.sort_by(|a, b| a.place.cmp(&b.place));
    found
}

/// The rules that findings name, in their own words.
fn rules(all: &[GateFinding]) -> Vec<GateRule> {
    let named: BTreeSet<&str> = all.iter().map(|f| f.finding.rule.as_str()).collect();
    let metas = RULES.iter().map(|rule| rule.meta()).filter(|meta| named.contains(meta.id));
    let help = |page: &str| {
        // Its title is the id, and its examples are tests.
        let text = page.split_once('\n').map_or(page, |(_, text)| text);
        text.split("\n## Examples").next().unwrap_or(text).trim().to_owned()
    };
    metas.map(|meta| GateRule { id: meta.id.to_owned(), summary: meta.summary.to_owned(), help: help(meta.page), level: meta.level }).collect()
}

fn counts(args: &Check, resources: &[GateResource], planned: &[Option<&Planned>], all: &[GateFinding]) -> GateCounts {
    let with = |standing: Standing| all.iter().filter(|f| f.standing == standing).filter_map(|f| f.resource).collect::<BTreeSet<_>>();
    let failing = with(Standing::Failing);
    GateCounts {
        resources: resources.len() as u64,
        gated: planned.iter().flatten().filter(|p| args.all || p.action.is_gated()).count() as u64,
        not_taggable: resources.iter().filter(|r| r.taggable == "no").count() as u64,
        undetermined: with(Standing::Undetermined).difference(&failing).count() as u64,
        failing: failing.len() as u64,
    }
}

fn exit_of(args: &Check, counts: &GateCounts, all: &[GateFinding], gaps: &[String], now: Timestamp) -> Exit {
    let number = |standing: Standing| all.iter().filter(|f| f.standing == standing).count() as u64;
    let level = Level::from(args.fail_on).word();
    let failing = number(Standing::Failing);
    if failing > 0 {
        let or = if args.fail_on_undetermined { ", or undetermined," } else { "" };
        return Exit {
            code: exit::FINDINGS.0,
            why: format!("{} at level {level} or above{or} on {}", plural(failing, "finding"), plural(counts.failing, "resource")),
        };
    }
    let open = number(Standing::Undetermined) + gaps.len() as u64;
    if args.fail_on_undetermined && open > 0 {
        return Exit { code: exit::FINDINGS.0, why: format!("{} could not be judged", plural(open, "thing")) };
    }
    let mut why = format!("no findings at level {level} or above");
    if let Some(until) = args.warn_until.filter(|until| now.0 < until.0) {
        let early = number(Standing::Warning);
        if early > 0 {
            why = format!("{} only warn{} until {}, and fail from then on", plural(early, "finding"), if early == 1 { "s" } else { "" }, until.day());
        }
    }
    if open > 0 {
        why.push_str("; what is undetermined does not fail without --fail-on-undetermined");
    }
    Exit { code: exit::CLEAN.0, why }
}
