//! `explain`: a rule's page, or one finding with its whole chain of evidence.

use crate::args::Explain;
use crate::exit::{self, Code};
use crate::failure::{Failure, inert};
use crate::rows::StoredRows;
use std::fmt::Write;
use std::path::Path;
use tagledger_collect::ResourceRef;
use tagledger_model::{Evidence, Finding, Verdict};
use tagledger_report::StateCells;
use tagledger_store::RunFolder;
use tagledger_taxonomy::decode_label;

pub(crate) fn run(args: &Explain) -> Result<Code, Failure> {
    if let Some(rule) = tagledger_rules::find(&args.what) {
        super::print(rule.meta().page.as_bytes())?;
        return Ok(exit::CLEAN);
    }
    let digits = args.what.to_ascii_lowercase();
    if digits.len() < 4 || digits.len() > 16 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        let ids: Vec<&str> = tagledger_rules::RULES.iter().map(|r| r.meta().id).collect();
        return Err(Failure::Usage(format!(
            "`{}` is neither a rule nor a fingerprint (4 to 16 hexadecimal digits); the rules are {}",
            inert(&args.what),
            ids.join(", ")
        )));
    }
    let run = match &args.run {
        Some(path) => RunFolder::open(path)?,
        None => RunFolder::newest(Path::new("reports"))?,
    };
    let head = super::report::open(&run)?;
    let mut found: Vec<Finding> = Vec::new();
    let rows = StoredRows::new(&run, &head.summary, head.findings);
    rows.each_finding(|f| {
        if f.fingerprint.0.starts_with(&digits) {
            found.push(f);
        }
        found.len() < 2
    })?;
    match &found[..] {
        [] => Err(Failure::Usage(format!("{}: no finding begins with {digits}", run.path().display()))),
        [finding] => {
            let state = rows.state_of(finding)?;
            super::print(chain(finding, &state, head.summary.costs.as_ref().and_then(|c| c.priced_month.as_deref()), &head.taxonomy).as_bytes())?;
            Ok(exit::CLEAN)
        }
        _ => Err(Failure::Usage(format!("{digits}: more than one finding begins so; give more digits"))),
    }
}

/// What a tag says that its cloud can hold in an encoding only; none where it stands as it is.
fn decoded(finding: &Finding, evidence: &Evidence) -> Option<String> {
    crate::clouds::find(finding.cloud.as_str()).filter(|cloud| cloud.grammar().encoded)?;
    let value = evidence.value.as_deref().unwrap_or_default();
    let (key, plain) = (decode_label(&evidence.field), decode_label(value));
    (key != evidence.field || plain != value).then(|| format!("{key} = `{plain}`"))
}

/// Everything that is known of a finding, line by line.
fn chain(finding: &Finding, state: &StateCells, priced: Option<&str>, taxonomy: &str) -> String {
    let mut out = String::new();
    let mut line = |label: &str, text: &str| {
        // Writing to a string cannot fail.
        let _written = writeln!(out, "{label:<14}{}", inert(text).replace('\n', "\\n"));
    };
    line("finding", &finding.fingerprint.0);
    line("rule", &format!("{} ({}, {})", finding.rule, finding.level.word(), finding.verdict.word()));
    line("what", &finding.message);
    line("resource", &finding.resource);
    if let Some(name) = &finding.name {
        line("name", name);
    }
    let region = finding.region.as_ref().map(|r| format!(", {r}")).unwrap_or_default();
    line("where", &format!("{} {}{region}, {}", finding.cloud, finding.scope, finding.kind));
    if let Some(evidence) = &finding.evidence {
        // Of what is there, and was not read, there is no value to show either.
        let missing = if finding.verdict == Verdict::Undetermined { "was not read" } else { "is absent" };
        line("evidence", &evidence.value.as_ref().map_or_else(|| format!("{} {missing}", evidence.field), |v| format!("{} = `{v}`", evidence.field)));
        if let Some(plain) = decoded(finding, evidence) {
            line("which reads", &plain);
        }
    }
    for (label, text) in ["state", "proved by"].into_iter().zip(crate::state::in_words(state)) {
        line(label, &text);
    }
    if let Some(provenance) = &finding.provenance {
        line("from", provenance);
    }
    if let Some(place) = &finding.demanded_by {
        line("demanded by", &place.to_string());
        let demanded = usize::try_from(place.line).ok().and_then(|n| taxonomy.lines().nth(n.checked_sub(1)?));
        if let Some(text) = demanded {
            line("", text.trim());
        }
    }
    if let Some(suggestion) = &finding.suggestion {
        line("mend", &suggestion.to_string());
        let on = ResourceRef { id: &finding.resource, kind: &finding.kind, scope: &finding.scope, region: finding.region.as_deref() };
        if let Some(command) = crate::clouds::find(finding.cloud.as_str()).and_then(|c| c.command(suggestion, &on)) {
            line("command", &command);
        }
    }
    for money in &finding.money {
        line("at stake", &format!("{money} in {}", priced.unwrap_or("the priced month")));
    }
    // A resource that costs nothing and one that the bill does not name look alike in it, so neither is guessed.
    if let Some(month) = priced.filter(|_| finding.money.is_empty() && finding.kind != "waiver") {
        line("at stake", &format!("not measurable: the bill names no cost of it in {month}"));
    }
    if let Some(first) = &finding.first_seen {
        line("first seen", &if finding.age_known { first.to_string() } else { format!("{first}; it may be older") });
    }
    if let Some(waived) = &finding.waived {
        line("waived", &format!("{} (by {}, until {})", waived.reason, waived.owner, waived.expires));
    }
    line("page", &format!("tagledger explain {}", finding.rule));
    out
}
