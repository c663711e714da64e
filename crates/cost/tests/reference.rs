//! The hand-written pass over Parquet is held bit by bit against the plain Polars formulation, on generated bills of both
//! shapes with the inventory as second rung, and the sum of every cube against the sum of its rows, whatever the rows are.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tagledger_collect::{Cloud, Found, Import, import};
use tagledger_cost::{Axis, Bill, Billing, Clouds, Cube, Dimensions, Measure, Owners, Slice, read, reference};
use tagledger_engine::{CloudFacts, Inventory, InventoryBuilder, Reader};
use tagledger_model::Amount;
use tagledger_taxonomy::{Dictionary, Known, KnownCloud, Taxonomy};
use tagledger_testkit::{BenchBill, Shape};

fn clouds() -> Vec<(&'static dyn Cloud, &'static [&'static str])> {
    vec![(&tagledger_aws::AWS, &["AWS"]), (&tagledger_azure::AZURE, &["Microsoft"]), (&tagledger_gcp::GCP, &["Google Cloud"])]
}

fn facts() -> Vec<CloudFacts> {
    clouds().iter().map(|(c, _)| CloudFacts { id: c.id(), grammar: c.grammar(), kinds: c.kinds(), containers: c.containers() }).collect()
}

fn taxonomy(path: &Path, text: &str) -> Arc<Taxonomy> {
    let names: Vec<_> = clouds().iter().map(|(c, _)| (c.id(), c.containers().iter().map(|k| k.word).collect::<Vec<_>>())).collect();
    let known: Vec<_> = names.iter().map(|(id, containers)| KnownCloud { id: id.as_str(), containers }).collect();
    // What a split weighs by has the same lines for every taxonomy that names it.
    let side_file = |path: &Path| if path.ends_with("usage.csv") { Ok(USAGE.to_owned()) } else { std::fs::read_to_string(path) };
    let loaded = tagledger_taxonomy::parse(path, text, &Known { rules: &[], clouds: &known }, &side_file);
    Arc::new(loaded.unwrap_or_else(|e| panic!("{e:?}")).taxonomy)
}

fn inventory(folder: &Path, taxonomy: &Arc<Taxonomy>) -> Inventory {
    let all: Vec<_> = clouds().into_iter().map(|(c, _)| c).collect();
    let readers: Vec<_> = all.iter().flat_map(|c| c.exports()).map(|r| Reader { id: r.info().id, rank: r.info().rank, is_blind: false }).collect();
    let mut builder = InventoryBuilder::new(taxonomy, &facts(), &readers);
    let mut each = |found| match found {
        Found::Resource(resource) => builder.resource(&resource),
        Found::Scope(scope) => builder.scope(&scope),
        Found::Container(container) => builder.container(&container),
        Found::Incomplete(_) => {}
    };
    import(&Import { paths: &[folder.to_owned()], clouds: &all }, &mut each, &mut |_, _| {}).unwrap();
    builder.finish()
}

fn billing<'a>(taxonomy: &Arc<Taxonomy>, dictionary: Dictionary, owners: Option<&'a Owners<'a>>) -> Billing<'a> {
    Billing {
        taxonomy: Arc::clone(taxonomy),
        dictionary,
        clouds: Clouds { known: facts().into_iter().zip(clouds().into_iter().map(|(_, names)| names)).collect(), mappings: Vec::new() },
        owners,
        measure: Measure::Effective,
        all_measures: false,
        keys: taxonomy.ids().map(|(id, _)| id).collect(),
        dimensions: Dimensions::default(),
        price_resources: false,
        price_before: None,
        days_from: None,
        rates: None,
        prefixes: &[],
    }
}

/// Parquet files of a folder, as the reference wants them.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { all.push(path) }
        }
    }
    all.sort();
    all
}

fn same_bits(shape: Shape) {
    let folder = tempfile::tempdir().unwrap();
    BenchBill::new(20_000, shape, 5).write(folder.path()).unwrap();
    let path = folder.path().join("taxonomy.yaml");
    let taxonomy = taxonomy(&path, &std::fs::read_to_string(&path).unwrap());
    let inventory = inventory(&folder.path().join("inventory"), &taxonomy);
    let owners = Owners::new(&inventory);
    for owners in [Some(&owners), None] {
        let billing = billing(&taxonomy, inventory.dictionary().clone(), owners);
        let bill = Bill::find(&[folder.path().join("bill")]).unwrap();
        let cube = Cube::new(&read(&bill, &billing, &|_, _| {}).unwrap(), &billing).unwrap();
        let axes: Vec<Axis> = (0..billing.keys.len()).map(Axis::Key).collect();
        let ours = cube.by(&axes);
        let theirs = reference::slices(&files(&folder.path().join("bill")), &billing).unwrap();
        assert!(theirs.len() > 50, "the bill is too plain to prove anything: {} slices", theirs.len());
        assert_eq!(ours.len(), theirs.len());
        for slice in ours {
            let place = (slice.month, slice.currency.clone(), slice.values.clone());
            assert_eq!(theirs.get(&place), Some(&(slice.rows, slice.amount)), "{place:?}");
        }
    }
}

#[test]
fn a_typical_bill_has_the_same_bits_both_ways() {
    same_bits(Shape::Typical);
}

#[test]
fn a_hard_bill_has_the_same_bits_both_ways() {
    same_bits(Shape::Hard);
}

const TAXONOMY: &str = "version: 1\nkeys:\n  Environment:\n    required: true\n    aliases: [env]\n    values: { production: [prod], test: [] }\n  Application: { required: true }\n";

/// One bill row: month, currency, provider, amount in units of 10⁻⁶, tag text, resource id.
type Row = (u8, u8, u8, i64, String, String);

/// Some resources that rows may be of, with tags that say much, little or nonsense, in a group and in an account that say something as well.
const INVENTORY: &str = "\
cloud,scope,kind,id,group,tags
aws,1,scope,,,\"{\"\"env\"\": \"\"test\"\"}\"
azure,1,scope,,,\"{\"\"Application\"\": \"\"app-2\"\"}\"
azure,1,resource_group,g,,\"{\"\"Application\"\": \"\"app-3\"\", \"\"env\"\": \"\"prod\"\"}\"
aws,1,vm,a,,\"{\"\"env\"\": \"\"prod\"\", \"\"Application\"\": \"\"app-1\"\"}\"
aws,1,vm,b,,\"{\"\"env\"\": \"\"nonsense\"\"}\"
azure,1,vm,a,g,{}
gcp,1,vm,b,,\"{\"\"Application\"\": \"\"app-0\"\"}\"
";

/// Weights of one month, of all months, and of nothing.
const USAGE: &str = "value,weight,month\napp-4,3,\napp-5,0.1,\napp-6,1,2026-05\napp-4,7,2026-05\napp-9,0,\n";

const STAGES: &str = "stages:\n  - { environment: production, azure: { subscriptions: [\"1\"] } }\n  - { environment: test, gcp: { projects: [\"1\"] } }\n";

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let tag_text = prop_oneof![
        Just(String::new()),
        Just("NULL".to_owned()),
        Just(r#"{"env":"prod"}"#.to_owned()),
        Just(r#""Environment": "test","Application": "a: b""#.to_owned()),
        Just(r#"{"ENV":"","Application":true}"#.to_owned()),
        Just(r#"{"env":"prod","Env":"test"}"#.to_owned()),
        Just(r#"{"env":"nonsense\u0021","x":[1]}"#.to_owned()),
        ".{0,12}",
    ];
    let id = prop_oneof![Just(String::new()), Just("NULL".to_owned()), Just("a".to_owned()), Just("b".to_owned()), "[a-z:/]{1,12}"];
    prop::collection::vec((1_u8..=12, 0_u8..3, 0_u8..5, any::<i64>(), tag_text, id), 1..40)
}

fn bill_of(rows: &[Row]) -> (tempfile::TempDir, Amount) {
    let folder = tempfile::tempdir().unwrap();
    let mut csv = csv::Writer::from_path(folder.path().join("bill.csv")).unwrap();
    let header =
        ["BillingPeriodStart", "BillingCurrency", "ProviderName", "EffectiveCost", "Tags", "ResourceId", "SubAccountId", "ServiceName", "ChargeCategory"];
    csv.write_record(header).unwrap();
    let mut sum = Amount::ZERO;
    for (month, currency, provider, micros, tags, id) in rows {
        let (service, charge) = (["Machines", "Support", ""][usize::from(month % 3)], ["Usage", "Tax"][usize::from(month % 2)]);
        let amount = Amount(i128::from(*micros) * 1_000_000);
        sum += amount;
        let provider = ["AWS", "Microsoft", "Google Cloud", "Somebody", ""][usize::from(*provider)];
        let cells =
            [&format!("2026-{month:02}-01"), ["USD", "EUR", "JPY"][usize::from(*currency)], provider, &amount.to_string(), tags, id, "1", service, charge];
        csv.write_record(cells).unwrap();
    }
    csv.flush().unwrap();
    (folder, sum)
}

fn slices_of(folder: &Path, taxonomy: &Arc<Taxonomy>, inventory: Option<&Inventory>) -> Vec<Slice> {
    let owners = inventory.map(Owners::new);
    let dictionary = inventory.map_or_else(|| Dictionary::new(taxonomy), |inventory| inventory.dictionary().clone());
    let billing = billing(taxonomy, dictionary, owners.as_ref());
    let aggregate = read(&Bill::find(&[folder.to_owned()]).unwrap(), &billing, &|_, _| {}).unwrap();
    let cube = Cube::new(&aggregate, &billing).unwrap();
    cube.by(&[Axis::Key(0), Axis::Key(1)])
}

/// A value that costs are given to or shared between.
fn application(number: usize) -> String {
    format!("app-{number}")
}

/// Any `costs:` that a taxonomy may have: rungs in any order, costs given away by hand, and splits that hand on without going round in a circle.
fn costs() -> impl Strategy<Value = String> {
    const RUNGS: [&str; 6] = ["row", "assign", "resource", "group", "scope", "stage"];
    let selector = prop::sample::select(vec!["service: \"*support*\"", "charge: Tax", "cloud: aws", "scope: \"1\"", "resource: \"a*\"", "service: nothing"]);
    let assign = prop::collection::vec((0..4_usize, selector), 0..4);
    let by = |number: usize, way: u8| match way {
        0 => format!("by: even, to: [{}, {}]", application(number + 1), application(number + 2)),
        1 => "by: cost".to_owned(),
        2 => format!("by: cost, to: [{}]", application(number + 1)),
        3 => "by: cost, where: { Environment: production }".to_owned(),
        4 => "by: usage, usage: usage.csv".to_owned(),
        _ => format!("by: fixed, weights: {{ {}: 1, {}: 0.333, {}: 7 }}", application(number + 1), application(number + 3), application(number + 2)),
    };
    let splits = prop::collection::vec(0..6_u8, 0..4);
    (Just(RUNGS.to_vec()).prop_shuffle(), 1..=6_usize, assign, splits, any::<bool>()).prop_map(move |(rungs, count, assign, splits, unattributed)| {
        let mut ladder: Vec<&str> = rungs.into_iter().take(count).collect();
        ladder.extend(["row", "assign"].iter().filter(|rung| !ladder.contains(rung)).copied().collect::<Vec<_>>());
        let assign: Vec<String> =
            assign.iter().map(|(value, selector)| format!("    - {{ key: Application, value: {}, {selector} }}\n", application(*value))).collect();
        let mut shared: Vec<String> =
            splits.iter().enumerate().map(|(at, way)| format!("    - {{ key: Application, from: {}, {} }}\n", application(at), by(at, *way))).collect();
        if unattributed {
            shared.push("    - { key: Application, unattributed: true, by: cost }\n".to_owned());
        }
        let list = |name: &str, lines: &[String]| if lines.is_empty() { String::new() } else { format!("  {name}:\n{}", lines.concat()) };
        format!("costs:\n  ladder: [{}, split]\n{}{}", ladder.join(", "), list("assign", &assign), list("splits", &shared))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_row_is_lost_or_doubled_and_their_order_says_nothing(rows in rows()) {
        let taxonomy = taxonomy(Path::new("taxonomy.yaml"), TAXONOMY);
        let (folder, sum) = bill_of(&rows);
        let slices = slices_of(folder.path(), &taxonomy, None);
        prop_assert_eq!(slices.iter().map(|s| s.amount).sum::<Amount>(), sum);
        prop_assert_eq!(slices.iter().map(|s| s.rows).sum::<u64>(), rows.len() as u64);
        let backwards: Vec<Row> = rows.iter().rev().cloned().collect();
        let (folder, _) = bill_of(&backwards);
        prop_assert_eq!(slices_of(folder.path(), &taxonomy, None), slices);
    }

    #[test]
    fn no_ladder_and_no_split_makes_or_loses_a_unit(rows in rows(), costs in costs(), knows in any::<bool>()) {
        let taxonomy = taxonomy(Path::new("taxonomy.yaml"), &format!("{TAXONOMY}{STAGES}{costs}"));
        let known = tempfile::tempdir().unwrap();
        std::fs::write(known.path().join("inventory.csv"), INVENTORY).unwrap();
        let inventory = knows.then(|| inventory(known.path(), &taxonomy));
        let (folder, _) = bill_of(&rows);
        let slices = slices_of(folder.path(), &taxonomy, inventory.as_ref());
        let mut own = std::collections::BTreeMap::<_, Amount>::new();
        for (month, currency, _, micros, _, _) in &rows {
            *own.entry((format!("2026-{month:02}"), ["USD", "EUR", "JPY"][usize::from(*currency)].to_owned())).or_default() += Amount(i128::from(*micros) * 1_000_000);
        }
        let mut told = std::collections::BTreeMap::<_, Amount>::new();
        for slice in &slices {
            *told.entry((slice.month.to_string(), slice.currency.to_string())).or_default() += slice.amount;
        }
        prop_assert_eq!(told, own, "{}", costs);
        prop_assert_eq!(slices.iter().map(|s| s.rows).sum::<u64>(), rows.len() as u64);
        let backwards: Vec<Row> = rows.iter().rev().cloned().collect();
        let (folder, _) = bill_of(&backwards);
        prop_assert_eq!(slices_of(folder.path(), &taxonomy, inventory.as_ref()), slices, "{}", costs);
    }
}
