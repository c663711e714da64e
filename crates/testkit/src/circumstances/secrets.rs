//! Credentials that somebody wrote into a tag, made up by chance, what only looks like one, and text that means nothing.

use crate::random::Rng;

const SMALL: &str = "abcdefghijklmnopqrstuvwxyz";
const LARGE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";

fn some(rng: &mut Rng, letters: &str, count: usize) -> String {
    let all: Vec<char> = letters.chars().collect();
    (0..count).map(|_| *rng.pick(&all)).collect()
}

/// Letters of all sorts, one of each for certain.
fn mixed(rng: &mut Rng, count: usize) -> String {
    let all = format!("{SMALL}{LARGE}{DIGITS}");
    format!("{}{}{}{}", some(rng, SMALL, 1), some(rng, LARGE, 1), some(rng, DIGITS, 1), some(rng, &all, count.saturating_sub(3)))
}

/// A credential, and the key that it stands under.
fn secret(rng: &mut Rng) -> (String, String) {
    let (key, value) = match rng.below(9) {
        0 => ("deploy", format!("ghp_{}", mixed(rng, 36))),
        1 => ("note", format!("{}{}", rng.pick(&["AKIA", "ASIA"]), some(rng, &format!("{LARGE}{DIGITS}"), 16))),
        2 => ("ci", format!("Bearer glpat-{}", mixed(rng, 20))),
        3 => ("db", format!("postgres://shop:{}@db.example.com/shop", some(rng, SMALL, 8))),
        4 => ("AdminPassword", format!("{}!", mixed(rng, 11))),
        5 => ("chat", format!("xoxb-{}", some(rng, DIGITS, 24))),
        6 => ("storage", format!("AccountName=shop;AccountKey={}==", mixed(rng, 40))),
        7 => ("cert", format!("-----BEGIN RSA PRIVATE KEY-----{}", mixed(rng, 20))),
        // A key of the taxonomy holds one as well as any other.
        _ => ("Owner", format!("eyJ{}.eyJ{}.{}", mixed(rng, 12), mixed(rng, 14), mixed(rng, 30))),
    };
    (key.to_owned(), value)
}

/// What is none: words, references to where a secret is kept, names, and what is too short.
fn harmless(rng: &mut Rng) -> (String, String) {
    let (key, value) = *rng.pick(&[
        ("password-rotation", "monthly"),
        ("db-secret", "shop/prod/db"),
        ("secret", "MyApp-Prod-Db1"),
        ("url", "https://jane@example.com/x"),
        ("ticket", "AKIA-123"),
        ("Owner", "jane.doe@example.com"),
        ("token", "arn:aws:secretsmanager:eu-west-1:111111111111:secret:Shop1-AbC"),
        ("commit", "0123456789abcdef0123456789abcdef01234567"),
        ("password", "rotated-by-vault"),
    ]);
    (key.to_owned(), value.to_owned())
}

/// Some tags, and whether a credential stands in one of them.
pub fn roll(rng: &mut Rng) -> (Vec<(String, String)>, bool) {
    let mut tags = Vec::new();
    let holds = rng.chance(70);
    if holds {
        tags.push(secret(rng));
    }
    if rng.chance(250) {
        let other = harmless(rng);
        if tags.iter().all(|(key, _): &(String, String)| *key != other.0) {
            tags.push(other);
        }
    }
    (tags, holds)
}

/// Text that means nothing, some of it hostile.
pub fn noise(rng: &mut Rng) -> String {
    let odd = ["=1+1", "<b>", "\"", ", ;", "ünï", "\n", "' or '1'='1", "日本", "{{x}}", "|", "\\", "%00", "#", "  "];
    let parts: Vec<String> = (0..=rng.below(3)).map(|_| if rng.chance(500) { (*rng.pick(&odd)).to_owned() } else { some(rng, SMALL, 4) }).collect();
    let joint: &str = rng.pick::<&str>(&["", " ", "-"]);
    parts.join(joint)
}
