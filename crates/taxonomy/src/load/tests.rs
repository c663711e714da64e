//! The hand-written walk and the types of the schema must know the same fields and words.

use super::*;
use crate::file::TaxonomyFile;
use crate::types::{OptionShape, RuleOption};
use serde_json::Value;
use std::collections::BTreeSet;
use std::error::Error;

/// The text of the reference taxonomy in the checkout that the test runs in.
fn reference() -> Result<String, Box<dyn Error>> {
    Ok(std::fs::read_to_string(std::env::var("CARGO_MANIFEST_DIR")? + "/../../taxonomy.yaml")?)
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

fn schema() -> Result<Value, serde_json::Error> {
    serde_json::from_str(&crate::schema())
}

#[test]
fn the_walk_asks_for_the_fields_of_the_schema() -> Result<(), Box<dyn Error>> {
    // The reference gives a level by itself or options, not both.
    let text = reference()?.replace("nonstandard-key: info", "nonstandard-key: { level: info }");
    let path = Path::new("taxonomy.yaml");
    let mut reader = Reader::new(path);
    let mut side = SideFiles { base: PathBuf::new(), fetch: &|_| Ok("id\n".to_owned()), found: Vec::new() };
    let root = yaml::tree(&text).map_err(|e| e.message)?;
    compile(&mut reader, path, &text, root.as_ref(), &KNOWN, &mut side);
    assert_eq!(reader.found, []);

    let schema = schema()?;
    let forms = [
        ("the taxonomy", &schema),
        ("a key", &schema["$defs"]["KeyForm"]),
        ("a requirement", &schema["$defs"]["RequirementForm"]),
        ("a stage", &schema["$defs"]["StageForm"]),
        ("a rule", &schema["$defs"]["RuleSettingsForm"]),
        ("a waiver", &schema["$defs"]["WaiverForm"]),
        ("an environment", &schema["$defs"]["EnvironmentForm"]),
        ("a retention", &schema["$defs"]["RetentionForm"]),
        ("`costs`", &schema["$defs"]["CostsForm"]),
        ("a budget", &schema["$defs"]["BudgetForm"]),
        ("an assignment", &schema["$defs"]["AssignForm"]),
        ("a split", &schema["$defs"]["SplitForm"]),
    ];
    assert_eq!(reader.asked.keys().map(String::as_str).collect::<BTreeSet<_>>(), forms.iter().map(|(form, _)| *form).collect());
    for (form, schema) in forms {
        let fields: BTreeSet<&str> = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        assert_eq!(reader.asked[form], fields, "{form}");
    }
    Ok(())
}

#[test]
fn the_walk_takes_the_words_of_the_schema() -> Result<(), Box<dyn Error>> {
    let schema = schema()?;
    let words = |def: &str| -> Vec<String> {
        let def = &schema["$defs"][def];
        let plain = def["enum"].as_array().into_iter().flatten();
        let explained = def["oneOf"].as_array().into_iter().flatten().map(|one| &one["const"]);
        plain.chain(explained).filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let (lenders, rungs, levels, bindings) = (words("LenderWord"), words("RungWord"), words("LevelWord"), words("BindingsWord"));
    assert_eq!((lenders.len(), rungs.len(), levels.len(), bindings.len()), (2, 7, 4, 3));
    for word in bindings {
        let text = format!("version: 1\nkeys: {{ A: {{ bindings: {word} }} }}\n");
        assert_eq!(parse(Path::new("t"), &text, &KNOWN, &|_| Ok(String::new()))?.warnings, []);
    }
    for level in levels {
        let text = format!(
            "version: 1\nkeys: {{ A: {{ inherit: [{}] }} }}\nrules: {{ nonstandard-key: {level} }}\ncosts: {{ ladder: [{}] }}\n",
            lenders.join(", "),
            rungs.join(", ")
        );
        assert_eq!(parse(Path::new("t"), &text, &KNOWN, &|_| Ok(String::new()))?.warnings, []);
    }
    Ok(())
}

#[test]
fn the_types_of_the_schema_read_the_reference() -> Result<(), Box<dyn Error>> {
    let text = reference()?;
    let file: TaxonomyFile = serde_saphyr::from_str(&text)?;
    assert!(format!("{file:?}").contains("examples/registers/applications.csv"));
    Ok(())
}
