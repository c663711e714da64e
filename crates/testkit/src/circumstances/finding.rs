//! What a scan must find.

use std::fmt;

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sure {
    /// The rule is broken.
    Violated,
    /// Nobody can say.
    Undetermined,
}

impl Sure {
    /// As reports write it.
    pub fn word(self) -> &'static str {
        if self == Self::Violated { "violated" } else { "undetermined" }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The rule.
    pub rule: String,
    /// What is judged, by the id that reports show.
    pub subject: String,
    /// The key that it is about; `-` where it is about none.
    pub key: String,
    /// `violated` or `undetermined`.
    pub verdict: String,
    /// The waiver that covers it: its reason, who answers for it, and its last day.
    pub waived: Option<String>,
}

impl Finding {
    pub(super) fn of(rule: &str, key: Option<&str>, subject: &str, sure: Sure) -> Self {
        Self { rule: rule.to_owned(), subject: subject.to_owned(), key: key.unwrap_or("-").to_owned(), verdict: sure.word().to_owned(), waived: None }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} | {} | {} | {} | {}", self.rule, self.key, self.subject, self.verdict, self.waived.as_deref().unwrap_or("-"))
    }
}
