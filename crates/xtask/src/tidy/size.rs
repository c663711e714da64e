//! Files and functions that a person can hold in the head.

use super::{
    Break, RustFile,
    source::{body, closing, line_of, words},
};

pub(crate) const DEMANDS: &str = "A file stops at 400 lines (aim for 90–150) and a function at 80, tests and data apart. What is longer does more than one thing: find the seam and name the parts.";

const FILE: usize = 400;
const FUNCTION: usize = 80;

pub(super) fn check(rust: &[RustFile]) -> Vec<Break> {
    let mut breaks = Vec::new();
    for file in rust.iter().filter(|f| !f.is_test() && !f.path.ends_with("/build.rs") && !f.path.contains("/data/")) {
        let lines = file.source.lines();
        if lines > FILE {
            breaks.push(Break::new(&file.path, 1, format!("{lines} lines without tests")));
        }
        for (line, name, lines) in functions(&file.source.bare).into_iter().filter(|(_, _, lines)| *lines > FUNCTION) {
            breaks.push(Break::new(&file.path, line, format!("`{name}` has {lines} lines")));
        }
    }
    breaks
}

/// Line, name and length of each function with a body. A function inside another counts in both.
fn functions(bare: &str) -> Vec<(usize, &str, usize)> {
    let bytes = bare.as_bytes();
    let mut found = Vec::new();
    let mut before = (0, "");
    for (at, word) in words(bare) {
        // `fn(u8)` is a type: no name follows.
        let is_name = before.1 == "fn" && bare[before.0 + 2..at].trim().is_empty();
        if is_name && let Some(open) = body(bytes, at).filter(|open| bytes[*open] == b'{') {
            let (first, last) = (line_of(bytes, before.0), line_of(bytes, closing(bytes, open) - 1));
            found.push((first, word, last - first + 1));
        }
        before = (at, word);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str, text: &str) -> Vec<String> {
        check(&[RustFile::new(path, text)]).into_iter().map(|b| format!("{}: {}", b.line, b.what)).collect()
    }

    #[test]
    fn long_files_are_breaks() {
        let text = "const A: u8 = 1;\n".repeat(401);
        assert_eq!(said("crates/cost/src/a.rs", &text), ["1: 401 lines without tests"]);
        assert_eq!(said("crates/cost/src/tests.rs", &text), [""; 0]);
        assert_eq!(said("crates/cost/src/a.rs", &"const A: u8 = 1;\n".repeat(400)), [""; 0]);
        let with_tests = format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{\n{text}}}\n");
        assert_eq!(said("crates/cost/src/a.rs", &with_tests), [""; 0]);
    }

    #[test]
    fn long_functions_are_breaks() {
        let function =
            |lines: usize| format!("\nfn long(x: [u8; 4]) -> u8\nwhere\n    u8: Copy,\n{{\n{}}}\nfn short() {{}}\n", "    \"}\"; // }\n".repeat(lines));
        assert_eq!(said("crates/cost/src/a.rs", &function(76)), ["2: `long` has 81 lines"]);
        assert_eq!(said("crates/cost/src/a.rs", &function(75)), [""; 0]);
    }

    #[test]
    fn what_is_no_function_is_not_measured() {
        assert_eq!(functions("trait T { fn f(&self) -> fn(u8) -> u8; }\ntype F = fn(u8);\n"), []);
        assert_eq!(functions("fn a() {\n fn b() {\n }\n}"), [(1, "a", 4), (2, "b", 2)]);
    }
}
