//! What a terminal makes of a text.

/// Columns that a line takes: East Asian letters and pictures take two, marks and joiners none.
pub fn columns(line: &str) -> usize {
    let width = |c: char| match u32::from(c) {
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xff00..=0xff60 | 0x1f300..=0x1faff => 2,
        _ => 1,
    };
    line.chars().map(width).sum()
}

/// Controls but the line feed, bidi overrides and zero-width characters: nothing that a cloud wrote may print them.
pub fn is_invisible(c: char) -> bool {
    (c.is_control() && c != '\n') || matches!(u32::from(c), 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x2069 | 0xfeff)
}
