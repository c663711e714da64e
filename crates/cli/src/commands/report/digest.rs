//! Digests: to each owner, or application, only what they must mend.

use crate::exit::{self, Code};
use crate::failure::{Failure, inert};
use crate::output::Delivery;
use crate::rows::StoredRows;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use tagledger_engine::resource_number;
use tagledger_model::{Finding, Text, Verdict};
use tagledger_report::digest::{Digest, sort};
use tagledger_report::{Rows, Summary};

/// The name of the digest of what has no value.
const NOBODY: &str = "nobody";

pub(super) fn write(summary: &Summary, rows: &StoredRows, key: &str, out: &Path) -> Result<Code, Failure> {
    let Some(at) = summary.keys.iter().position(|known| known.name == key) else {
        let known: Vec<&str> = summary.keys.iter().map(|key| key.name.as_str()).collect();
        return Err(Failure::Usage(format!("--digest {}: the taxonomy of this run has no such key; it has {}", inert(key), known.join(", "))));
    };
    let failed = |source| Failure::output(&out.display(), source);
    let mut whose: HashMap<u64, Text> = HashMap::new();
    rows.resources(&mut |resource| {
        if let Some(value) = resource.keys.get(at).and_then(|cell| cell.value.clone()) {
            whose.insert(resource_number(&resource.cloud, &resource.id), value);
        }
        Ok(())
    })
    .map_err(failed)?;
    let mut digests: BTreeMap<Option<Text>, Vec<Finding>> = BTreeMap::new();
    rows.each_finding(|finding| {
        if finding.verdict == Verdict::Violated && finding.waived.is_none() {
            let of_row = match key {
                "Environment" => finding.environment.clone(),
                "Application" => finding.application.clone(),
                _ => None,
            };
            let value = whose.get(&resource_number(finding.cloud.as_str(), &finding.resource)).cloned().or(of_row);
            digests.entry(value).or_default().push(finding);
        }
        true
    })?;
    let delivery = Delivery::begin(out)?;
    let mut names: BTreeSet<String> = BTreeSet::new();
    for (value, mut findings) in digests {
        sort(&mut findings);
        let name = name(value.as_deref(), &mut names);
        Digest { key, value: value.as_deref(), findings: &findings }.write(summary, &name, &mut delivery.folder()).map_err(failed)?;
    }
    delivery.commit()?;
    Ok(exit::CLEAN)
}

/// A name of a file for a value: what is no letter, digit, dot or dash is a dash, and what begins like a hidden file or like a flag gets a letter in front. Two
/// values that would share one get numbers.
fn name(value: Option<&str>, names: &mut BTreeSet<String>) -> String {
    let Some(value) = value else { return NOBODY.to_owned() };
    let plain: String = value.chars().take(80).map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@') { c } else { '-' }).collect();
    let plain = plain.trim_start_matches('.').to_ascii_lowercase();
    let plain = if plain.is_empty() || plain.starts_with('-') { format!("x{plain}") } else { plain };
    let mut name = plain.clone();
    let mut count = 1;
    while name == NOBODY || !names.insert(name.clone()) {
        count += 1;
        name = format!("{plain}-{count}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_get_names_of_their_own_that_stay_in_the_folder() {
        let mut names = BTreeSet::new();
        let made: Vec<String> =
            ["jane.doe@example.com", "../../etc", "a b", "a-b", "a-b-2", "A B", "nobody", "", "日本"].map(|value| name(Some(value), &mut names)).into();
        assert_eq!(made, ["jane.doe@example.com", "x-..-etc", "a-b", "a-b-2", "a-b-2-2", "a-b-3", "nobody-2", "x", "x--"]);
        assert_eq!(name(None, &mut names), "nobody");
    }
}
