//! What the laws say of an answer, for any reader.

use std::fmt::Debug;
use tagledger_fuzz::{Said, placed};

/// The same answer twice, and no more made of a file than it has bytes.
pub fn repeated<T: Debug>(input: &[u8], made: impl Fn(&T) -> (usize, String), read: impl Fn() -> Result<T, String>) -> Result<Said, String> {
    let most = input.len() + 64;
    match (read(), read()) {
        (Ok(one), Ok(other)) => {
            let (shown, again) = (format!("{one:?}"), format!("{other:?}"));
            if shown != again {
                return Err(format!("reading it twice gives two answers: {shown}\nand {again}"));
            }
            // A few more or less of everything tell two files apart that are both read.
            let (made, told) = made(&one);
            Ok(Said { answer: format!("read {} {told}", "x".repeat(made.min(5))), made, most })
        }
        (Err(one), Err(other)) if one == other => Ok(Said { answer: one, made: 1, most }),
        (one, other) => Err(format!("reading it twice gives two answers: {one:?}\nand {other:?}")),
    }
}

/// A mistake has a place in the text.
pub fn at(text: &[u8], line: usize, column: usize, what: &str) -> Result<(), String> {
    if what.trim().is_empty() {
        return Err(format!("the mistake at {line}:{column} says nothing"));
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    // Where comments and texts over several lines are taken out first, only the line is right.
    let column = if text.windows(22).any(|part| part == b"eploymentTemplate.json") { 1 } else { column };
    // Column 0 stands for the whole line.
    let column = column.max(1);
    // In a text of two bytes a character the place is one of the text, not of its bytes.
    if placed(text, line, column) || text.windows(2).any(|pair| pair[0] == 0 || pair[1] == 0) {
        Ok(())
    } else {
        Err(format!("{line}:{column} is no place of the file: {what}"))
    }
}
