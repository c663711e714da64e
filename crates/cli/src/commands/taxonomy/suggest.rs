//! `taxonomy suggest`: what the taxonomy might lack, from the tags of a run.

mod patch;

use crate::args::{SuggestFormat, TaxonomySuggest};
use crate::exit::{self, Code};
use crate::failure::Failure;
use crate::rows::read_tags;
use crate::yaml::escaped;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;
use tagledger_model::Money;
use tagledger_report::{grouped, plural, visible};
use tagledger_store::RunFolder;
use tagledger_taxonomy::{KeyId, Proposal, Proposed, Spelling, Taxonomy, proposals};

/// Further spellings that are shown of one.
const SPELLINGS: usize = 5;

pub(super) fn run(args: &TaxonomySuggest) -> Result<Code, Failure> {
    let run = match &args.run {
        Some(path) => RunFolder::open(path)?,
        None => RunFolder::newest(Path::new("reports"))?,
    };
    let head = super::super::report::open(&run)?;
    let taxonomy = crate::taxonomy::load(&args.taxonomy)?;
    let all = proposals(&taxonomy, &read_tags(&run)?);
    let name = args.taxonomy.display().to_string();
    let text = match args.format {
        SuggestFormat::Terminal => table(&taxonomy, &name, &all),
        SuggestFormat::Yaml => patch::written(&taxonomy, &run.path().display().to_string(), &head.summary.started, &all)?,
        SuggestFormat::Json => escaped(&format!("{:#}\n", document(&taxonomy, &all))),
    };
    super::super::print(text.as_bytes())?;
    Ok(exit::CLEAN)
}

/// What is proposed, in a line.
fn what(taxonomy: &Taxonomy, proposal: &Proposal) -> String {
    let key = |id: &KeyId| &taxonomy.keys[id.index()].name;
    let text = &proposal.spellings[0].text;
    match &proposal.what {
        Proposed::KeyAlias(id) => format!("{text} → {}", key(id)),
        Proposed::NewKey => text.clone(),
        Proposed::ValueAlias(id, value) => format!("{}: {text} → {value}", key(id)),
        Proposed::NewValue(id) => format!("{}: {text}", key(id)),
    }
}

fn money(money: &[Money]) -> String {
    if money.is_empty() {
        "–".to_owned()
    } else {
        money.iter().map(|one| format!("{} {}", one.amount.grouped(), one.currency)).collect::<Vec<_>>().join(" + ")
    }
}

/// The spellings beside the first, with their counts.
fn further(spellings: &[Spelling]) -> Option<String> {
    let others = spellings.get(1..)?;
    let shown: Vec<String> = others.iter().take(SPELLINGS).map(|one| format!("{} ({})", one.text, grouped(one.resources))).collect();
    let rest = others.len().saturating_sub(SPELLINGS);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    (!shown.is_empty()).then(|| format!("{}{more}", shown.join(", ")))
}

fn table(taxonomy: &Taxonomy, name: &str, all: &[Proposal]) -> String {
    type Is = fn(&Proposed) -> bool;
    const PARTS: [(&str, Is); 4] = [
        ("OTHER NAMES OF KEYS", |what| matches!(what, Proposed::KeyAlias(_))),
        ("KEYS", |what| matches!(what, Proposed::NewKey)),
        ("OTHER SPELLINGS OF VALUES", |what| matches!(what, Proposed::ValueAlias(..))),
        ("VALUES", |what| matches!(what, Proposed::NewValue(_))),
    ];
    if all.is_empty() {
        return format!("{}: nothing to propose; every tag of the run that looks like one of its keys or values is one.\n", visible(name));
    }
    let mut out = String::new();
    for (title, is) in PARTS {
        let rows: Vec<&Proposal> = all.iter().filter(|proposal| is(&proposal.what)).collect();
        if rows.is_empty() {
            continue;
        }
        // Writing to a string cannot fail.
        let _written = writeln!(out, "{title}");
        for proposal in rows {
            let _written = writeln!(out, "  {}", visible(&what(taxonomy, proposal)));
            let _written =
                writeln!(out, "      {}, {}; {}", plural(proposal.resources, "resource"), visible(&money(&proposal.money)), visible(&proposal.because));
            if let Some(further) = further(&proposal.spellings) {
                let _written = writeln!(out, "      also {}", visible(&further));
            }
        }
        out.push('\n');
    }
    let _written = writeln!(
        out,
        "{} for {}. `--format yaml` writes them as a piece of the file; whether one is right is yours to say.",
        plural(all.len() as u64, "proposal"),
        visible(name)
    );
    out
}

fn document(taxonomy: &Taxonomy, all: &[Proposal]) -> Value {
    let one = |proposal: &Proposal| {
        let (kind, key, value) = match &proposal.what {
            Proposed::KeyAlias(id) => ("key-alias", Some(id), None),
            Proposed::NewKey => ("key", None, None),
            Proposed::ValueAlias(id, value) => ("value-alias", Some(id), Some(value)),
            Proposed::NewValue(id) => ("value", Some(id), None),
        };
        let spellings: Vec<Value> = proposal.spellings.iter().map(|one| json!({"text": one.text, "resources": one.resources, "cost": one.money})).collect();
        json!({
            "proposes": kind,
            "text": proposal.spellings[0].text,
            "key": key.map(|id| &taxonomy.keys[id.index()].name),
            "value": value,
            "resources": proposal.resources,
            "cost": proposal.money,
            "because": proposal.because,
            "spellings": spellings,
        })
    };
    json!({"schema": 1, "taxonomy": taxonomy.path.display().to_string(), "proposals": all.iter().map(one).collect::<Vec<_>>()})
}
