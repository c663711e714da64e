//! Every format on one document, with text that tries to be more than text.

use super::*;
use serde_json::Value;
use tagledger_model::{Amount, CloudId, Evidence, Fingerprint, Level, Money, Suggestion, Text, Verdict, Waived};

const HOSTILE: &str = "a`|<b>@all\r\n::error::x\u{1b}[31m&\"%";

fn finding(standing: Standing, resource: usize, address: &str, rule: &str, key: &str) -> GateFinding {
    GateFinding {
        standing,
        resource: Some(resource),
        live_fingerprint: None,
        told_by: None,
        patch: (standing == Standing::Failing).then(|| "tags = {\n  Owner = \"<Owner>\" # choose one\n}".to_owned()),
        finding: Finding {
            fingerprint: Fingerprint(Text::from(format!("{:0>16}", format!("{resource}{}", key.len())))),
            rule: rule.into(),
            level: Level::Error,
            verdict: if standing == Standing::Undetermined { Verdict::Undetermined } else { Verdict::Violated },
            cloud: CloudId::new("onprem"),
            scope: "s".into(),
            region: None,
            kind: "vm".into(),
            resource: address.into(),
            name: None,
            environment: None,
            application: None,
            owner: None,
            key: Some(key.into()),
            message: format!("`{key}` is missing {HOSTILE}"),
            evidence: Some(Evidence { field: key.to_owned(), value: None }),
            provenance: None,
            demanded_by: Some(Place { file: "taxonomy.yaml".into(), line: 5, column: 3 }),
            suggestion: Some(Suggestion::SetTag { key: key.to_owned(), value: None }),
            money: vec![Money { currency: "EUR".into(), amount: Amount::parse("12.5").unwrap().0 }],
            waived: (standing == Standing::Waived).then(|| Waived { reason: "r".into(), owner: "o".into(), expires: "2027-01-01".into() }),
            first_seen: None,
            age_known: false,
        },
    }
}

fn excerpt(file: &str, line: u32, column: u32, before: &str, marked: &str, after: &str) -> Excerpt {
    Excerpt { place: Place { file: file.into(), line, column }, before: before.to_owned(), marked: marked.to_owned(), after: after.to_owned() }
}

fn gate() -> Gate {
    let resource = |address: &str, taggable: &str, place: Option<u32>| GateResource {
        address: address.to_owned(),
        block: address.replace("[\"x\"]", ""),
        module: address.split_once(".thing").map(|(module, _)| module.to_owned()).filter(|m| m.starts_with("module")),
        kind: "thing".to_owned(),
        cloud: "onprem".to_owned(),
        action: "create".to_owned(),
        taggable: taggable.to_owned(),
        input: 0,
        place: place.map(|line| Place { file: "./dir/main file.tf".into(), line, column: 1 }),
        end_line: place.map_or(0, |line| line + 3),
        id: None,
    };
    Gate {
        schema: GATE_SCHEMA.to_owned(),
        tool: "tagledger 0".to_owned(),
        taxonomy: "taxonomy.yaml".to_owned(),
        inputs: vec![GateInput { file: "plan.json".to_owned(), format: "terraform.plan".to_owned() }],
        exit: Exit { code: 1, why: "2 findings".to_owned() },
        counts: GateCounts { resources: 5, gated: 4, not_taggable: 1, failing: 1, undetermined: 1 },
        resources: vec![
            resource("module.m[\"x\"].thing.a", "yes", Some(7)),
            resource("thing.b", "yes", None),
            resource("thing.c", "no", None),
            resource("thing.d", "yes", None),
            resource("thing.e", "yes", None),
        ],
        rules: vec![GateRule {
            id: "missing-required-key".to_owned(),
            summary: "A required key is missing".to_owned(),
            help: "Nobody knows whose it is.\n\n## Mend\n\nWrite the tag.".to_owned(),
            level: Level::Error,
        }],
        excerpts: vec![
            excerpt("./dir/main file.tf", 7, 1, "", "resource \"thing\" \"a\u{202e}\"", " {"),
            excerpt("taxonomy.yaml", 5, 3, "  ", "Owner", ": { required: true }"),
        ],
        findings: vec![
            finding(Standing::Failing, 0, "module.m[\"x\"].thing.a", "missing-required-key", "Owner"),
            finding(Standing::Failing, 0, "module.m[\"x\"].thing.a", "missing-required-key", "CostCenter"),
            finding(Standing::Undetermined, 1, "thing.b", "missing-required-key", "Owner"),
            finding(Standing::Debt, 3, "thing.d", "missing-required-key", "Owner"),
            finding(Standing::Waived, 4, "thing.e", "missing-required-key", "Owner"),
        ],
        gaps: vec!["something is deferred".to_owned()],
        notes: Vec::new(),
    }
}

fn written(id: &str, gate: &Gate) -> String {
    let format = GATE_FORMATS.iter().find(|f| f.id() == id).unwrap();
    let mut out = Vec::new();
    format.write(gate, &GateOptions { width: 80, colour: false, category: Some("stack".to_owned()), repository: None }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn people_see_what_is_wrong_and_no_escape() {
    let text = written("text", &gate());
    assert!(
        text.starts_with(
            "./dir/main file.tf:7:1: module.m[\"x\"].thing.a (create, plan.json)\n  error[missing-required-key] `Owner` and `CostCenter` are missing\n"
        ),
        "{text}"
    );
    for part in [
        "      |\n    7 | resource \"thing\" \"a�\" {\n      | ^^^^^^^^^^^^^^^^^^^^^ missing here\n      + tags = {",
        "\ntaxonomy.yaml\n      |\n    5 |   Owner: { required: true }\n      |   -----\n      |   required here, missing on 1 resource, undetermined for 1 resource\n",
        "  undetermined[",
        "1 finding on resources that the plan leaves alone",
        "1 finding waived",
        "open: something is deferred",
        "exit 1: 2 findings",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains('\u{1b}') && !text.contains('\r') && text.contains("5 resources, 4 answered for, 1 failing, 1 undetermined, 1 cannot carry tags"));
}

#[test]
fn sarif_has_one_result_for_a_resource_and_rule() {
    let log: Value = serde_json::from_str(&written("sarif", &gate())).unwrap();
    let run = &log["runs"][0];
    assert_eq!((run["automationDetails"]["id"].as_str(), run["tool"]["driver"]["rules"].as_array().unwrap().len()), (Some("stack/"), 1));
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    let first = &results[0];
    let place = &first["locations"][0]["physicalLocation"];
    assert_eq!((place["artifactLocation"]["uri"].as_str(), &place["region"]), (Some("dir/main%20file.tf"), &serde_json::json!({ "startLine": 7 })));
    let related = first["relatedLocations"].as_array().unwrap();
    assert_eq!((related.len(), related[0]["physicalLocation"]["region"]["startLine"].as_u64()), (1, Some(5)));
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!((rule["shortDescription"]["text"].as_str(), rule["defaultConfiguration"]["level"].as_str()), (Some("A required key is missing"), Some("error")));
    assert!(rule["help"]["markdown"].as_str().unwrap().contains("Write the tag."));
    let text = first["message"]["text"].as_str().unwrap();
    assert!(text.contains("`Owner` and `CostCenter` are missing") && text.ends_with(". Demanded by [taxonomy.yaml:5:3](1)"), "{text}");
    assert_eq!(
        (results[1]["level"].as_str(), results[1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str()),
        (Some("note"), Some("plan.json"))
    );
    assert_eq!(results[3]["suppressions"][0]["justification"], "r (o, until 2027-01-01)");
    // A fingerprint depends on the address and the rule, on nothing else.
    let mut moved = gate();
    moved.resources[0].place = None;
    let moved: Value = serde_json::from_str(&written("sarif", &moved)).unwrap();
    assert_eq!(moved["runs"][0]["results"][0]["partialFingerprints"], first["partialFingerprints"]);
    assert_ne!(results[1]["partialFingerprints"], first["partialFingerprints"]);
}

/// One block with this many instances, each bare.
fn instances(number: usize) -> Gate {
    let mut all = gate();
    let first = all.resources[0].clone();
    (all.resources, all.findings) = (Vec::new(), Vec::new());
    for n in 0..number {
        let address = format!("thing.a[{n}]");
        all.resources.push(GateResource { address: address.clone(), block: "thing.a".to_owned(), module: None, ..first.clone() });
        for (rule, key) in [("missing-required-key", "Owner"), ("missing-required-key", "CostCenter"), ("untagged", "x")] {
            let mut found = finding(Standing::Failing, n, &address, rule, key);
            found.finding.message = format!("`{key}` is missing");
            found.finding.money.clear();
            if rule == "untagged" {
                (found.finding.key, found.finding.message, found.told_by) = (None, "It has no tags".to_owned(), Some(n * 3));
            }
            all.findings.push(found);
        }
    }
    all
}

#[test]
fn instances_of_a_block_are_told_together() {
    let all = instances(200);
    let text = written("text", &all);
    for part in [
        ": thing.a (create, plan.json)\n  200 instances: thing.a[0], thing.a[1], thing.a[2] and 197 more\n",
        "  error[missing-required-key, untagged] It has no tags: `Owner` and\n    `CostCenter` are missing\n",
        "required here, missing on 200 resources",
    ] {
        assert_eq!(text.matches(part).count(), 1, "{part}: {text}");
    }
    assert_eq!((text.matches(" | ").count(), text.matches("are missing").count()), (4, 1), "{text}");
    let sarif: Value = serde_json::from_str(&written("sarif", &all)).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 1);
    let said = results[0]["message"]["text"].as_str().unwrap();
    assert!(said.starts_with("thing.a (200 instances: thing.a\\[0\\], thing.a\\[1\\], thing.a\\[2\\] and 197 more): It has no tags: `Owner`"), "{said}");
    assert_eq!(results[0]["locations"][0]["logicalLocations"].as_array().unwrap().len(), 20);
    // However many there are, it is the same alert.
    let one: Value = serde_json::from_str(&written("sarif", &instances(1))).unwrap();
    assert_eq!(one["runs"][0]["results"][0]["partialFingerprints"], results[0]["partialFingerprints"]);
    assert_eq!((written("github", &all).lines().count(), written("markdown", &all).matches("\n| ❌").count()), (1, 1));
    assert!(written("junit", &all).contains("tests=\"201\" failures=\"200\" errors=\"1\""));
}

#[test]
fn a_waived_instance_is_an_alert_of_its_own() {
    let mut all = instances(2);
    for finding in &mut all.findings[3..] {
        finding.standing = Standing::Waived;
    }
    let sarif: Value = serde_json::from_str(&written("sarif", &all)).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!((results.len(), &results[0]["suppressions"], results[1]["suppressions"].is_array()), (2, &Value::Null, true));
    assert_ne!(results[0]["partialFingerprints"], results[1]["partialFingerprints"]);
}

#[test]
fn findings_that_differ_are_told_apart() {
    let mut all = instances(2);
    all.findings[4].finding.message = "`CostCenter` is missing, and so is more".to_owned();
    let text = written("text", &all);
    assert!(text.contains("thing.a[0] (create") && text.contains("thing.a[1] (create") && !text.contains("instances"), "{text}");
    assert!(text.contains("] It has no tags: `Owner` is missing\n  error[missing-required-key] `CostCenter` is missing, and so is more\n"), "{text}");
}

#[test]
fn tabs_of_a_patch_are_kept_where_it_is_copied() {
    let mut all = instances(1);
    all.findings[0].patch = Some("\t\tOwner = \"x\u{1b}\"".to_owned());
    assert!(written("text", &all).contains("\n      +         Owner = \"x�\"\n"));
    assert!(written("markdown", &all).contains("```hcl\n\t\tOwner = \"x�\"\n```"));
}

#[test]
fn a_place_without_its_line_is_named() {
    let mut all = instances(1);
    all.excerpts.clear();
    let text = written("text", &all);
    assert!(text.contains("taxonomy.yaml\n  taxonomy.yaml:5:3: required here, missing on 1 resource\n") && !text.contains(" | "), "{text}");
}

#[test]
fn junit_counts_and_holds_no_forbidden_character() {
    let text = written("junit", &gate());
    assert!(text.contains("<testsuites name=\"tagledger\" tests=\"6\" failures=\"1\" errors=\"1\">"), "{text}");
    assert!(text.contains("<testsuite name=\"module.m[&quot;x&quot;]\" tests=\"1\" failures=\"1\""), "{text}");
    assert_eq!(text.matches("<skipped").count(), 2);
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text}");
    assert!(!text.contains("<b>") && text.contains("&lt;b&gt;"));
    let mut empty = gate();
    empty.resources.clear();
    empty.findings.clear();
    empty.gaps.clear();
    let text = written("junit", &empty);
    assert!(text.matches("<testcase").count() == 1 && text.contains("tests=\"1\" failures=\"0\" errors=\"0\""), "{text}");
    empty.exit.code = 4;
    assert!(written("junit", &empty).contains("<error message=\"2 findings\""));
}

#[test]
fn annotations_are_one_line_each_and_few() {
    let text = written("github", &gate());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].starts_with("::error file=dir/main file.tf,line=7,endLine=10,title=Tagledger%3A missing-required-key::module.m"), "{text}");
    assert!(lines[1].starts_with("::notice file=plan.json,line=1,") && lines[0].contains("%0D%0A::error"), "{text}");
    let mut many = gate();
    for n in 0..30 {
        let mut resource = many.resources[1].clone();
        resource.address = format!("thing.n{n}");
        resource.block.clone_from(&resource.address);
        many.resources.push(resource);
        many.findings.push(finding(Standing::Failing, many.resources.len() - 1, &format!("thing.n{n}"), "untagged", "k"));
    }
    let text = written("github", &many);
    assert_eq!(text.matches("::error file").count(), 10);
    assert!(text.contains("21 more resources have findings"), "{text}");
}

#[test]
fn code_quality_has_unique_fingerprints() {
    let mut doubled = gate();
    doubled.findings[1].finding.fingerprint = doubled.findings[0].finding.fingerprint.clone();
    let all: Vec<Value> = serde_json::from_str(&written("gitlab", &doubled)).unwrap();
    let prints: std::collections::BTreeSet<&str> = all.iter().map(|f| f["fingerprint"].as_str().unwrap()).collect();
    assert_eq!((all.len(), prints.len()), (4, 4));
    assert_eq!(
        (all[0]["severity"].as_str(), all[0]["location"]["path"].as_str(), all[2]["severity"].as_str()),
        (Some("major"), Some("dir/main file.tf"), Some("info"))
    );
}

#[test]
fn markdown_is_inert_and_never_too_long() {
    let text = written("markdown", &gate());
    assert!(text.starts_with("<!-- tagledger stack -->\n### ❌ Tags: "), "{text}");
    assert!(text.contains("| costs today |") && text.contains("12.50 EUR") && text.contains("```hcl\ntags = {"), "{text}");
    assert!(!text.contains("<b>") && !text.contains("@all") && !text.contains('\u{1b}'), "{text}");
    let mut many = gate();
    for n in 0..5_000 {
        let mut resource = many.resources[1].clone();
        resource.address = format!("thing.number_{n}");
        resource.block.clone_from(&resource.address);
        many.resources.push(resource);
        many.findings.push(finding(Standing::Failing, many.resources.len() - 1, &format!("thing.number_{n}"), "untagged", "k"));
    }
    let text = written("markdown", &many);
    assert!(text.chars().count() < 65_536 && text.contains("more, which would not fit here"), "{}", text.len());
    assert!(written("github-summary", &many).len() < 1 << 20);
}

#[test]
fn hostile_text_is_inert_in_every_format() {
    let mut hostile = gate();
    let text = format!("x\u{202e}y\u{9b}2J ##vso[task.setvariable]z ##[error]q [a](http://evil.example) www.evil.example {}", "\u{200b}".repeat(100_000));
    for finding in &mut hostile.findings {
        finding.finding.message = text.clone();
    }
    hostile.notes = vec![text.clone(); 50];
    for excerpt in &mut hostile.excerpts {
        (excerpt.before, excerpt.after) = (format!("\t{text}"), text.clone());
        excerpt.marked.push_str(&text);
    }
    hostile.rules[0].help.push_str("x\u{202e}");
    hostile.exit.why = text;
    for id in ["text", "sarif", "junit", "github", "gitlab", "markdown", "github-summary"] {
        let out = written(id, &hostile);
        assert!(!out.contains(['\u{202e}', '\u{9b}', '\u{1b}']), "{id}");
    }
    let text = written("text", &hostile);
    let drawn: Vec<&str> = text.lines().filter(|line| line.contains(" | ")).collect();
    assert!(drawn.len() >= 4 && drawn.iter().all(|line| line.chars().count() <= 80), "{drawn:?}");
    assert!(!text.contains("##vso[") && !text.contains("##["));
    let comment = written("markdown", &hostile);
    assert!(comment.chars().count() < 65_536 && comment.contains("module.m") && !comment.contains("www.evil") && !comment.contains("http://"));
    assert!(!written("sarif", &hostile).contains(" [a](http"));
}

#[test]
fn json_reads_back() {
    let gate = gate();
    assert_eq!(serde_json::from_str::<Gate>(&written("json", &gate)).unwrap(), gate);
    assert!(gate_json_schema().contains(GATE_SCHEMA));
}
