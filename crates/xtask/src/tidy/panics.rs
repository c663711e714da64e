//! No input may end in a panic.

use super::{Break, RustFile, source::line_of};

pub(crate) const DEMANDS: &str = "No `unwrap()` and no `expect(…)` outside of tests: what a user or the world caused is a message or a coverage row, never a panic. \
Where only a bug of ours could get there, `#[expect(clippy::expect_used, reason = \"…\")]` right above says why.";

/// Rooms in which a panic hurts nobody.
const ROOMS: &[&str] = &["testkit", "xtask", "tests"];

/// How many lines above the call the reason may stand.
const NEAR: usize = 6;

pub(super) fn check(rust: &[RustFile]) -> Vec<Break> {
    let mut breaks = Vec::new();
    for file in rust.iter().filter(|f| !f.is_test() && !ROOMS.contains(&f.crate_name())) {
        let bare = &file.source.bare;
        for call in [".unwrap()", ".expect("] {
            for (at, _) in bare.match_indices(call) {
                let line = line_of(bare.as_bytes(), at);
                let above = file.text.lines().take(line).skip(line.saturating_sub(NEAR + 1));
                if !above.into_iter().any(|l| l.contains("clippy::expect_used") || l.contains("clippy::unwrap_used")) {
                    breaks.push(Break::new(&file.path, line, format!("`{}` can panic", call.trim_end_matches('('))));
                }
            }
        }
    }
    breaks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str, text: &str) -> Vec<usize> {
        check(&[RustFile::new(path, text)]).iter().map(|b| b.line).collect()
    }

    #[test]
    fn panics_are_breaks() {
        assert_eq!(said("crates/cost/src/a.rs", "fn f() {\n    x.unwrap();\n    y.expect(\"never\");\n}"), [2, 3]);
    }

    #[test]
    fn tests_reasons_and_lookalikes_pass() {
        assert_eq!(said("crates/cost/src/a.rs", "x.unwrap_or(1); \".unwrap()\"; // .unwrap()\n#[cfg(test)]\nmod tests { fn f() { x.unwrap(); } }"), [0; 0]);
        assert_eq!(said("crates/cost/src/a.rs", "#[expect(clippy::expect_used, reason = \"a constant\")]\nfn f() { x.expect(\"valid\"); }"), [0; 0]);
        assert_eq!(said("crates/xtask/src/a.rs", "x.unwrap();"), [0; 0]);
    }
}
