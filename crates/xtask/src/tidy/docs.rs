//! Every module opens with what it is about.

use super::{Break, RustFile};

pub(crate) const DEMANDS: &str = "A module opens with `//!` and a sentence on what it is about, a crate also with what is not in it and where that went: that is how people find the place for a line.";

pub(super) fn check(rust: &[RustFile]) -> Vec<Break> {
    let lacks = |f: &&RustFile| !f.is_test() && !f.text.trim().is_empty() && !f.text.starts_with("//!");
    rust.iter().filter(lacks).map(|f| Break::new(&f.path, 1, "the file does not begin with `//!`")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_says_what_it_is_about() {
        let said = |path: &str, text: &str| check(&[RustFile::new(path, text)]).len();
        assert_eq!(said("crates/cost/src/a.rs", "use std::fs;\n"), 1);
        assert_eq!(said("crates/cost/src/a.rs", "//! Money.\nuse std::fs;\n"), 0);
        assert_eq!(said("crates/cost/src/tests.rs", "use std::fs;\n"), 0);
    }
}
