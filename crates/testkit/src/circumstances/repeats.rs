//! Names that are there in several spellings, and what only looks so.

use super::resources::Resource;
use super::words::Home;
use crate::random::Rng;

/// Names that the taxonomy does not have, each in three spellings that differ in case alone.
const NAMES: [[&str; 3]; 3] = [["Team", "TEAM", "team"], ["cost-ref", "Cost-Ref", "COST-REF"], ["Kühlung", "KÜHLUNG", "kühlung"]];

/// Two names, however alike.
const PAIRS: [(&str, &str); 4] = [("cost-ref", "cost_ref"), ("Team", "Teams"), ("Kühlung", "Kuhlung"), ("team", "team ")];

/// Notes that platforms write themselves.
const PLATFORM: (&str, &str) = ("hidden-title", "Hidden-Title");

/// Writes a name twice, or two that are alike, onto some resources that carry tags; labels have no case.
pub fn roll(rng: &mut Rng, home: Home, resource: &mut Resource) {
    if home.has_labels() {
        return;
    }
    let values = ["a", if rng.chance(500) { "a" } else { "b" }, ""];
    let mut put = |name: &str, value: &str| resource.further.push((name.to_owned(), value.to_owned()));
    let names = *rng.pick(&NAMES);
    match rng.below(16) {
        case @ (0 | 1) => {
            names.iter().zip(values).take(2 + usize::from(case == 1)).for_each(|(name, value)| put(name, value));
            resource.repeats = true;
        }
        2 => {
            put(names[0], "a");
            resource.unread = Some(names[1]);
            resource.repeats = true;
        }
        3 | 4 => {
            // Whatever the tag says of a key, it says it twice.
            let first = resource.tags.as_ref().and_then(|tags| tags.written.first().cloned());
            if let Some((name, value)) = first {
                put(&name.to_uppercase(), &value);
                resource.repeats = true;
            }
        }
        5 => put(names[0], "a"),
        6 | 7 => {
            let (one, other) = *rng.pick(&PAIRS);
            put(one, "a");
            put(other, "a");
        }
        8 => {
            put(PLATFORM.0, "a");
            put(PLATFORM.1, "b");
        }
        _ => {}
    }
}
