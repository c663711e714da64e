//! The reference taxonomy and its schema, as they are committed at the top level.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its own repository has failed")]

use proptest::prelude::*;
use std::path::{Path, PathBuf};
use tagledger_model::Level;
use tagledger_taxonomy::{Domain, Known, KnownCloud, KnownRule, Lender, LoadError, Loaded, OptionShape, RuleOption, Rung, load, parse, schema};

/// The top of the checkout that the test runs in.
fn root() -> PathBuf {
    PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../..")
}

const KNOWN: Known<'_> = Known {
    rules: &[
        KnownRule { id: "nonstandard-key", options: &[] },
        KnownRule { id: "missing-required-key", options: &[] },
        KnownRule { id: "stopped-too-long", options: &[RuleOption { name: "after", shape: OptionShape::Duration, beside: None }] },
        KnownRule {
            id: "personal-data-outside-stage",
            options: &[
                RuleOption { name: "allowed", shape: OptionShape::ValuesOf("Environment"), beside: None },
                RuleOption { name: "classes", shape: OptionShape::ValuesOf("DataClass"), beside: Some("allowed") },
            ],
        },
    ],
    clouds: &[
        KnownCloud { id: "aws", containers: &["accounts", "units"] },
        KnownCloud { id: "azure", containers: &["subscriptions", "management_groups", "resource_groups"] },
        KnownCloud { id: "gcp", containers: &["projects", "folders"] },
    ],
};

fn text() -> String {
    std::fs::read_to_string(root().join("taxonomy.yaml")).unwrap().replace("\r\n", "\n")
}

fn reference() -> Loaded {
    load(&root().join("taxonomy.yaml"), &KNOWN).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn the_reference_has_neither_mistakes_nor_warnings() {
    assert_eq!(reference().warnings, []);
}

#[test]
fn the_reference_means_what_it_says() {
    let taxonomy = reference().taxonomy;
    let names: Vec<&str> = taxonomy.keys.iter().map(|k| k.name.as_str()).collect();
    assert_eq!(names, ["Environment", "Application", "Owner", "CostCenter", "DataClass"]);
    assert!(taxonomy.keys.iter().all(|k| k.required));

    let environment = &taxonomy.keys[0];
    assert_eq!(environment.inherit, [Lender::ResourceGroup, Lender::Scope]);
    assert_eq!((environment.place.line, environment.place.column), (line("  Environment:"), 3));
    let Domain::Values(values) = &environment.domain else { panic!("values") };
    let values: Vec<(&str, Vec<&str>)> = values.iter().map(|v| (v.name.as_str(), v.aliases.iter().map(String::as_str).collect())).collect();
    assert_eq!(values.len(), 8);
    assert_eq!(values[3], ("staging", vec!["stage", "stg", "preprod", "uat"]));

    let Domain::Pattern { regex, .. } = &taxonomy.keys[1].domain else { panic!("pattern") };
    assert!(regex.is_match("data-lake"));
    assert!(!regex.is_match("data-lake!") && !regex.is_match("Xdata-lake") && !regex.is_match("a"));
    let rows = taxonomy.keys.iter().map(|k| k.register.as_ref().map(|r| (r.word, r.rows.len() >= 12)));
    assert_eq!(rows.collect::<Vec<_>>(), [None, Some(("catalogue", true)), Some(("directory", true)), Some(("register", true)), None]);

    assert_eq!(taxonomy.stages[0].environments, ["production"]);
    assert_eq!(taxonomy.stages[0].containers.len(), 7);
    assert_eq!(taxonomy.rules["nonstandard-key"].level, Some(Level::Info));
    assert_eq!(taxonomy.waivers[0].expires_at.to_string(), "2027-04-01T00:00:00Z");
    assert_eq!(taxonomy.environments["preview"].lifetime, Some(7 * 86_400));
    assert_eq!(taxonomy.environments["demo"].lifetime, None);
    assert_eq!(taxonomy.grace, 86_400);
    assert_eq!(taxonomy.retention["production"].max, Some(400 * 86_400));
    assert_eq!(taxonomy.residency["personal"].len(), 7);
    assert_eq!(taxonomy.costs.ladder, [Rung::Row, Rung::Resource, Rung::Group, Rung::Scope, Rung::Stage, Rung::Assign]);
    assert_eq!((taxonomy.costs.assign.len(), taxonomy.costs.splits.len()), (1, 1));
}

fn line(start: &str) -> u32 {
    let at = text().lines().position(|l| l.starts_with(start)).unwrap();
    u32::try_from(at).unwrap() + 1
}

#[test]
fn owners_and_cost_centres_of_the_registers_are_in_the_registers() {
    let taxonomy = reference().taxonomy;
    let register = |key: &str| &taxonomy.keys[taxonomy.key(key).unwrap().index()].register.as_ref().unwrap().rows;
    let owners = register("Owner");
    for row in register("Application").values().chain(register("CostCenter").values()) {
        let owner = row.owner.as_ref().unwrap();
        assert!(owners.contains_key(owner), "{owner} is not in owners.csv");
    }
    assert!(taxonomy.waivers.iter().all(|w| owners.contains_key(&w.owner)));
}

#[test]
fn the_committed_schema_is_the_one_of_the_types() {
    let path = root().join("taxonomy.schema.json");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, schema()).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        committed == schema(),
        "taxonomy.schema.json is not what the types say; write it with `BLESS=1 cargo nextest run --workspace -E 'package(tagledger-taxonomy)'`"
    );
    assert!(text().starts_with("# yaml-language-server: $schema=./taxonomy.schema.json\n"));
    assert!(schema().contains("https://json-schema.org/draft/2020-12/schema"));
}

#[test]
fn every_field_of_the_schema_is_explained() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    let forms = schema["$defs"].as_object().unwrap().values().chain([&schema]);
    for (name, field) in forms.filter_map(|form| form["properties"].as_object()).flatten() {
        assert!(field["description"].is_string(), "{name} has no description");
    }
}

/// Whatever the text, the answer is a taxonomy or mistakes with places inside the text; never a panic.
fn answers(text: &str) -> Result<(), TestCaseError> {
    match parse(Path::new("t.yaml"), text, &KNOWN, &|_| Ok("id\nx\n".to_owned())) {
        Ok(loaded) => prop_assert!(!loaded.taxonomy.keys.is_empty()),
        Err(LoadError::Mistakes { diagnostics, text, .. }) => {
            prop_assert!(!diagnostics.is_empty());
            for d in diagnostics.iter().filter(|d| d.place.file == Path::new("t.yaml")) {
                prop_assert!(d.place.line >= 1 && d.place.column >= 1, "{d}");
                // A YAML line also ends at a lone carriage return, so count those too; the end of the text lies on a line of its own.
                prop_assert!(d.place.line as usize <= text.matches(['\n', '\r']).count() + 2, "{d}");
                prop_assert!(!d.message.is_empty() && d.help.is_some(), "{d}");
            }
        }
        Err(error) => prop_assert!(false, "{error}"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_an_answer(text in "\\PC*|(?s).{0,200}|[-:\\[\\]{},&*!|>'\"%@`?# \t\nab01~<]{0,80}") {
        answers(&text)?;
    }

    #[test]
    fn any_yaml_of_our_words_has_an_answer(words in proptest::collection::vec(prop::sample::select(&[
        "version: 1\n", "keys:\n", "  Environment:\n", "  Owner: {}\n", "    values: ", "    aliases: ", "    pattern: ", "[a, a]\n", "{ a: [b] }\n", "~\n",
        "stages:\n", "- environment: ", "  aws: ", "waivers:\n", "- rule: ", "  expires: ", "rules:\n", "  untagged: ", "costs:\n", "  ladder: ", "retention:\n",
        "  production: ", "{ min: 1d }\n", "&a ", "*a\n", "'", "\"", "\n", "? ", "|\n", "<<: ", "0x1F\n", "1e400\n", ".nan\n", "!!int x\n",
    ][..]), 0..30)) {
        answers(&words.concat())?;
    }

    #[test]
    fn any_change_to_the_reference_has_an_answer(at in 0.0..1.0_f64, cut in 0_usize..40, paste in "\\PC{0,12}|[\\[\\]{}:,\\-&*\n\t \"'~]{0,6}") {
        let text = text();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a small length")]
        let start = (at * text.chars().count() as f64) as usize;
        let changed: String = text.chars().take(start).chain(paste.chars()).chain(text.chars().skip(start + cut)).collect();
        answers(&changed)?;
    }
}
