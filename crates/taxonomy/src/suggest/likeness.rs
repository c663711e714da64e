//! When one word looks like another.

use crate::fold;

/// From how many letters on one that is wrong is a slip, and two.
const ONE_SLIP: usize = 5;
const TWO_SLIPS: usize = 9;

/// The most words that a name is made of.
const WORDS: usize = 3;

/// How many letters apart two comparable forms are, if that may be a slip: letters that are wrong, missing, too many or swapped.
pub(super) fn slip(a: &str, b: &str) -> Option<usize> {
    let length = a.chars().count().min(b.chars().count());
    let most = match length {
        TWO_SLIPS.. => 2,
        ONE_SLIP.. => 1,
        _ => return None,
    };
    // Numbers tell things apart that are alike on purpose.
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let apart = strsim::osa_distance(a, b);
    (apart <= most && apart > 0 && digits(a) == digits(b)).then_some(apart)
}

/// The words of a text: parted by anything but letters and digits, by capitals, and where a number begins.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before: Option<char> = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        let begins = before.is_some_and(|before| {
            (c.is_uppercase() && (before.is_lowercase() || before.is_uppercase() && next.is_some_and(char::is_lowercase)))
                || (c.is_numeric() != before.is_numeric())
        });
        if !c.is_alphanumeric() || begins {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
            before = Some(c);
        } else {
            before = None;
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The comparable forms of a text's words and of up to three of them together, but for all of them; longer ones first.
pub(super) fn parts(text: &str) -> Vec<String> {
    let words = words(text);
    let mut parts = Vec::new();
    for length in (1..=WORDS.min(words.len().saturating_sub(1))).rev() {
        parts.extend(words.windows(length).map(|window| fold(&window.concat())));
    }
    parts
}

/// In words.
pub(super) fn letters(apart: usize) -> &'static str {
    if apart == 1 { "one letter" } else { "two letters" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_other_words() {
        assert_eq!(slip("enviroment", "environment"), Some(1));
        assert_eq!(slip("onwer", "owner"), Some(1), "swapped");
        assert_eq!(slip("enviornmet", "environment"), Some(2));
        for (a, b) in [("env", "dev"), ("team", "tear"), ("prod1", "prod2"), ("owner", "owner"), ("zone", "none")] {
            assert_eq!(slip(a, b), None, "{a} {b}");
        }
    }

    #[test]
    fn texts_fall_into_words_and_words_stand_together() {
        assert_eq!(words("costCenter_ID-v2"), ["cost", "center", "id", "v", "2"]);
        assert_eq!(words("AWSTag"), ["aws", "tag"]);
        assert_eq!(parts("cost-center-owner"), ["costcenter", "centerowner", "cost", "center", "owner"]);
        assert!(parts("owner").is_empty(), "the whole of it is no part of it");
    }
}
