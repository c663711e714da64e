//! The words of these estates, each with what the generator means by it, and how what a key says is written down as tags.

use crate::{labels, random::Rng};

/// Whose machines they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Home {
    /// Amazon Web Services.
    Aws,
    /// Microsoft Azure.
    Azure,
    /// Google Cloud.
    Gcp,
    /// A cellar of one's own; nothing knows its provider.
    Cellar,
    /// Boxes in the field, likewise. That there are two such clouds matters: neither may be taken for whatever nobody knows.
    Field,
}

impl Home {
    /// All, in the order of their positions in tables.
    pub const ALL: [Self; 5] = [Self::Aws, Self::Azure, Self::Gcp, Self::Cellar, Self::Field];

    /// As inventories write it.
    pub fn word(self) -> &'static str {
        ["aws", "azure", "gcp", "cellar", "field"][self as usize]
    }

    /// As bills write it.
    pub fn provider(self) -> &'static str {
        ["AWS", "Microsoft", "Google Cloud", "Cellar & Sons", "Field Boxes Ltd"][self as usize]
    }

    /// What `stages:` calls its scopes, where it can name them.
    pub fn scopes(self) -> Option<&'static str> {
        [Some("accounts"), Some("subscriptions"), Some("projects"), None, None][self as usize]
    }

    /// What `stages:` calls the containers above a scope.
    pub fn above(self) -> Option<&'static str> {
        [Some("units"), Some("management_groups"), Some("folders"), None, None][self as usize]
    }

    /// Its resources lie in groups.
    pub fn has_groups(self) -> bool {
        matches!(self, Self::Azure | Self::Cellar)
    }

    /// It takes names of tags without case, so that two spellings are one name.
    pub fn ignores_case(self) -> bool {
        self == Self::Azure
    }

    /// Its tags are labels, which hold little but small letters.
    pub fn has_labels(self) -> bool {
        self == Self::Gcp
    }
}

/// A word with its other spellings.
pub type Word = (&'static str, &'static [&'static str]);

/// Environments, by position.
pub const ENVIRONMENTS: [Word; 5] =
    [("development", &["dev"]), ("test", &["qa"]), ("staging", &["pre-prod", "stg"]), ("demo", &[]), ("production", &["prod", "prd"])];
/// Position of development.
pub const DEVELOPMENT: usize = 0;
/// Position of test.
pub const TEST: usize = 1;
/// Position of staging.
pub const STAGING: usize = 2;
/// Position of demo.
pub const DEMO: usize = 3;
/// Position of production.
pub const PRODUCTION: usize = 4;

/// Classes of data, by position.
pub const CLASSES: [Word; 4] = [("none", &[]), ("internal", &[]), ("personal", &["pii"]), ("health", &[])];
/// Position of personal data.
pub const PERSONAL: usize = 2;
/// Position of data about health.
pub const HEALTH: usize = 3;

/// A key of the taxonomy.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// The same as a label.
    pub label: &'static str,
    /// Two other names.
    pub aliases: [&'static str; 2],
    /// Values that the taxonomy does not know.
    pub strange: &'static [&'static str],
}

/// Which stage.
pub static ENVIRONMENT: Key = Key { name: "Environment", label: "environment", aliases: ["env", "stage"], strange: &["prodd", "banana", "blue", "t"] };
/// Which application.
pub static APPLICATION: Key = Key { name: "Application", label: "application", aliases: ["app", "service"], strange: &["42", "2nd-try", "-", "9"] };
/// What data it holds.
pub static DATA_CLASS: Key = Key { name: "DataClass", label: "dataclass", aliases: ["class", "sensitivity"], strange: &["secretish", "level-3"] };

/// What somebody's tags say about a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said<T> {
    /// There is no tag about it.
    Nothing,
    /// The tag is there with nothing in it.
    Blank,
    /// A value that the taxonomy knows.
    Known(T),
    /// One that it does not know.
    Strange,
    /// Two tags of one rank that say different things.
    Torn,
}

impl<T: Copy> Said<T> {
    /// The value that is known.
    pub fn known(self) -> Option<T> {
        if let Self::Known(value) = self { Some(value) } else { None }
    }

    /// Rolls, with so many of a thousand for a value, an unknown one, a torn one and a blank one.
    pub fn roll(rng: &mut Rng, [known, strange, torn, blank]: [u64; 4], value: impl FnOnce(&mut Rng) -> T) -> Self {
        match rng.below(1000) {
            roll if roll < known => Self::Known(value(rng)),
            roll if roll < known + strange => Self::Strange,
            roll if roll < known + strange + torn => Self::Torn,
            roll if roll < known + strange + torn + blank => Self::Blank,
            _ => Self::Nothing,
        }
    }
}

/// One of a word's spellings, in one case or another.
pub fn spelt(rng: &mut Rng, (name, others): Word) -> String {
    let at = rng.index(others.len() + 1);
    let text = at.checked_sub(1).map_or(name, |at| others[at]);
    match rng.below(4) {
        0 => text.to_uppercase(),
        1 => capital(text),
        _ => text.to_owned(),
    }
}

/// With a capital letter first.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The text of a tag in a cloud.
pub fn text_in(home: Home, text: &str) -> String {
    if home.has_labels() { labels::encode(text) } else { text.to_owned() }
}

/// Writes down what a key says. Of the two values the first is meant; the second stands where a tag contradicts it.
pub fn write_key<T>(out: &mut Vec<(String, String)>, key: &Key, said: &Said<T>, values: [&str; 2], home: Home, rng: &mut Rng) {
    let [value, other] = values.map(|value| text_in(home, value));
    let own = if home.has_labels() { key.label } else { key.name };
    let [first, second] = key.aliases;
    let any = if rng.chance(300) { rng.pick(&key.aliases) } else { own };
    let mut tag = |name: &str, value: &str| out.push((name.to_owned(), value.to_owned()));
    match said {
        Said::Nothing => {}
        Said::Blank => tag(any, if home.has_labels() || rng.chance(500) { "" } else { "  " }),
        Said::Known(_) => {
            tag(any, &value);
            // The key's own name is believed, whatever another name of it says.
            if any == own && rng.chance(200) {
                tag(first, &other);
            }
        }
        Said::Strange => tag(any, &text_in(home, rng.pick::<&str>(key.strange))),
        Said::Torn => {
            tag(first, &value);
            tag(second, &other);
        }
    }
}
