//! Shared logic never branches on a cloud.

use super::{Break, RustFile, is_test, source::line_of};
use crate::workspace::{TextFile, crate_of, extension};

pub(crate) const DEMANDS: &str = "A vendor's name occurs only in its own crate, in the list in crates/cli/src/clouds.rs, in those of the plan reader's providers, and in files named for a vendor's format. \
Shared code that knows a cloud by name would have to change for every new cloud: put the difference behind `Cloud` or into its data.";

const VENDORS: &[&str] = &["aws", "amazon", "azure", "microsoft", "gcp", "google", "gcloud"];

/// Formats of a vendor's, its messages among them, and the schemes of object stores: a file or folder that is named for one may name the vendor.
const FORMATS: &[&str] = &["cloudformation", "arm", "schemes", "teams"];

/// Crates that are about clouds, or that make or drive tests.
const ROOMS: &[&str] = &["aws", "azure", "gcp", "testkit", "xtask", "tests"];

/// The program names the crates of the clouds in this file alone.
const LIST: &str = "crates/cli/src/clouds.rs";

/// The plan reader names its files about vendors' providers, packages and controllers in these.
const PROVIDERS: &[&str] = &["crates/iac/src/terraform/families.rs", "crates/iac/src/pulumi/packages.rs", "crates/iac/src/kubernetes/controllers.rs"];

/// Files that are part of the program though they are not Rust.
const OTHER: &[&str] = &["html", "css", "js", "j2", "jinja", "txt"];

pub(super) fn check(rust: &[RustFile], texts: &[TextFile]) -> Vec<Break> {
    let code = rust.iter().map(|f| (f.path.as_str(), f.source.code.as_str()));
    let is_other = |path: &str| path.contains("/src/") && OTHER.contains(&extension(path));
    let other = texts.iter().filter(|f| is_other(&f.path)).map(|f| (f.path.as_str(), f.text.as_str()));
    let mut breaks = Vec::new();
    for (path, text) in code.chain(other).filter(|(path, _)| !is_free(path)) {
        for (at, word) in parts(text) {
            if VENDORS.iter().any(|vendor| word.eq_ignore_ascii_case(vendor)) {
                breaks.push(Break::new(path, line_of(text.as_bytes(), at), format!("`{word}` is a vendor's name")));
            }
        }
    }
    breaks
}

fn is_free(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    let below = path.split_once("/src/").map_or(file, |(_, below)| below);
    let is_named_for_vendor = parts(file).any(|(_, part)| VENDORS.contains(&part)) || parts(below).any(|(_, part)| FORMATS.contains(&part));
    crate_of(path).is_some_and(|name| ROOMS.contains(&name))
        || path == LIST
        || PROVIDERS.contains(&path)
        || is_test(path)
        || is_named_for_vendor
        || file == "build.rs"
}

/// The words within identifiers and prose: `AwsClient`, `aws_client` and `aws-client` all hold `aws`, `drawsort` does not.
fn parts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(|c: char| c.is_alphabetic())?;
        let mut end = text.len();
        let mut before: Option<char> = None;
        for (at, c) in text[start..].char_indices() {
            // A capital after a small letter begins a new word; so does the last capital of `AWSTag`.
            let next = text[start + at + c.len_utf8()..].chars().next();
            let begins = c.is_uppercase() && before.is_some_and(|b| b.is_lowercase() || (b.is_uppercase() && next.is_some_and(char::is_lowercase)));
            if !c.is_alphabetic() || begins {
                end = start + at;
                break;
            }
            before = Some(c);
        }
        rest = end;
        Some((start, &text[start..end]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_file(path: &str, text: &str) -> Vec<String> {
        check(&[RustFile::new(path, text)], &[]).into_iter().map(|b| format!("{}: {}", b.line, b.what)).collect()
    }

    #[test]
    fn names_in_identifiers_and_strings_are_breaks() {
        assert_eq!(in_file("crates/engine/src/a.rs", "\nif cloud == \"aws\" {}"), ["2: `aws` is a vendor's name"]);
        for text in ["struct AwsThing;", "fn from_gcp() {}", "const AZURE: u8 = 1;", "struct AWSTag;", "\"Google Cloud\"", "enum C { Gcp2 }"] {
            assert_eq!(in_file("crates/cost/src/a.rs", text).len(), 1, "{text}");
        }
    }

    #[test]
    fn comments_tests_and_other_words_are_not() {
        for text in
            ["// as AWS does\nfn f() {}", "let draws = laws;", "#[cfg(test)]\nmod tests { const C: &str = \"aws\"; }", "/// Azure ignores case.\nfn g() {}"]
        {
            assert_eq!(in_file("crates/engine/src/a.rs", text), [""; 0], "{text}");
        }
        for path in [
            "crates/aws/src/lib.rs",
            LIST,
            "crates/testkit/src/lib.rs",
            "tests/tests/a.rs",
            "crates/cost/src/bills/aws_cur.rs",
            "crates/cost/src/tests.rs",
            "crates/iac/src/cloudformation/tags.rs",
            "crates/iac/src/arm/what_if.rs",
        ] {
            assert_eq!(in_file(path, "const C: &str = \"aws\";"), [""; 0], "{path}");
        }
        assert_eq!(in_file("crates/cli/src/main.rs", "use tagledger_aws::AWS;").len(), 2);
    }

    #[test]
    fn templates_are_code_too() {
        let page = |path: &str| TextFile { path: path.to_owned(), text: "<p class=\"azure\">".to_owned() };
        assert_eq!(check(&[], &[page("crates/report/src/html/page.html")]).len(), 1);
        assert_eq!(check(&[], &[page("crates/rules/src/pages/untagged.md")]), []);
    }
}
