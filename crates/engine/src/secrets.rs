//! Credentials that somebody wrote into a tag, by their shape. Everybody who may list resources reads tags, and so do bills and reports: what looks
//! like a credential is left out of everything that a run writes.

use tagledger_model::Text;

/// What a value is replaced by; what it looks like follows.
const REDACTED: &str = "(redacted: looks like ";

/// What the value of a tag looks like, in words; none for anything but a credential.
fn looks_like(key: &str, value: &str) -> Option<&'static str> {
    let value = value.trim();
    if value.len() < 8 {
        return None;
    }
    if value.contains("-----BEGIN ") && value.contains("PRIVATE KEY") {
        return Some("a private key");
    }
    if PREFIXES.iter().any(|(prefix, length)| value.starts_with(prefix) && value.len() >= *length && value.bytes().all(is_of_a_token)) || is_signed(value) {
        return Some("a token");
    }
    if value.len() == 20 && ["AKIA", "ASIA"].iter().any(|start| value.starts_with(start)) && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    {
        return Some("an access key");
    }
    if ["AccountKey=", "SharedAccessKey=", "SharedAccessSignature="].iter().any(|part| value.contains(part)) {
        return Some("a connection string with its key");
    }
    if has_password(value) {
        return Some("an address with its password");
    }
    (names_a_secret(key) && is_random(value)).then_some("a password")
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
fn names_a_secret(key: &str) -> bool {
    let plain: String = key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    ["password", "passwd", "pwd", "secret", "secretkey", "apikey", "accesskey", "accesstoken", "authtoken", "token", "privatekey"]
        .iter()
        .any(|end| plain.ends_with(end))
}

/// Whether nobody would write it as a word: of three sorts of characters, without a path or a blank in it. References to where a secret is kept
/// are no secrets.
fn is_random(value: &str) -> bool {
    let has = |is: fn(char) -> bool| usize::from(value.chars().any(is));
    let sorts = has(|c| c.is_ascii_lowercase()) + has(|c| c.is_ascii_uppercase()) + has(|c| c.is_ascii_digit()) + has(|c| "!#$%^&*+=~?@".contains(c));
    sorts >= 3 && value.len() >= 10 && !value.contains(['/', ' ', ':'])
}

/// What stands in the place of a value that looks like a credential.
pub(crate) fn redacted(key: &str, value: &str) -> Option<Text> {
    looks_like(key, value).map(|what| Text::from(format!("{REDACTED}{what})")))
}

/// What a value that was left out looks like.
pub(crate) fn was(value: Option<&str>) -> Option<&str> {
    value?.strip_prefix(REDACTED)?.strip_suffix(')')
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
        ] {
            assert_eq!(looks_like(key, &value), Some(what), "{key}={value}");
            let text = redacted(key, &value).unwrap();
            assert_eq!((was(Some(&text)), text.contains(&value)), (Some(what), false));
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
            ("commit", "0123456789abcdef0123456789abcdef01234567"),
            ("Owner", "jane.doe@example.com"),
            ("version", "v1.2.3"),
        ] {
            assert_eq!(looks_like(key, value), None, "{key}={value}");
        }
    }
}
