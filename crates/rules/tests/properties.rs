//! What holds for every estate: the order of tags and resources says nothing, and the platform's own tags change nothing.

mod live;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeSet;
use tagledger_collect::Found;
use tagledger_model::{CloudId, Finding, Fingerprint, NativeId, Observed, Origin, RawResource, RawTag, Scope, Taggable, Text, Timestamp, Verdict};

const NOW: Timestamp = Timestamp(1_793_491_200);
const DAY: i64 = 86_400;

/// Cloud, kind, and a tag of the platform that looks like the user's.
const CLOUDS: &[(&str, &str, &str)] = &[
    ("aws", "ec2:volume", "aws:Environment"),
    ("azure", "microsoft.compute/disks", "hidden-Environment"),
    ("gcp", "compute.googleapis.com/Disk", "goog-environment"),
];
const KEYS: &[&str] =
    &["Environment", "environment", "env", "stage", "CostCenter", "cost-center", "cost_center", "cc", "Name", "ExpiresOn", "expires-on", "TTL"];
const VALUES: &[&str] = &["", " ", "prod", "production", "PROD", "test", "banana", "CC-1001", "CC-1002", "__43__43-1001", "2026-10-01", "2027-10-01", "7d"];
const TAXONOMY: &str = r#"
version: 1
keys:
  Environment:
    required: true
    aliases: [env, stage]
    values: { test: [], production: [prod] }
    inherit: [resource_group, scope]
  CostCenter: { required: true, aliases: [cc], pattern: "CC-[0-9]{4}" }
stages:
  - environment: production
    aws: { accounts: ["shop"] }
    azure: { subscriptions: ["shop"] }
    gcp: { projects: ["shop"] }
lifetime_keys: [ExpiresOn, TTL]
waivers:
  - { rule: missing-required-key, resource: "r-1*", reason: "Legacy", owner: linda, expires: 2027-03-31 }
"#;

fn resource() -> impl Strategy<Value = RawResource> {
    let tag = (select(KEYS), option::weighted(0.8, select(VALUES))).prop_map(|(key, value)| match value {
        Some(value) => RawTag::own(key, value),
        None => RawTag { value: Observed::Unknown, ..RawTag::own(key, "") },
    });
    let tags = option::of(vec(tag, 0..6)).prop_map(|tags| tags.map_or(Observed::Unknown, Observed::Known));
    let created = option::of((0..60_i64).prop_map(|days| Timestamp(NOW.0 - days * DAY)));
    (select(CLOUDS), select(vec!["shop", "playground"]), option::of(Just("rg-web")), tags, created).prop_map(
        |((cloud, kind, _), scope, group, tags, created)| RawResource {
            cloud: CloudId::new(cloud),
            scope: Text::from(scope),
            region: None,
            group: group.map(Text::from),
            id: NativeId::exact(""),
            kind: Text::from(kind),
            name: None,
            tags,
            further: tagledger_model::Further::None,
            taggable: Taggable::Unknown,
            created,
            changed: None,
            facts: None,
            origin: Origin::Exported { reader: "generic.json", file: "estate.json".into() },
        },
    )
}

fn estate() -> impl Strategy<Value = Vec<RawResource>> {
    vec(resource(), 0..16).prop_map(|mut estate| {
        for (number, resource) in estate.iter_mut().enumerate() {
            resource.id = NativeId::exact(format!("r-{number}"));
        }
        estate
    })
}

/// The same estate twice, the second time with resources and tags in another order.
fn two_orders() -> impl Strategy<Value = (Vec<RawResource>, Vec<RawResource>)> {
    let shuffled = |estate: Vec<RawResource>| (Just(estate.clone()), Just(estate).prop_shuffle());
    (estate().prop_flat_map(shuffled), 0..6_usize, any::<bool>()).prop_map(|((estate, mut other), turn, reverse)| {
        for resource in &mut other {
            change(resource, |tags| {
                let by = turn % tags.len().max(1);
                tags.rotate_left(by);
                if reverse {
                    tags.reverse();
                }
            });
        }
        (estate, other)
    })
}

/// Changes the tags of a resource, where they were read.
fn change(resource: &mut RawResource, how: impl FnOnce(&mut Vec<RawTag>)) {
    if let Observed::Known(tags) = &mut resource.tags {
        how(tags);
    }
}

/// What was found about an estate, in the order of reports. The account that is described comes first or last.
fn judged(estate: &[RawResource], scopes_first: bool) -> Result<Vec<(Fingerprint, Verdict)>, TestCaseError> {
    Ok(found(estate, scopes_first, TAXONOMY)?.into_iter().map(|f| (f.fingerprint, f.verdict)).collect())
}

fn found(estate: &[RawResource], scopes_first: bool, taxonomy: &str) -> Result<Vec<Finding>, TestCaseError> {
    let resources = || estate.iter().cloned().map(Found::Resource);
    let scope = Scope {
        cloud: CloudId::new("aws"),
        id: Text::from("shop"),
        aliases: Vec::new(),
        name: None,
        ancestors: Vec::new(),
        tags: Observed::Known(vec![RawTag::own("Environment", "prod")]),
        active: true,
    };
    let found: Vec<Found> =
        if scopes_first { std::iter::once(Found::Scope(scope)).chain(resources()).collect() } else { resources().chain([Found::Scope(scope)]).collect() };
    let taxonomy = live::taxonomy("taxonomy.yaml", taxonomy, &[]).map_err(TestCaseError::fail)?;
    live::findings(&taxonomy, &found, None, NOW, &[]).map_err(TestCaseError::fail)
}

/// A waiver, as a line of a taxonomy: of any rule, over any of the estate's ids, scopes and kinds, for ever or not any more.
fn waiver() -> impl Strategy<Value = String> {
    let rule = select(vec!["*", "missing-*", "untagged", "stage-mismatch", "expired", "unknown-value", "nonstandard-key"]);
    let of = select(vec!["resource: '*'", "resource: 'r-1*'", "resource: 'r-3'", "scope: shop", "scope: 'play*'", "kind: 'ec2:volume'", "kind: '*disk*'"]);
    let key = select(vec!["", ", key: Environment", ", key: 'Cost*'"]);
    let expires = select(vec!["2027-03-31", "2026-10-31"]);
    (rule, of, key, expires).prop_map(|(rule, of, key, expires)| format!("  - {{ rule: '{rule}', {of}{key}, reason: r, owner: o, expires: {expires} }}\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_says_nothing((estate, other) in two_orders()) {
        prop_assert_eq!(judged(&estate, true)?, judged(&other, false)?);
    }

    #[test]
    fn of_one_key_one_rule_says_that_a_value_was_not_read(estate in estate()) {
        let mut said = BTreeSet::new();
        let of_values = ["conflicting-keys", "unknown-value", "empty-value", "nonstandard-key", "nonstandard-value"];
        for finding in found(&estate, true, TAXONOMY)?.iter().filter(|f| f.verdict == Verdict::Undetermined && of_values.contains(&f.rule.as_str())) {
            prop_assert!(said.insert((finding.resource.clone(), finding.key.clone())), "{} says it as well: {}", finding.rule, finding.message);
            prop_assert!(finding.message.contains("not read") && finding.rule != "nonstandard-key", "{}: {}", finding.rule, finding.message);
        }
    }

    #[test]
    fn waiving_adds_no_finding_and_takes_none_away(estate in estate(), waivers in vec(waiver(), 0..5)) {
        let (plain, _) = TAXONOMY.split_once("waivers:").unwrap();
        // Waivers are about findings; whether they are of use is what the rules about them say.
        let about = |f: &&Finding| !f.rule.starts_with("waiver-");
        let name = |f: &Finding| (f.fingerprint.clone(), f.verdict, f.level, f.message.clone());
        let without = found(&estate, true, plain)?;
        let with = found(&estate, true, &format!("{plain}waivers:{}\n{}", if waivers.is_empty() { " []" } else { "" }, waivers.concat()))?;
        let set = |all: &[Finding]| all.iter().filter(about).map(name).collect::<BTreeSet<_>>();
        prop_assert_eq!(set(&without), set(&with), "each finding is there, waived or not");
        let open = |all: &[Finding]| all.iter().filter(about).filter(|f| f.waived.is_none()).map(name).collect::<BTreeSet<_>>();
        prop_assert!(open(&with).is_subset(&open(&without)));
    }

    #[test]
    fn the_platforms_own_tags_change_nothing(estate in estate(), first in any::<bool>()) {
        let mut other = estate.clone();
        for resource in &mut other {
            let key = CLOUDS.iter().find(|(cloud, ..)| *cloud == resource.cloud.as_str()).map_or("", |(_, _, key)| *key);
            change(resource, |tags| {
                let at = if first { 0 } else { tags.len() };
                tags.insert(at, RawTag::own(key, "test"));
            });
        }
        prop_assert_eq!(judged(&estate, true)?, judged(&other, true)?);
    }
}
