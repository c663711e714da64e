//! The command of the `aws` command line that carries out a suggestion.

use crate::arn::Arn;
use std::collections::{BTreeMap, BTreeSet};
use tagledger_collect::{Commands, ResourceRef, TagChanges, shell_quote};
use tagledger_model::{Suggestion, is_invisible};

/// `aws resourcegroupstaggingapi tag-resources` and `untag-resources`, which take almost every kind by its ARN.
pub(crate) fn command(mend: &Suggestion, on: &ResourceRef<'_>) -> Option<String> {
    let arn = Arn::parse(on.id)?;
    let call = |verb: &str, argument: String| {
        let region = region(&arn, on.region).map_or_else(String::new, |region| format!(" --region {region}"));
        format!("aws resourcegroupstaggingapi {verb}-resources --resource-arn-list {} {argument}{region}", shell_quote(on.id))
    };
    let set = |key: &str, value: &str| call("tag", format!("--tags {}", shell_quote(&tag(key, value))));
    let unset = |key: &str| call("untag", format!("--tag-keys {}", shell_quote(&key_list(key))));
    let text = match mend {
        Suggestion::SetTag { key, value } => set(key, value.as_deref().unwrap_or("<value>")),
        // The new key is written before the old one goes, so that a failure in between loses nothing.
        Suggestion::RenameTag { from, to } => format!("{} && {}", set(to, &format!("<value of {from}>")), unset(from)),
        Suggestion::RemoveTag { key } => unset(key),
        Suggestion::Other { .. } => return None,
    };
    // A control character in a pasted line speaks to the terminal, whatever the quotes say, and a bidi override shows another line than the one that is run.
    (!text.chars().any(is_invisible)).then_some(text)
}

/// The most resources of one call: <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_TagResources.html>.
const TOGETHER: usize = 20;

/// The calls end well even where some resources were refused, and name those in what they answer: this ends where any was.
pub(crate) const PREAMBLE: &str = r#"tagging() {
  local refused
  refused=$(aws resourcegroupstaggingapi "$@" --query FailedResourcesMap --output json)
  case $refused in
    '' | '{}' | null) ;;
    *) printf 'Refused, and nothing after it was done:\n%s\n' "$refused" >&2; return 1 ;;
  esac
}"#;

/// What calls it.
const CALL: &str = "tagging";

/// The same changes to several resources, as many in one call as it takes.
pub(crate) fn commands(changes: &TagChanges, on: &[ResourceRef<'_>]) -> Vec<Commands> {
    // Where they are asked for, and whether names of tags that differ in case alone are one there.
    let mut by_place: BTreeMap<(&str, Option<&str>, bool), Vec<usize>> = BTreeMap::new();
    let mut all = Vec::new();
    for (at, resource) in on.iter().enumerate() {
        match Arn::parse(resource.id).filter(|_| !resource.id.chars().any(is_invisible)) {
            Some(arn) => by_place.entry((arn.partition, region(&arn, resource.region), arn.service == "iam")).or_default().push(at),
            None => all.push(Commands { on: vec![at], lines: Vec::new() }),
        }
    }
    for ((_, region, ignores_case), places) in by_place {
        let is_written = |key: &&String| changes.set.keys().any(|new| new.eq_ignore_ascii_case(key));
        let (same, removed): (BTreeSet<String>, BTreeSet<String>) = changes.remove.iter().cloned().partition(|key| ignores_case && is_written(&key));
        all.extend(places.chunks(TOGETHER).map(|some| {
            let ids: Vec<String> = some.iter().map(|at| shell_quote(on[*at].id)).collect();
            let call = |verb: &str, argument: String| {
                let region = region.map_or_else(String::new, |region| format!(" --region {region}"));
                format!("{CALL} {verb}-resources --resource-arn-list {} {argument}{region}", ids.join(" "))
            };
            let first = (!same.is_empty()).then(|| call("untag", format!("--tag-keys {}", keys(&same))));
            let set = (!changes.set.is_empty()).then(|| call("tag", format!("--tags {}", tags(&changes.set))));
            let remove = (!removed.is_empty()).then(|| call("untag", format!("--tag-keys {}", keys(&removed))));
            // What is written comes first, so that a failure in between loses nothing; but not where writing it would be taken back.
            let lines: Option<Vec<String>> = first.into_iter().chain(set).chain(remove).map(|line| (!line.chars().any(is_invisible)).then_some(line)).collect();
            Commands { on: some.to_vec(), lines: lines.unwrap_or_default() }
        }));
    }
    all
}

/// Several tags, as one map: in the shorthand where all of them can be, else in JSON.
fn tags(set: &BTreeMap<String, String>) -> String {
    let short: Vec<String> = set.iter().map(|(key, value)| tag(key, value)).collect();
    shell_quote(&if short.iter().any(|text| text.starts_with('{')) { serde_json::json!(set).to_string() } else { short.join(",") })
}

/// Several keys in the same way.
fn keys(remove: &BTreeSet<String>) -> String {
    if remove.iter().all(|key| is_plain_key(key)) {
        return remove.iter().cloned().collect::<Vec<_>>().join(" ");
    }
    shell_quote(&serde_json::json!(remove).to_string())
}

/// The Region whose endpoint knows the resource; global services answer in one Region of each partition.
fn region<'a>(arn: &Arn<'a>, given: Option<&'a str>) -> Option<&'a str> {
    let is_name = |region: &&str| {
        region.starts_with(|c: char| c.is_ascii_lowercase()) && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if given == Some("global") || matches!(arn.service, "iam" | "cloudfront" | "route53" | "globalaccelerator" | "organizations") {
        return Some(match arn.partition {
            "aws-cn" => "cn-northwest-1",
            "aws-us-gov" => "us-gov-west-1",
            _ => "us-east-1",
        });
    }
    given.filter(is_name).or_else(|| Some(arn.region).filter(is_name))
}

/// `Key=Value` when the command line's shorthand takes it literally, else JSON, which has no surprises.
fn tag(key: &str, value: &str) -> String {
    let is_plain_value = !value.contains([',', '=', '[', ']', '{', '}', '"', '\'', '\\', '~']) && value == value.trim();
    if is_plain_key(key) && is_plain_value { format!("{key}={value}") } else { serde_json::json!({ key: value }).to_string() }
}

/// A key by itself; as a JSON list where the command line would see an option, a file to read or a list in it.
fn key_list(key: &str) -> String {
    if is_plain_key(key) { key.to_owned() } else { serde_json::json!([key]).to_string() }
}

fn is_plain_key(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphanumeric()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOLUME: ResourceRef<'static> =
        ResourceRef { id: "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1", kind: "ec2:volume", scope: "111122223333", region: Some("eu-west-1") };

    fn set(key: &str, value: Option<&str>) -> Suggestion {
        Suggestion::SetTag { key: key.to_owned(), value: value.map(str::to_owned) }
    }

    #[test]
    fn the_commands_read_as_a_person_would_write_them() {
        assert_eq!(
            command(&set("Environment", Some("production")), &VOLUME).unwrap(),
            "aws resourcegroupstaggingapi tag-resources --resource-arn-list arn:aws:ec2:eu-west-1:111122223333:volume/vol-1 --tags Environment=production --region eu-west-1"
        );
        assert!(command(&set("CostCenter", None), &VOLUME).unwrap().contains(" --tags 'CostCenter=<value>' "));
        let rename = command(&Suggestion::RenameTag { from: "env".to_owned(), to: "Environment".to_owned() }, &VOLUME).unwrap();
        assert!(
            rename.contains("tag-resources --resource-arn-list")
                && rename.contains("'Environment=<value of env>'")
                && rename.contains(" && aws")
                && rename.contains("--tag-keys env "),
            "{rename}"
        );
        assert_eq!(command(&Suggestion::Other { text: "delete it".to_owned() }, &VOLUME), None);
    }

    fn words(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_script_writes_first_but_where_names_have_no_case() {
        let changes = TagChanges { set: words(&[("Environment", "production"), ("Owner", "jane")]), remove: BTreeSet::from(["environment".to_owned()]) };
        let on = |id| ResourceRef { id, region: None, ..VOLUME };
        let lines = |id| commands(&changes, &[on(id)]).remove(0).lines;
        let volume = lines("arn:aws:ec2:eu-west-1:111122223333:volume/vol-1");
        assert!(volume[0].contains(" --tags 'Environment=production,Owner=jane' ") && volume[1].starts_with("tagging untag-resources "), "{volume:?}");
        let policy = lines("arn:aws-cn:iam::111122223333:policy/p");
        assert!(policy[0].starts_with("tagging untag-resources ") && policy[1].ends_with(" --region cn-northwest-1"), "{policy:?}");
    }

    #[test]
    fn global_services_answer_in_one_region_and_buckets_in_their_own() {
        let on = |id, region| command(&set("Owner", Some("linda")), &ResourceRef { id, region, ..VOLUME }).unwrap();
        assert!(on("arn:aws:iam::111122223333:role/r", None).ends_with(" --region us-east-1"));
        assert!(on("arn:aws:cloudfront::111122223333:distribution/E1", Some("global")).ends_with(" --region us-east-1"));
        assert!(on("arn:aws:s3:::shop", None).ends_with(" --tags Owner=linda"));
        assert!(on("arn:aws:s3:::shop", Some("eu-west-1; rm")).ends_with(" --tags Owner=linda"));
    }

    #[test]
    fn hostile_text_stays_one_word() {
        let text = command(&set("K'; rm -rf ~ #", Some("$(id)`id`\"")), &VOLUME).unwrap();
        assert!(text.contains(r#"--tags '{"K'\''; rm -rf ~ #":"$(id)`id`\""}' "#), "{text}");
        let removed = |key: &str| command(&Suggestion::RemoveTag { key: key.to_owned() }, &VOLUME);
        assert!(removed("file:///etc/passwd").unwrap().contains(r#"--tag-keys '["file:///etc/passwd"]'"#));
        assert!(removed("--profile").unwrap().contains(r#"--tag-keys '["--profile"]'"#));
        assert!(removed("").unwrap().contains(r#"--tag-keys '[""]'"#));
        assert!(removed("\u{1b}]0;x\u{7}").is_some_and(|text| text.contains(r"\u001b")), "JSON spells control characters out");
        let odd = ResourceRef { id: "arn:aws:s3:::a b'c", ..VOLUME };
        assert!(command(&set("Owner", Some("x")), &odd).unwrap().contains(r"--resource-arn-list 'arn:aws:s3:::a b'\''c' "));
        assert_eq!(command(&set("Owner", Some("x")), &ResourceRef { id: "file:///etc/passwd", ..VOLUME }), None);
        for hidden in ["\u{3}", "\u{202e}", "\u{200b}", "\u{2028}"] {
            let id = format!("arn:aws:s3:::a{hidden}b");
            assert_eq!(command(&set("Owner", Some("x")), &ResourceRef { id: &id, ..VOLUME }), None, "{hidden:?}");
        }
    }
}
