//! What on a machine AWS's own programs would take for credentials:
//! <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>.

use crate::live::settings;
use std::collections::BTreeSet;
use tagledger_collect::{FoundCredentials, Machine};

/// Variables that are enough by themselves, and what they are.
const VARIABLES: [(&str, &str); 4] = [
    ("AWS_ACCESS_KEY_ID", "an access key"),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", "the token of a workload"),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "the role of a container"),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "the role of a container"),
];

pub(crate) fn find(machine: &Machine<'_>) -> FoundCredentials {
    let mut out = FoundCredentials::default();
    for (name, what) in VARIABLES {
        if machine.get(name).is_some() {
            out.found.push(format!("{what} ({name} is set)"));
        }
    }
    let profiles = profiles(machine);
    if let Some(chosen) = machine.get("AWS_PROFILE") {
        out.found.push(format!("the profile `{chosen}` (AWS_PROFILE is set)"));
    } else if profiles.contains("default") {
        out.found.push("the profile `default` of the AWS configuration".to_owned());
    } else if out.found.is_empty() {
        let names: Vec<String> = profiles.iter().cloned().collect();
        match names.as_slice() {
            [] => {}
            [only] => {
                out.found.push(format!("the profile `{only}` of the AWS configuration"));
                out.settings.push((settings::PROFILE, only.clone()));
            }
            several => {
                out.found
                    .push(format!("the profiles {} of the AWS configuration", several.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")));
                out.choice = Some((settings::PROFILE, several.to_vec()));
            }
        }
    }
    out
}

/// The profiles of both files. Only names are read: what else stands there is secret.
fn profiles(machine: &Machine<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (variable, below_home, word) in [("AWS_CONFIG_FILE", ".aws/config", "profile "), ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials", "")] {
        let text = machine.path(variable, below_home).and_then(|path| machine.read(&path)).unwrap_or_default();
        let sections = text.lines().filter_map(|line| line.trim().strip_prefix('[')?.split(']').next().map(str::trim));
        let name = |section: &str| {
            let name = if section == "default" { Some(section) } else { section.strip_prefix(word) };
            // Sections of other sorts have a word before their name.
            name.map(str::trim).filter(|name| !name.is_empty() && !name.contains(' ')).map(str::to_owned)
        };
        names.extend(sections.filter_map(name));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn found(variables: &[(&str, &str)], home: &Path) -> FoundCredentials {
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        find(&Machine { variable: &variable, home: Some(home.to_owned()) })
    }

    #[test]
    fn one_profile_is_taken_and_of_several_one_is_to_be_chosen() {
        let home = std::env::temp_dir().join(format!("tagledger-aws-home-{}", std::process::id()));
        std::fs::create_dir_all(home.join(".aws")).unwrap();
        assert_eq!(found(&[], &home), FoundCredentials::default());
        std::fs::write(home.join(".aws/config"), "[sso-session corp]\nsso_region = x\n[profile audit]\nrole_arn = secret-thing\n").unwrap();
        let one = found(&[], &home);
        assert_eq!(one.settings, [("profile", "audit".to_owned())]);
        assert!(!format!("{one:?}").contains("secret-thing"));
        std::fs::write(home.join(".aws/credentials"), "[build]\naws_secret_access_key = hush\n").unwrap();
        let two = found(&[], &home);
        assert_eq!((two.choice, two.settings.len()), (Some(("profile", vec!["audit".to_owned(), "build".to_owned()])), 0));
        let keyed = found(&[("AWS_ACCESS_KEY_ID", "AKIA0000")], &home);
        assert_eq!((keyed.found.len(), keyed.choice), (1, None));
        assert!(!keyed.found[0].contains("AKIA"), "what it says is nobody's business");
        let chosen = found(&[("AWS_PROFILE", "build")], &home);
        assert_eq!((chosen.found.len(), chosen.choice), (1, None));
        std::fs::remove_dir_all(home).unwrap();
    }
}
