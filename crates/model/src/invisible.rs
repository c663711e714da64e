//! Characters that nobody sees.

/// True for characters that show nothing and change how their neighbours look: controls, bidi marks and overrides, zero-width and tag characters. Text of a cloud that
/// holds one of them is never what a person takes it for.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
