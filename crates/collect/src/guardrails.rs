//! One taxonomy in a cloud's own guardrails, and a cloud's guardrails as keys of a taxonomy: what is asked for and what is found, as data.

use crate::Settings;

/// A form in which a cloud takes guardrails.
#[derive(Debug)]
pub struct GuardrailFormat {
    /// Its name on the command line, such as `aws-tag-policy`.
    pub name: &'static str,
    /// What it is, and how it is put to use, in a sentence.
    pub summary: &'static str,
    /// What stands between two files when they are printed one after the other; none where they cannot be.
    pub joined_by: Option<&'static str>,
    /// Writes it.
    pub write: fn(&Guardrails, &Settings) -> GuardrailFiles,
}

/// What guardrails are to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guardrails {
    /// The keys, in the order of the taxonomy.
    pub keys: Vec<GuardrailKey>,
    /// True when they are to refuse what breaks them; otherwise they only report it.
    pub enforce: bool,
}

/// One key that guardrails hold resources to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardrailKey {
    /// The canonical name.
    pub name: String,
    /// How this cloud spells it.
    pub spelling: String,
    /// Which resources must carry it.
    pub asked: AskedOf,
    /// What it may say.
    pub allowed: AllowedValues,
    /// The resource group may lend its value.
    pub group_lends: bool,
    /// The account, subscription or project may lend its value.
    pub scope_lends: bool,
}

/// Which resources must carry a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedOf {
    /// None.
    Nothing,
    /// All that can carry tags.
    Everything,
    /// Those of these kinds, all of which can carry tags: the cloud's own names, in lower case and in order.
    Kinds(Vec<&'static str>),
}

/// What a key may say, as this cloud writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedValues {
    /// Anything.
    Any,
    /// One of these.
    Values(Vec<String>),
    /// Text of this form; it is about the whole value.
    Pattern {
        /// As the taxonomy has it, for messages.
        text: String,
        /// Taken apart.
        form: Pattern,
    },
}

/// The form of a text, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// This text; it may be empty.
    Text(String),
    /// One character within any of these ranges, ends included; ranges are in order.
    OneOf(Vec<(char, char)>),
    /// One after the other.
    Sequence(Vec<Self>),
    /// Any of them.
    Either(Vec<Self>),
    /// One, several times.
    Repeat {
        /// What is repeated.
        of: Box<Self>,
        /// At least so often.
        least: u32,
        /// At most so often; none for no limit.
        most: Option<u32>,
    },
}

impl Pattern {
    /// True for one character, whichever it is; a line end does not count.
    pub fn is_any_character(&self) -> bool {
        let Self::OneOf(ranges) = self else { return false };
        ranges.last().is_some_and(|(from, to)| *from <= ' ' && *to == char::MAX)
    }

    /// Every text of this form, where `*` stands for any text, even none; nothing where they are more than `most` or cannot be said so.
    pub fn spelt_out(&self, most: usize) -> Option<Vec<String>> {
        let mut texts = match self {
            Self::Text(text) if text.contains('*') => return None,
            Self::Text(text) => vec![text.clone()],
            Self::OneOf(ranges) => {
                let count = ranges.iter().fold(0_usize, |sum, (from, to)| sum + (*to as usize - *from as usize) + 1);
                let characters = || ranges.iter().flat_map(|(from, to)| *from..=*to);
                if count > most || characters().any(|c| c == '*') {
                    return None;
                }
                characters().map(String::from).collect()
            }
            Self::Sequence(parts) => parts.iter().try_fold(vec![String::new()], |texts, part| joined(&texts, &part.spelt_out(most)?, most))?,
            Self::Either(parts) => {
                let each: Option<Vec<Vec<String>>> = parts.iter().map(|part| part.spelt_out(most)).collect();
                each?.concat()
            }
            Self::Repeat { of, least: 0, most: None } if of.is_any_character() => vec!["*".to_owned()],
            Self::Repeat { of, least, most: Some(times) } => {
                let one = of.spelt_out(most)?;
                let mut so_far = vec![String::new()];
                let mut all = if *least == 0 { so_far.clone() } else { Vec::new() };
                for time in 1..=*times {
                    so_far = joined(&so_far, &one, most)?;
                    if time >= *least {
                        all.extend(so_far.iter().cloned());
                    }
                    if all.len() > most {
                        return None;
                    }
                }
                all
            }
            Self::Repeat { .. } => return None,
        };
        texts.sort();
        texts.dedup();
        (texts.len() <= most).then_some(texts)
    }
}

/// Each of the first followed by each of the second.
fn joined(first: &[String], second: &[String], most: usize) -> Option<Vec<String>> {
    if first.len().saturating_mul(second.len()) > most {
        return None;
    }
    Some(first.iter().flat_map(|a| second.iter().map(move |b| format!("{a}{b}"))).collect())
}

/// Guardrails as files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GuardrailFiles {
    /// Name and text, in the order in which they are put to use.
    pub files: Vec<(String, String)>,
    /// What the cloud's form cannot say, or says otherwise than the taxonomy: a sentence each.
    pub notes: Vec<String>,
    /// What the cloud would refuse, such as a file that is too large: a sentence each. Nothing is to be written then.
    pub refused: Vec<String>,
}

/// Kinds in a sentence: the first few of many.
pub fn some_of(kinds: &[&str]) -> String {
    const SHOWN: usize = 5;
    let shown = kinds[..kinds.len().min(SHOWN)].join(", ");
    if kinds.len() > SHOWN { format!("{shown} and {} more kinds", kinds.len() - SHOWN) } else { shown }
}

/// Reads files, each with its name.
type ReadFiles = fn(&[(String, String)]) -> Result<FoundKeys, GuardrailError>;

/// A form of guardrails that can be read back.
#[derive(Debug)]
pub struct GuardrailSource {
    /// The name of its flag, such as `aws-tag-policy`.
    pub name: &'static str,
    /// Reads files, each with its name, from the widest place to the narrowest: what stands further below goes over what stands above it.
    pub read: ReadFiles,
}

/// What guardrails hold, as keys of a taxonomy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundKeys {
    /// The keys, in the order of their names.
    pub keys: Vec<FoundKey>,
    /// What does not become part of a taxonomy: a sentence each.
    pub notes: Vec<String>,
}

/// A key that guardrails know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundKey {
    /// Its name, as it must be spelt.
    pub name: String,
    /// Values that it may have; `*` stands for any text. Empty for anything.
    pub values: Vec<String>,
    /// Whether it is asked for.
    pub asked: FoundAsked,
}

/// Of what a key is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundAsked {
    /// Of nothing.
    Nothing,
    /// Of all that can carry tags.
    Everything,
    /// Of kinds that these patterns match.
    Kinds(Vec<String>),
}

/// Why guardrails cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{file}{place}: {what}")]
pub struct GuardrailError {
    /// The file.
    pub file: String,
    /// Where in it: `:3:17` for a line and a column, ` at tags.costcenter` for a place in what it holds.
    pub place: String,
    /// What is wrong, and what to do.
    pub what: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Pattern {
        Pattern::Text(text.to_owned())
    }

    fn any() -> Pattern {
        Pattern::OneOf(vec![('\0', '\t'), ('\u{b}', char::MAX)])
    }

    fn repeat(of: Pattern, least: u32, most: Option<u32>) -> Pattern {
        Pattern::Repeat { of: Box::new(of), least, most }
    }

    #[test]
    fn what_is_finite_is_spelt_out_and_any_text_is_a_star() {
        let either = Pattern::Either(vec![text("200"), text("100"), Pattern::Sequence(vec![text("300"), repeat(any(), 0, None)])]);
        assert_eq!(either.spelt_out(9), Some(vec!["100".to_owned(), "200".to_owned(), "300*".to_owned()]));
        let digits = Pattern::Sequence(vec![text("v"), repeat(Pattern::OneOf(vec![('1', '2')]), 0, Some(2))]);
        assert_eq!(digits.spelt_out(9).map(|all| all.join(" ")), Some("v v1 v11 v12 v2 v21 v22".to_owned()));
        assert_eq!(digits.spelt_out(6), None, "one more than asked for");
    }

    #[test]
    fn what_a_star_would_widen_is_not_said() {
        assert_eq!(repeat(any(), 1, None).spelt_out(9), None, "at least one character is not any text");
        assert_eq!(repeat(Pattern::OneOf(vec![('a', 'z')]), 0, None).spelt_out(99), None, "letters are not any text");
        assert_eq!(text("a*b").spelt_out(9), None, "a star of the text's own");
        assert!(any().is_any_character());
        assert!(!Pattern::OneOf(vec![('a', char::MAX)]).is_any_character());
    }
}
