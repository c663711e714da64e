//! Credentials that somebody wrote into a tag, by their shape. Everybody who may list resources reads tags, and so do bills and reports: what looks
//! like a credential is left out of everything that a run writes.

use tagledger_model::Text;

/// What a value is replaced by; what it looks like follows.
const REDACTED: &str = "(redacted: looks like ";

const PRIVATE_KEY: &str = "a private key";
const TOKEN: &str = "a token";
const ACCESS_KEY: &str = "an access key";
const CONNECTION: &str = "a connection string with its key";
const ADDRESS: &str = "an address with its password";
const PASSWORD: &str = "a password";

/// What the value of a tag looks like, in words; none for anything but a credential.
fn looks_like(key: &str, value: &str) -> Option<&'static str> {
    let value = value.trim();
    if value.len() < 8 {
        return None;
    }
    if value.contains("-----BEGIN ") && value.contains("PRIVATE KEY") {
        return Some(PRIVATE_KEY);
    }
    // One may stand among other words: behind `Bearer`, or in an address.
    let mut words = value.split(|c: char| !c.is_ascii() || !is_of_a_token(c as u8));
    if words.clone().any(|word| PREFIXES.iter().any(|(prefix, length)| word.starts_with(prefix) && word.len() >= *length) || is_signed(word)) {
        return Some(TOKEN);
    }
    if words.any(is_access_key) {
        return Some(ACCESS_KEY);
    }
    if ["AccountKey=", "SharedAccessKey=", "SharedAccessSignature=", "?sig=", "&sig="].iter().any(|part| value.contains(part)) {
        return Some(CONNECTION);
    }
    if has_password(value) {
        return Some(ADDRESS);
    }
    (names_a_secret(key) && (is_random(value) || is_secret_key(value))).then_some(PASSWORD)
}

/// How tokens begin, and how long they are at least.
const PREFIXES: &[(&str, usize)] = &[
    ("ghp_", 36),
    ("gho_", 36),
    ("ghu_", 36),
    ("ghs_", 36),
    ("ghr_", 36),
    ("github_pat_", 40),
    ("glpat-", 26),
    ("xoxa-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxr-", 20),
    ("xoxs-", 20),
    ("sk_live_", 24),
    ("rk_live_", 24),
    ("AIza", 39),
    ("ya29.", 30),
    ("SG.", 60),
    ("npm_", 40),
    ("dop_v1_", 64),
    ("hvs.", 24),
    ("pypi-", 50),
];

fn is_of_a_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"_-.".contains(&b)
}

fn is_access_key(word: &str) -> bool {
    word.len() == 20 && (word.starts_with("AKIA") || word.starts_with("ASIA")) && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Forty characters of base64 of all sorts, as Amazon's secret keys are.
fn is_secret_key(value: &str) -> bool {
    let has = |is: fn(&u8) -> bool| value.as_bytes().iter().any(is);
    value.len() == 40
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"/+".contains(&b))
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_digit)
}

/// Three parts of which the first two are objects: <https://www.rfc-editor.org/rfc/rfc7519>.
fn is_signed(value: &str) -> bool {
    let parts: Vec<&str> = value.split('.').collect();
    let [head, body, signature] = parts.as_slice() else { return false };
    head.starts_with("eyJ") && body.starts_with("eyJ") && signature.len() >= 16 && value.bytes().all(is_of_a_token)
}

/// `scheme://user:password@host`, where the password is no placeholder.
fn has_password(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let Some((user, _)) = rest.split('/').next().and_then(|authority| authority.rsplit_once('@')) else { return false };
    user.split_once(':').is_some_and(|(_, password)| password.len() >= 3 && !password.starts_with(['$', '<', '{', '*']) && password != "xxx")
}

/// Whether a key says that its value is to be kept secret.
pub fn names_a_secret(key: &str) -> bool {
    let plain: String = key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let parts = ["password", "passwd", "secretkey", "secretaccesskey", "privatekey"];
    let ends = ["pwd", "secret", "apikey", "accesskey", "token"];
    parts.iter().any(|part| plain.contains(part)) || ends.iter().any(|end| plain.ends_with(end))
}

/// Whether nobody would write it as a word: of three sorts of characters, without a path or a blank in it, and no name made of words, such as
/// `MyApp-Prod-Db1`. References to where a secret is kept are no secrets.
fn is_random(value: &str) -> bool {
    let has = |is: fn(char) -> bool| usize::from(value.chars().any(is));
    let sorts = has(|c| c.is_ascii_lowercase()) + has(|c| c.is_ascii_uppercase()) + has(|c| c.is_ascii_digit()) + has(|c| "!#$%^&*+=~?@".contains(c));
    sorts >= 3 && value.len() >= 10 && !value.contains(['/', ' ', ':']) && !is_name(value)
}

/// Words that may end in a number, put together by dashes, dots or underscores.
fn is_name(value: &str) -> bool {
    let is_word = |part: &str| part.trim_end_matches(|c: char| c.is_ascii_digit()).bytes().all(|b| b.is_ascii_alphabetic());
    value.contains(['-', '_', '.']) && value.split(['-', '_', '.']).all(is_word)
}

/// What stands in the place of a value that looks like a credential.
pub fn redacted(key: &str, value: &str) -> Option<Text> {
    looks_like(key, value).map(|what| Text::from(format!("{REDACTED}{what})")))
}

/// What a value that was left out looks like; none for whatever else somebody wrote in the same words.
pub fn was_redacted(value: &str) -> Option<&'static str> {
    let what = value.strip_prefix(REDACTED)?.strip_suffix(')')?;
    [PRIVATE_KEY, TOKEN, ACCESS_KEY, CONNECTION, ADDRESS, PASSWORD].into_iter().find(|known| *known == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_known_by_their_shape() {
        let long = "0123456789abcdefghijABCDEFGHIJ0123456789";
        for (key, value, what) in [
            ("note", "AKIAIOSFODNN7EXAMPLE".to_owned(), "an access key"),
            ("note", format!("ghp_{long}"), "a token"),
            ("note", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4fwpM".to_owned(), "a token"),
            ("db", "postgres://shop:hunter22@db.example.com/shop".to_owned(), "an address with its password"),
            ("DB_Password", "Tr0ub4dor&3x".to_owned(), "a password"),
            ("storage", "DefaultEndpointsProtocol=https;AccountKey=abc==".to_owned(), "a connection string with its key"),
            ("k", "-----BEGIN RSA PRIVATE KEY-----".to_owned(), "a private key"),
            ("auth", format!("Bearer ghp_{long}"), "a token"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(), "a password"),
            ("db_password_prod", "Tr0ub4dor&3x".to_owned(), "a password"),
            ("url", "https://shop.blob.core.windows.net/x?sv=2024-11-04&sig=abc%3D".to_owned(), "a connection string with its key"),
            ("note", "(redacted: looks like AKIAIOSFODNN7EXAMPLE)".to_owned(), "an access key"),
        ] {
            assert_eq!(looks_like(key, &value), Some(what), "{key}={value}");
            let text = redacted(key, &value).unwrap();
            assert_eq!((was_redacted(&text), text.contains(&value)), (Some(what), false));
            // What was left out stays left out as it is.
            assert_eq!(redacted(key, &text), None);
        }
    }

    #[test]
    fn words_and_references_are_none() {
        for (key, value) in [
            ("password-rotation", "monthly"),
            ("password", "rotated-by-vault"),
            ("secret", "arn:aws:secretsmanager:eu-west-1:111111111111:secret:Shop1-AbC"),
            ("token", "projects/shop/secrets/Token1/versions/2"),
            ("url", "https://user@example.com/x"),
            ("url", "postgres://shop:${DB_PASSWORD}@db/shop"),
            ("ticket", "AKIA-123"),
            ("secret", "MyApp-Prod-Db1"),
            ("commit", "0123456789abcdef0123456789abcdef01234567"),
            ("Owner", "jane.doe@example.com"),
            ("version", "v1.2.3"),
        ] {
            assert_eq!(looks_like(key, value), None, "{key}={value}");
        }
    }
}
