//! What the three rules about registers share: a value that no row of its side file stands for, today.

use crate::{unread, words};
use tagledger_engine::{Check, Context, Explanation, Hit, RuleMeta, Table};
use tagledger_model::{Suggestion, Text, Timestamp};
use tagledger_taxonomy::{Key, Register, RegisterRow};

/// How one of the rules speaks.
pub(crate) struct Words {
    /// The kind of side file: `directory`, `catalogue`, `register`.
    pub file: &'static str,
    /// What has happened to a row whose time is over: "left", "was retired", "was closed".
    pub over: &'static str,
    /// What to do.
    pub mend: &'static str,
}

/// How a value stands in its register.
enum Standing<'r> {
    Valid,
    Unknown,
    Over(&'r RegisterRow, Timestamp),
    NotYet(Timestamp),
}

fn standing<'r>(register: &'r Register, value: &str, now: Timestamp) -> Standing<'r> {
    // Names of people and teams are written in any case; ids that differ in case alone are one.
    let row = register.rows.get(value).or_else(|| register.rows.iter().find(|(id, _)| id.to_lowercase() == value.to_lowercase()).map(|(_, row)| row));
    match row {
        None => Standing::Unknown,
        Some(row) => match (row.valid_from, row.valid_to) {
            (_, Some(end)) if end <= now => Standing::Over(row, end),
            (Some(begin), _) if begin > now => Standing::NotYet(begin),
            _ => Standing::Valid,
        },
    }
}

/// One check for each key with a side file of that kind.
pub(crate) fn checks(cx: &Context<'_>, meta: &RuleMeta, words: &Words) -> Vec<Check> {
    let keys = cx.keys().filter_map(|key| Some((key, key.key.register.as_ref().filter(|register| register.word == words.file)?)));
    let check = |(key, register): (tagledger_engine::KeyColumns<'_>, &Register)| {
        let is_off = cx.judged_by_own_value(key.id, |value: &Text| Some(!matches!(standing(register, value, cx.now), Standing::Valid)));
        Check::Columns {
            table: Table::Resources,
            key: Some(key.id),
            population: is_off.clone().is_not_null().or(unread::told(cx, &key, meta.id)),
            violated: is_off,
            demanded_by: Some(key.key.place.clone()),
        }
    };
    keys.map(check).collect()
}

/// What became of the value.
pub(crate) fn explain(hit: &Hit<'_>, meta: &RuleMeta, words: &Words) -> Explanation {
    let Some(at) = words::KeyHit::of(hit) else { return words::summary(meta) };
    let value = at.key.own_value().unwrap_or_default();
    let key: &Key = at.key.declaration();
    let file = |register: &Register| register.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if let Some(register) = key.register.as_ref().filter(|_| !hit.is_violated()) {
        let message = at.value_unread(&format!("it is in {}, and counts today,", file(register)));
        return Explanation { message, evidence: Some(at.evidence()), ..Explanation::default() };
    }
    let message = key.register.as_ref().map(|register| {
        let file = file(register);
        let name = |row: &RegisterRow| row.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        match standing(register, &value, hit.now) {
            // The last day that counts is the one before the first that does not.
            Standing::Over(row, end) => format!("{} {value}{} {} on {}", key.name, name(row), words.over, Timestamp(end.0 - 1).day()),
            Standing::NotYet(begin) => format!("{} {value} counts from {} on, by {file}", key.name, begin.day()),
            Standing::Unknown | Standing::Valid => format!("{} {value} is not in {file}", key.name),
        }
    });
    Explanation {
        message: message.unwrap_or_else(|| meta.summary.to_owned()),
        evidence: Some(at.evidence()),
        provenance: at.own(),
        suggestion: Some(Suggestion::Other { text: words.mend.to_owned() }),
        ..Explanation::default()
    }
}
