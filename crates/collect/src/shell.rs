//! One word of a command line, for the commands that clouds print.

/// Text as one word of a POSIX shell, whatever it holds: plain where that is safe, else in single quotes. What a program
/// makes of the word (an option, a file to read) is for the caller to know, and so are control characters, which quotes keep.
pub fn shell_quote(word: &str) -> String {
    let is_plain = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_./:=@+-".contains(&b));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_stay_readable_and_all_others_stay_one_word() {
        for plain in ["env", "Environment=prod", "arn:aws:ec2:eu-west-1:1:volume/vol-1", "--labels=a_b", "a@b.c+d"] {
            assert_eq!(shell_quote(plain), plain);
        }
        for (word, quoted) in
            [("", "''"), ("a b", "'a b'"), ("$(id)`id`\"\\", "'$(id)`id`\"\\'"), ("~", "'~'"), ("a;b|c&d", "'a;b|c&d'"), ("é", "'é'"), ("x\ny", "'x\ny'")]
        {
            assert_eq!(shell_quote(word), quoted);
        }
        assert_eq!(shell_quote("it's"), r"'it'\''s'");
    }

    #[test]
    #[cfg(unix)]
    fn a_shell_reads_back_what_went_in() {
        let words = ["it's", "'", "''", "", "*", "#", "!x", "a\\", "{a,b}", "\t", "$HOME", "--", "x=y z"];
        let script = format!("printf '%s\\0' {}", words.map(shell_quote).join(" "));
        let out = std::process::Command::new("sh").arg("-c").arg(script).output().unwrap();
        assert_eq!(
            out.stdout.split(|b| *b == 0).map(<[u8]>::to_vec).collect::<Vec<_>>(),
            [&words[..], &[""]].concat().iter().map(|w| w.as_bytes().to_vec()).collect::<Vec<_>>()
        );
    }
}
