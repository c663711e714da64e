//! Modules are named for what they are about.

use super::{
    Break, RustFile,
    source::{line_of, words},
};

pub(crate) const DEMANDS: &str = "No module is called util, common, helpers, misc or manager. Such a room has no door: anything fits, so nothing is found. Name it for what it is about, or put its parts where they are used.";

const REFUSED: &[&str] = &["util", "utils", "common", "helper", "helpers", "misc", "manager", "managers"];

pub(super) fn check(rust: &[RustFile]) -> Vec<Break> {
    let mut breaks = Vec::new();
    for file in rust {
        if let Some(part) = file.path.split('/').map(|part| part.trim_end_matches(".rs")).find(|part| REFUSED.contains(part)) {
            breaks.push(Break::new(&file.path, 1, format!("the module is called `{part}`")));
        }
        let bare = &file.source.bare;
        let mut before = "";
        for (at, word) in words(bare) {
            // A declaration without a body is a file, which is seen above.
            if before == "mod" && REFUSED.contains(&word) && !bare[at + word.len()..].trim_start().starts_with(';') {
                breaks.push(Break::new(&file.path, line_of(bare.as_bytes(), at), format!("the module is called `{word}`")));
            }
            before = word;
        }
    }
    breaks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str, text: &str) -> usize {
        check(&[RustFile::new(path, text)]).len()
    }

    #[test]
    fn rooms_without_a_door_are_refused() {
        assert_eq!(said("crates/cost/src/utils.rs", ""), 1);
        assert_eq!(said("crates/cost/src/common/money.rs", ""), 1);
        assert_eq!(said("crates/cost/src/a.rs", "mod helpers { fn f() {} }"), 1);
        assert_eq!(said("tests/tests/common/mod.rs", ""), 1);
    }

    #[test]
    fn names_with_a_meaning_pass() {
        assert_eq!(said("crates/cost/src/ladder.rs", "mod rung; fn common() {} let misc = 1;"), 0);
    }
}
