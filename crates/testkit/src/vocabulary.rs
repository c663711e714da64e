//! The words of the estate: keys, environments, applications, people, cost centres, and how teams spell them.

use crate::kinds::Cloud;

/// A key of the estate's taxonomy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// Which stage.
    Environment,
    /// Which application.
    Application,
    /// Who answers for it.
    Owner,
    /// Who pays.
    CostCenter,
    /// What data it holds.
    DataClass,
}

impl Key {
    /// In the order of the taxonomy file.
    pub const ALL: [Self; 5] = [Self::Environment, Self::Application, Self::Owner, Self::CostCenter, Self::DataClass];

    /// Canonical name.
    pub fn name(self) -> &'static str {
        ["Environment", "Application", "Owner", "CostCenter", "DataClass"][self as usize]
    }

    /// Other words for it, as the taxonomy lists them.
    pub fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Environment => &["env", "stage", "environment_name"],
            Self::Application => &["app", "service"],
            Self::Owner => &["team", "contact"],
            Self::CostCenter => &["cost_centre", "cc"],
            Self::DataClass => &[],
        }
    }

    /// How it is spelt in a cloud when it is spelt right.
    pub fn standard(self, cloud: Cloud) -> &'static str {
        match cloud {
            Cloud::Aws | Cloud::Azure => self.name(),
            Cloud::Gcp => ["environment", "application", "owner", "costcenter", "dataclass"][self as usize],
        }
    }

    /// Wrong spellings that are still recognised; none of them is the standard one of that cloud.
    pub fn misspellings(self, cloud: Cloud) -> &'static [&'static str] {
        match (self, cloud) {
            (Self::Environment, Cloud::Gcp) => &["env", "stage", "environment_name", "environment-name"],
            (Self::Environment, _) => &["environment", "env", "Env", "stage", "ENVIRONMENT", "Stage", "environment_name"],
            (Self::Application, Cloud::Gcp) => &["app", "service"],
            (Self::Application, _) => &["application", "app", "App", "service", "Service"],
            (Self::Owner, Cloud::Gcp) => &["team", "contact"],
            (Self::Owner, _) => &["owner", "team", "Team", "contact"],
            (Self::CostCenter, Cloud::Gcp) => &["cost_center", "cost-center", "cost_centre", "cc"],
            (Self::CostCenter, _) => &["costcenter", "cost-center", "Cost Center", "cost_centre", "CC"],
            (Self::DataClass, Cloud::Gcp) => &["data_class", "data-class"],
            (Self::DataClass, _) => &["dataclass", "data-class", "Data Class"],
        }
    }

    /// Values that nothing in the taxonomy recognises; empty for keys that take any value.
    pub fn unknown_values(self) -> &'static [&'static str] {
        match self {
            Self::Environment => &["prodd", "tbd", "sandbox", "blue", "development2"],
            Self::Application => &["x", "2nd-try", "tbd?", "42"],
            Self::Owner | Self::CostCenter => &[],
            Self::DataClass => &["secret", "tbd", "level-3"],
        }
    }
}

/// An environment: canonical name, ending of scope names, aliases in the taxonomy, spellings seen in the wild, and those that labels can hold.
#[derive(Debug)]
pub struct Environment {
    /// Canonical name.
    pub name: &'static str,
    /// Ending of scope names: `shop-prod`.
    pub suffix: &'static str,
    /// As the taxonomy lists them.
    pub aliases: &'static [&'static str],
    /// Recognised but not canonical.
    pub spellings: &'static [&'static str],
    /// The same in lower case.
    pub lower: &'static [&'static str],
}

/// All environments, in the order of the taxonomy file.
pub const ENVIRONMENTS: [Environment; 8] = [
    Environment { name: "development", suffix: "dev", aliases: &["dev"], spellings: &["dev", "Dev", "DEV", "Development"], lower: &["dev"] },
    Environment { name: "integration", suffix: "int", aliases: &["ci", "int"], spellings: &["ci", "int", "CI", "Integration"], lower: &["ci", "int"] },
    Environment { name: "test", suffix: "test", aliases: &["qa", "tst"], spellings: &["qa", "tst", "TEST", "QA", "Test"], lower: &["qa", "tst"] },
    Environment {
        name: "staging",
        suffix: "staging",
        aliases: &["stage", "stg", "preprod", "uat"],
        spellings: &["stage", "stg", "pre-prod", "UAT", "Staging"],
        lower: &["stage", "stg", "pre-prod", "uat"],
    },
    Environment { name: "demo", suffix: "demo", aliases: &[], spellings: &["Demo", "DEMO"], lower: &[] },
    Environment { name: "preview", suffix: "preview", aliases: &[], spellings: &["Preview", "PREVIEW"], lower: &[] },
    Environment {
        name: "production",
        suffix: "prod",
        aliases: &["prod", "prd", "live"],
        spellings: &["prod", "Prod", "PRD", "live", "Production", "PROD"],
        lower: &["prod", "prd", "live"],
    },
    Environment { name: "recovery", suffix: "dr", aliases: &["dr", "failover"], spellings: &["dr", "DR", "failover"], lower: &["dr", "failover"] },
];

/// The environment of that canonical name, as an index.
pub fn environment(name: &str) -> Option<u8> {
    ENVIRONMENTS.iter().position(|e| e.name == name).and_then(|i| u8::try_from(i).ok())
}

/// Data classes: canonical name, recognised spellings, those that labels can hold.
pub const DATA_CLASSES: [(&str, &[&str], &[&str]); 4] = [
    ("none", &["None", "NONE"], &[]),
    ("internal", &["Internal"], &[]),
    ("confidential", &["Confidential"], &[]),
    ("personal", &["pii", "PII", "GDPR", "Personal"], &["pii", "gdpr"]),
];

/// The applications of a small estate; larger ones continue with `app-0012`.
pub const APPLICATIONS: [&str; 12] =
    ["webshop", "billing", "search", "checkout", "data-lake", "identity", "crm", "notifications", "reporting", "ml-platform", "intranet", "observability"];

/// The name of an application.
pub fn application(index: u32) -> String {
    APPLICATIONS.get(index as usize).map_or_else(|| format!("app-{index:04}"), |a| (*a).to_owned())
}

/// The people of a small estate; larger ones continue with `owner-0010@example.com`. The last one has left.
pub const OWNERS: [(&str, &str); 10] = [
    ("linda.berger@example.com", "Linda Berger"),
    ("jane.doe@example.com", "Jane Doe"),
    ("omar.haddad@example.com", "Omar Haddad"),
    ("mei.tanaka@example.com", "Mei Tanaka"),
    ("paulo.reis@example.com", "Paulo Reis"),
    ("anna.nowak@example.com", "Anna Nowak"),
    ("jonas.weber@example.com", "Jonas Weber"),
    ("chloe.martin@example.com", "Chloe Martin"),
    ("ravi.iyer@example.com", "Ravi Iyer"),
    ("tom.miller@example.com", "Tom Miller"),
];

/// The owner who has left, by the directory.
pub const LEFT: u32 = 9;

/// The cost centre that is closed, by the register.
pub const CLOSED: u32 = 5;

/// The id of an owner.
pub fn owner(index: u32) -> String {
    OWNERS.get(index as usize).map_or_else(|| format!("owner-{index:04}@example.com"), |o| o.0.to_owned())
}

/// The id of a cost centre.
pub fn cost_center(index: u32) -> String {
    format!("CC-{}", 1001 + index)
}

/// Text that a report must render harmless. The last one has 256 characters.
pub fn hostile(index: usize) -> String {
    match index % 7 {
        0 => "<script>alert('tagledger')</script>".to_owned(),
        1 => "=cmd|' /C calc'!A0".to_owned(),
        2 => "\u{1b}[31mred\u{1b}[0m\u{7}".to_owned(),
        3 => "first line\nsecond line\r\n::error::third".to_owned(),
        4 => "\"><img src=x onerror=alert(1)>".to_owned(),
        5 => "| cell | `code` | [link](javascript:alert(1)) |".to_owned(),
        _ => "日本語🦀é".chars().cycle().take(256).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The folding of DESIGN §5, for holding the tables here to what they claim.
    fn fold(text: &str) -> String {
        text.chars().filter(|c| !matches!(c, '-' | '_' | '.' | ':' | '/' | ' ')).flat_map(char::to_lowercase).collect()
    }

    #[test]
    fn spellings_are_what_they_claim_to_be() {
        for cloud in Cloud::ALL {
            for key in Key::ALL {
                let words: Vec<String> = key.aliases().iter().chain([&key.name()]).map(|w| fold(w)).collect();
                assert_eq!(fold(key.standard(cloud)), fold(key.name()));
                for wrong in key.misspellings(cloud) {
                    assert!(words.contains(&fold(wrong)), "{wrong}");
                    assert_ne!(*wrong, key.standard(cloud));
                    assert!(cloud != Cloud::Gcp || wrong.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '_' | '-')));
                }
            }
        }
        let known: Vec<String> = ENVIRONMENTS.iter().flat_map(|e| e.aliases.iter().chain([&e.name])).map(|w| fold(w)).collect();
        for e in &ENVIRONMENTS {
            let own: Vec<String> = e.aliases.iter().chain([&e.name]).map(|w| fold(w)).collect();
            for s in e.spellings.iter().chain(e.lower) {
                assert!(own.contains(&fold(s)) && *s != e.name, "{s}");
            }
        }
        assert!(Key::Environment.unknown_values().iter().all(|v| !known.contains(&fold(v))));
        assert_eq!(hostile(6).chars().count(), 256);
    }
}
