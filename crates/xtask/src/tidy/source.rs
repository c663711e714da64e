//! Rust text with its comments, strings and tests told apart, well enough for laws that are about words and lines.
//!
//! This is no parser: it knows comments, strings, characters and braces, which is all that the laws ask.

/// One Rust file, seen in three ways of the same length, so that an offset means the same place in each.
#[derive(Debug)]
pub(crate) struct Source {
    /// Code and strings; comments and test modules are blank.
    pub(crate) code: String,
    /// Code alone; strings are blank too.
    pub(crate) bare: String,
    /// Comments alone.
    pub(crate) comments: String,
    /// For each line, whether it belongs to a test module.
    is_test_line: Vec<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Code,
    Text,
    Comment,
}

impl Source {
    /// Tells the parts apart.
    pub(crate) fn new(text: &str) -> Self {
        let parts = classify(text.as_bytes());
        let keep = |wanted: &dyn Fn(Part) -> bool| -> Vec<u8> {
            text.bytes().zip(&parts).map(|(byte, part)| if byte == b'\n' || wanted(*part) { byte } else { b' ' }).collect()
        };
        let (mut code, mut bare) = (keep(&|p| p != Part::Comment), keep(&|p| p == Part::Code));
        let comments = keep(&|p| p == Part::Comment);
        let mut is_test_line = vec![false; text.lines().count() + 1];
        for (start, end) in test_items(&bare) {
            for at in start..end {
                if bare[at] != b'\n' {
                    (bare[at], code[at]) = (b' ', b' ');
                }
            }
            is_test_line[line_of(&bare, start) - 1..line_of(&bare, end)].fill(true);
        }
        // Blanking whole characters of several bytes leaves only spaces, so the rest is still UTF-8.
        let utf8 = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: utf8(code), bare: utf8(bare), comments: utf8(comments), is_test_line }
    }

    /// How many lines are not tests.
    pub(crate) fn lines(&self) -> usize {
        self.bare.lines().count() - self.is_test_line.iter().filter(|is_test| **is_test).count()
    }
}

/// The line of a byte offset, from 1.
pub(crate) fn line_of(text: &[u8], offset: usize) -> usize {
    text[..offset.min(text.len())].split(|b| *b == b'\n').count()
}

/// Identifier-like words with their offsets: letters, digits and underscores.
pub(crate) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(is_word)?;
        let end = text[start..].find(|c| !is_word(c)).map_or(text.len(), |n| start + n);
        rest = end;
        Some((start, &text[start..end]))
    })
}

/// The offset just after the brace that closes the one at `open`; the end of the text when none does.
pub(crate) fn closing(bare: &[u8], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in bare.iter().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    bare.len()
}

/// The first `{` or `;` from `start` that is not inside parentheses or brackets: where an item's body begins, or the item ends without one.
pub(crate) fn body(bare: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in bare.iter().enumerate().skip(start) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'{' | b';' if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

/// From `#[cfg(test)]` to the end of what it marks, and functions marked `#[test]` outside of such modules.
fn test_items(bare: &[u8]) -> Vec<(usize, usize)> {
    let mut items = Vec::new();
    for marker in [&b"#[cfg(test)]"[..], b"#[test]"] {
        let mut from = 0;
        while let Some(start) = bare[from..].windows(marker.len()).position(|window| window == marker).map(|n| from + n) {
            let end = marked_end(bare, start + marker.len());
            items.push((start, end));
            from = end;
        }
    }
    items
}

/// What begins an item; anything else that an attribute marks is a field, an element or an arm.
const ITEMS: &[&str] = &["mod", "fn", "use", "impl", "struct", "enum", "const", "static", "type", "trait", "extern", "macro_rules", "let"];

/// The end of what an attribute that ends at `from` marks.
fn marked_end(bare: &[u8], from: usize) -> usize {
    let head = bare.iter().skip(from).position(|b| matches!(b, b'{' | b'}' | b';' | b',' | b'=')).map_or(bare.len(), |n| from + n);
    let head = String::from_utf8_lossy(&bare[from..head]);
    if words(&head).any(|(_, word)| ITEMS.contains(&word)) {
        return match body(bare, from) {
            Some(at) if bare[at] == b'{' => closing(bare, at),
            Some(at) => at + 1,
            None => bare.len(),
        };
    }
    let mut depth = 0_usize;
    for (at, byte) in bare.iter().enumerate().skip(from) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth == 0 => return at,
            b')' | b']' | b'}' => depth -= 1,
            b',' | b';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    bare.len()
}

/// What each byte belongs to.
fn classify(text: &[u8]) -> Vec<Part> {
    let mut parts = vec![Part::Code; text.len()];
    let mut at = 0;
    while at < text.len() {
        let (part, end) = match text[at] {
            b'/' if text[at..].starts_with(b"//") => (Part::Comment, find(text, at, b'\n')),
            b'/' if text[at..].starts_with(b"/*") => (Part::Comment, block_comment_end(text, at)),
            b'"' => (Part::Text, string_end(text, at + 1)),
            b'r' if !follows_word(text, at) && raw_string_hashes(text, at + 1).is_some() => (Part::Text, raw_string_end(text, at + 1)),
            b'\'' => match char_end(text, at) {
                Some(end) => (Part::Text, end),
                None => (Part::Code, at + 1),
            },
            _ => (Part::Code, at + 1),
        };
        parts[at..end].fill(part);
        at = end;
    }
    parts
}

fn find(text: &[u8], from: usize, byte: u8) -> usize {
    text.iter().skip(from).position(|b| *b == byte).map_or(text.len(), |n| from + n)
}

fn block_comment_end(text: &[u8], start: usize) -> usize {
    let (mut depth, mut at) = (0_usize, start);
    while at < text.len() {
        match &text[at..(at + 2).min(text.len())] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

fn string_end(text: &[u8], mut at: usize) -> usize {
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// True when the byte before is part of an identifier, a `b` or `c` prefix of a literal apart.
fn follows_word(text: &[u8], at: usize) -> bool {
    let is_word = |at: usize| text[at].is_ascii_alphanumeric() || text[at] == b'_';
    match at.checked_sub(1) {
        None => false,
        Some(before) if matches!(text[before], b'b' | b'c') => before > 0 && is_word(before - 1),
        Some(before) => is_word(before),
    }
}

/// How many `#` stand between `r` and the quote; none when this is no raw string but, say, `r#type`.
fn raw_string_hashes(text: &[u8], from: usize) -> Option<usize> {
    let hashes = text[from..].iter().take_while(|b| **b == b'#').count();
    (text.get(from + hashes) == Some(&b'"')).then_some(hashes)
}

fn raw_string_end(text: &[u8], from: usize) -> usize {
    let hashes = raw_string_hashes(text, from).unwrap_or(0);
    let mut at = from + hashes + 1;
    while at < text.len() {
        if text[at] == b'"' && text[at + 1..].iter().take(hashes).filter(|b| **b == b'#').count() == hashes {
            return at + 1 + hashes;
        }
        at += 1;
    }
    text.len()
}

/// The end of a character literal; none for a lifetime.
fn char_end(text: &[u8], at: usize) -> Option<usize> {
    if text.get(at + 1) == Some(&b'\\') {
        return Some((find(text, at + 3, b'\'') + 1).min(text.len()));
    }
    // One character of up to four bytes, then the quote: `'a'`, but not `'a, 'b`.
    let width = match text.get(at + 1)? {
        0..=0x7f => 1,
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    };
    (text.get(at + 1 + width) == Some(&b'\'')).then_some(at + width + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squeezed(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_and_strings_are_told_apart() {
        let source = Source::new(
            "let a = \"x // \\\" y\"; // why\n/* one /* two */ still */ let b = r#\"\"{\"# ;\nlet c = b\"z\"; let r#type = '{'; fn f<'a>(x: &'a str) {}\n",
        );
        assert_eq!(squeezed(&source.bare), "let a = ; let b = ; let c = b ; let r#type = ; fn f<'a>(x: &'a str) {}");
        assert_eq!(squeezed(&source.code), "let a = \"x // \\\" y\"; let b = r#\"\"{\"# ; let c = b\"z\"; let r#type = '{'; fn f<'a>(x: &'a str) {}");
        assert_eq!(squeezed(&source.comments), "// why /* one /* two */ still */");
    }

    #[test]
    fn odd_characters_do_not_confuse() {
        let source = Source::new("let q = '\"'; let e = '\\''; let n = '\\u{1f}'; let u = 'é'; let w = '漢'; // end");
        assert_eq!(squeezed(&source.bare), "let q = ; let e = ; let n = ; let u = ; let w = ;");
        for broken in ["\"open", "r#\"open\"", "/* open", "'", "'\\", "\"\\", "fn f() {", "#[cfg(test)]", "r", "b'"] {
            assert_eq!(Source::new(broken).code.len(), broken.len(), "{broken}");
        }
    }

    #[test]
    fn tests_are_left_out_and_not_counted() {
        let source = Source::new("fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { \"}\"; }\n}\nfn c() {}\n");
        assert_eq!(squeezed(&source.code), "fn a() {} fn c() {}");
        assert_eq!(source.lines(), 2);
    }

    #[test]
    fn what_is_marked_in_the_middle_ends_where_it_ends() {
        let field = Source::new(
            "fn new() -> S {\n    S {\n        a: 1,\n        #[cfg(test)]\n        b: f(1, 2),\n        #[cfg(test)]\n        c: 3\n    }\n}\nfn c() {}\n",
        );
        assert_eq!(squeezed(&field.code), "fn new() -> S { S { a: 1, } } fn c() {}");
        let items = Source::new("#[cfg(test)]\nuse a::{b, c};\n#[cfg(test)]\n#[path = \"x.rs\"]\nmod tests;\n#[test]\nfn f<A, B>() { x[0]; }\nfn d() {}\n");
        assert_eq!(squeezed(&items.code), "; fn d() {}");
    }

    #[test]
    fn words_have_places() {
        assert_eq!(words("a_1 = b::C;").collect::<Vec<_>>(), [(0, "a_1"), (6, "b"), (9, "C")]);
        assert_eq!(line_of(b"a\nb\nc", 4), 3);
    }
}
