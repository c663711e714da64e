//! What is proposed, and what is not.

use super::*;
use crate::{Known, KnownCloud, parse};
use std::path::Path;
use tagledger_model::Text;

const TAXONOMY: &str = "version: 1
keys:
  Environment: { required: true, aliases: [env], values: { production: [prod], test: [qa] } }
  Owner: {}
  CostCenter: { pattern: \"[0-9]{4}\" }
lifetime_keys: [ExpiresOn]
";

fn taxonomy() -> Taxonomy {
    let known = Known { rules: &[], clouds: &[KnownCloud { id: "aws", containers: &[] }] };
    let side = |_: &Path| Err(std::io::Error::other("there is none"));
    parse(Path::new("taxonomy.yaml"), TAXONOMY, &known, &side).unwrap().taxonomy
}

fn tag(key: &str, value: Option<&str>, resources: u64, euros: i64) -> SeenTag {
    let money = Money { currency: Text::new("EUR"), amount: Amount::parse(&euros.to_string()).unwrap().0 };
    SeenTag { cloud: CloudId::new("aws"), encoded: false, key: key.to_owned(), value: value.map(str::to_owned), resources, money: vec![money] }
}

/// Key and its values; the sums are those of the values.
fn key(name: &str, values: &[(&str, u64, i64)]) -> Vec<SeenTag> {
    let sum = tag(name, None, values.iter().map(|v| v.1).sum(), values.iter().map(|v| v.2).sum());
    std::iter::once(sum).chain(values.iter().map(|(value, resources, euros)| tag(name, Some(value), *resources, *euros))).collect()
}

fn said(seen: &[Vec<SeenTag>]) -> Vec<String> {
    let taxonomy = taxonomy();
    let mut all = seen.concat();
    all.push(tag("", None, 100, 0));
    let name = |key: &KeyId| taxonomy.keys[key.index()].name.clone();
    let one = |proposal: &Proposal| {
        let text = &proposal.spellings[0].text;
        match &proposal.what {
            Proposed::KeyAlias(key) => format!("{text} is {} ({})", name(key), proposal.because),
            Proposed::NewKey => format!("{text} is a key ({})", proposal.because),
            Proposed::ValueAlias(key, value) => format!("{text} is {}={value} ({})", name(key), proposal.because),
            Proposed::NewValue(key) => format!("{text} is a value of {} ({})", name(key), proposal.because),
        }
    };
    proposals(&taxonomy, &all).iter().map(one).collect()
}

#[test]
fn names_of_keys_are_found_by_their_spelling_their_words_and_their_values() {
    let found = said(&[
        key("Enviroment", &[("prod", 4, 40), ("x", 1, 1)]),
        key("appOwner", &[("jane", 3, 30)]),
        key("stage", &[("qa", 2, 10), ("production", 2, 10)]),
        key("cost-centre-code", &[("A-17", 4, 90)]),
    ]);
    assert_eq!(
        found,
        [
            "Enviroment is Environment (one letter from `environment`)",
            "appOwner is Owner (`owner` is a word of it)",
            "stage is Environment (its values are those of Environment)"
        ]
    );
}

#[test]
fn spellings_of_one_key_are_one_proposal_and_the_most_frequent_stands_for_them() {
    let seen = [key("team_name", &[("a", 20, 5)]), key("TeamName", &[("a", 30, 1), ("b", 10, 1)]), key("team.name", &[("b", 2, 9)])].concat();
    let mut all = seen;
    all.push(tag("", None, 100, 0));
    let found = proposals(&taxonomy(), &all);
    let [proposal] = found.as_slice() else { panic!("{found:?}") };
    let spellings: Vec<(&str, u64)> = proposal.spellings.iter().map(|s| (s.text.as_str(), s.resources)).collect();
    assert_eq!((proposal.resources, spellings), (62, vec![("TeamName", 40), ("team_name", 20), ("team.name", 2)]));
    assert_eq!(proposal.money[0].amount, Amount::parse("16").unwrap().0);
    assert_eq!((&proposal.what, proposal.because.as_str()), (&Proposed::NewKey, "62 % of the resources with tags carry it, with 2 values"));
}

#[test]
fn what_names_each_resource_and_what_few_carry_is_no_key() {
    let names: Vec<(String, u64, i64)> = (0..50).map(|at| (format!("machine-{at}"), 1, 1)).collect();
    let names: Vec<(&str, u64, i64)> = names.iter().map(|(name, resources, euros)| (name.as_str(), *resources, *euros)).collect();
    assert_eq!(said(&[key("Name", &names), key("rare", &[("x", 4, 4)]), key("expires-on", &[("2027-01-01", 50, 5)])]), Vec::<String>::new());
    assert_eq!(said(&[key("env-owner", &[("x", 4, 4)])]), Vec::<String>::new(), "it names two keys");
}

#[test]
fn values_are_found_by_their_spelling_their_beginning_and_their_words() {
    let values = [
        ("PRODUCTON", 3, 90),
        ("produc", 1, 80),
        ("prod-eu", 1, 70),
        ("sandbox", 9, 60),
        ("rare", 1, 50),
        ("prod", 60, 999),
        ("qa1", 1, 40),
        ("prod-test", 1, 30),
    ];
    let found = said(&[key("env", &values)]);
    assert_eq!(
        found,
        [
            "PRODUCTON is Environment=production (one letter from `production`)",
            "produc is Environment=production (it begins `production`)",
            "prod-eu is Environment=production (`prod` is a word of it)",
            "sandbox is a value of Environment (11 % of what carries Environment says so)",
            "qa1 is Environment=test (`qa` is a word of it)",
        ]
    );
}

#[test]
fn labels_are_read_as_they_are_meant_and_secrets_are_nobodys_value() {
    let mut label = key("env", &[("pre__2dproduction", 8, 8)]);
    for tag in &mut label {
        tag.encoded = true;
    }
    let found = said(&[label, key("env", &[("(redacted: looks like a token)", 30, 30)])]);
    assert_eq!(found, ["pre-production is Environment=production (`production` is a word of it)"]);
}
