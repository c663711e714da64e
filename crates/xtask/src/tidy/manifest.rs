//! Every dependency says why it is there.

use super::Break;

pub(crate) const DEMANDS: &str =
    "Each dependency of the workspace ends in a comment that says why we need it: what nobody can give a reason for is what we can do without.";

pub(super) fn check(manifest: &str) -> Vec<Break> {
    let section = manifest.lines().enumerate().skip_while(|(_, line)| line.trim() != "[workspace.dependencies]").skip(1);
    section
        .take_while(|(_, line)| !line.starts_with('['))
        .filter(|(_, line)| line.contains('=') && !line.trim_start().starts_with('#') && !line.contains("path = \""))
        .filter(|(_, line)| comment(line).is_none_or(|text| text.trim().is_empty()))
        .map(|(number, line)| Break::new("Cargo.toml", number + 1, format!("`{}` has no reason", line.split('=').next().unwrap_or_default().trim())))
        .collect()
}

/// What follows the `#` that is outside of quotes.
fn comment(line: &str) -> Option<&str> {
    let mut quoted = false;
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted => return Some(&line[at + 1..]),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_needs_its_reason() {
        let head = "[workspace]\nmembers = [\"a\"]\n[workspace.dependencies]\nown = { path = \"crates/own\" }\n\n";
        assert_eq!(check(&format!("{head}csv = \"1\" # side files, bills\n[profile.dev]\ndebug = 1\n")), []);
        let said: Vec<usize> = check(&format!("{head}csv = \"1\"\nurl = \"git#1\"\nx = \"1\" #\n")).iter().map(|b| b.line).collect();
        assert_eq!(said, [6, 7, 8]);
    }
}
