//! The state of a resource as columns of a run and as words.

use tagledger_model::{Facts, Retention, Text};
use tagledger_report::StateCells;
use tagledger_store::Cell;

/// Stands where a source was asked and could not say.
const UNKNOWN: &str = "unknown";

/// What its sources showed, as cells.
pub(crate) fn in_cells(facts: &Facts) -> StateCells {
    let yes_no = |yes: bool| Text::const_new(if yes { "yes" } else { "no" });
    let kept = |retention: Retention| match retention {
        Retention::Days(days) => Text::from(days.to_string()),
        Retention::Forever => Text::const_new("forever"),
    };
    let [attached, running, _, retention, source, _] = StateCells::COLUMNS;
    let proofs = [
        (attached, facts.attached.as_ref().map(|f| &f.proof).or(facts.unanswered.as_ref())),
        (running, facts.running.as_ref().map(|f| &f.proof)),
        (retention, facts.retention.as_ref().map(|f| &f.proof)),
        (source, facts.source.as_ref().map(|f| &f.proof)),
        ("ends", facts.ends.as_ref().map(|f| &f.proof)),
    ];
    let proofs: Vec<String> = proofs.into_iter().filter_map(|(column, proof)| Some(format!("{column}: {}", proof?))).collect();
    StateCells {
        attached: facts.attached.as_ref().map(|f| yes_no(f.value)).or_else(|| facts.unanswered.as_ref().map(|_| Text::const_new(UNKNOWN))),
        running: facts.running.as_ref().map(|f| yes_no(f.value)),
        since: facts.since.map(|t| Text::from(t.to_string())),
        retention_days: facts.retention.as_ref().map(|f| kept(f.value)),
        made_from: facts.source.as_ref().map(|f| f.value.clone()),
        proof: (!proofs.is_empty()).then(|| Text::from(proofs.join("; "))),
    }
}

/// The cells of a stored run, in the order of `StateCells::COLUMNS`.
pub(crate) fn of_cells(c: &[Cell<'_>]) -> StateCells {
    StateCells { attached: text(&c[0]), running: text(&c[1]), since: text(&c[2]), retention_days: text(&c[3]), made_from: text(&c[4]), proof: text(&c[5]) }
}

fn text(cell: &Cell<'_>) -> Option<Text> {
    cell.as_text().map(Text::new)
}

/// The state of a resource and what proves it; nothing where no source shows any of it.
pub(crate) fn in_words(state: &StateCells) -> Vec<String> {
    let part = |name: &str, cell: &Option<Text>| cell.as_ref().map(|text| format!("{name} {text}"));
    let flag = |cell: &Option<Text>, word: &str| {
        cell.as_ref().map(|text| match text.as_str() {
            "yes" => word.to_owned(),
            UNKNOWN => format!("whether {word} is unknown"),
            _ => format!("not {word}"),
        })
    };
    let parts = [
        flag(&state.attached, "attached"),
        flag(&state.running, "running"),
        part("since", &state.since),
        state.retention_days.as_ref().map(|days| if days == "forever" { "kept for ever".to_owned() } else { format!("kept for {days} days") }),
        part("made from", &state.made_from),
    ];
    let known: Vec<String> = parts.into_iter().flatten().collect();
    if known.is_empty() {
        return Vec::new();
    }
    [known.join(", ")].into_iter().chain(state.proof.as_ref().map(ToString::to_string)).collect()
}
