//! Options of a task: `--name value` and `--name=value`.

use crate::Failure;

/// Options as pairs, in the order given; a name that is not in `known`, or lacks its value, is refused.
pub(crate) fn options<'w>(words: &[&'w str], known: &[&str]) -> Result<Vec<(&'w str, &'w str)>, Failure> {
    let mut found = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let name = word.strip_prefix("--").ok_or_else(|| Failure(format!("`{word}` is no option; known are --{}.", known.join(", --"))))?;
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (name, None),
        };
        if !known.contains(&name) {
            return Err(Failure(format!("There is no option --{name}; known are --{}.", known.join(", --"))));
        }
        let value = value.or_else(|| words.next().copied()).ok_or_else(|| Failure(format!("--{name} needs a value.")))?;
        found.push((name, value));
    }
    Ok(found)
}

/// A whole number above zero; `_` and `,` may group its digits.
pub(crate) fn count(name: &str, value: &str) -> Result<u64, Failure> {
    let digits: String = value.chars().filter(|c| !matches!(c, '_' | ',')).collect();
    digits.parse().ok().filter(|n| *n > 0).ok_or_else(|| Failure(format!("--{name} {value}: a whole number above zero is needed.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_understood() {
        assert_eq!(options(&["--rows", "5", "--only=a"], &["rows", "only"]).unwrap(), [("rows", "5"), ("only", "a")]);
        assert_eq!(options(&[], &["rows"]).unwrap(), []);
    }

    #[test]
    fn mistakes_are_named() {
        let message = |words: &[&str]| options(words, &["rows", "only"]).unwrap_err().0;
        assert_eq!(message(&["--row", "5"]), "There is no option --row; known are --rows, --only.");
        assert_eq!(message(&["--rows"]), "--rows needs a value.");
        assert_eq!(message(&["rows"]), "`rows` is no option; known are --rows, --only.");
    }

    #[test]
    fn counts_are_whole_and_positive() {
        assert_eq!(count("rows", "10_000,000").unwrap(), 10_000_000);
        assert!(count("rows", "0").is_err() && count("rows", "-1").is_err() && count("rows", "1e6").is_err());
    }
}
