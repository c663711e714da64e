//! What is written is what the truth says, and always the same.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use arrow_array::{
    Array, Decimal128Array, StringArray, TimestampMicrosecondArray,
    cast::AsArray,
    types::{Decimal128Type, TimestampMicrosecondType},
};
use flate2::read::GzDecoder;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};
use tagledger_testkit::{Estate, Spec, Truth};

const MEASURES: [&str; 4] = ["BilledCost", "EffectiveCost", "ListCost", "ContractedCost"];

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// The content of a file; a packed one unpacked, because which deflate is linked depends on what else is built, and so do the packed bytes.
fn content(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap();
    if path.extension().is_some_and(|e| e == "gz") {
        assert_eq!(bytes[4..8], [0; 4], "no time in {}", path.display());
        let mut plain = Vec::new();
        GzDecoder::new(&bytes[..]).read_to_end(&mut plain).unwrap();
        return plain;
    }
    bytes
}

fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files(folder).into_iter().map(|p| (p.strip_prefix(folder).unwrap().to_owned(), content(&p))).collect()
}

/// A decimal as units of 10^-12; a second implementation on purpose.
fn units(text: &str) -> i128 {
    let (mantissa, exponent) = text.split_once('E').map_or((text, 0), |(m, e)| (m, e.parse::<i32>().unwrap()));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().unwrap();
    let shift = 12 + exponent - i32::try_from(fraction.len()).unwrap();
    assert!(shift >= 0, "{text} has more than 12 decimals");
    digits * 10_i128.pow(u32::try_from(shift).unwrap())
}

#[derive(Default)]
struct Read1 {
    /// Rows and sums by month and currency.
    sums: BTreeMap<(String, String), (u64, [i128; 4])>,
    without_id: u64,
    ids: HashSet<String>,
    tags: u64,
}

impl Read1 {
    fn add(&mut self, month: &str, currency: &str, costs: [i128; 4], id: Option<&str>, tags: Option<&str>) {
        let sum = self.sums.entry((month[..7].to_owned(), currency.to_owned())).or_default();
        sum.0 += 1;
        for (total, cost) in sum.1.iter_mut().zip(costs) {
            *total += cost;
        }
        match id {
            Some(id) => drop(self.ids.insert(id.to_owned())),
            None => self.without_id += 1,
        }
        if let Some(tags) = tags {
            assert!(serde_json::from_str::<Value>(tags).unwrap().is_object(), "{tags}");
            self.tags += 1;
        }
    }

    fn csv(&mut self, bytes: &[u8]) {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let mut reader = csv::Reader::from_reader(bytes);
        let header = reader.headers().unwrap().clone();
        for record in reader.records() {
            let record = record.unwrap();
            let row: HashMap<&str, &str> = header.iter().zip(&record).collect();
            let known = |name: &str| Some(row[name]).filter(|v| !v.is_empty() && *v != "NULL");
            self.add(row["BillingPeriodStart"], row["BillingCurrency"], MEASURES.map(|m| units(row[m])), known("ResourceId"), known("Tags"));
        }
    }

    fn parquet(&mut self, path: &Path) {
        for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap() {
            let batch = batch.unwrap();
            let text = |name: &str| -> StringArray { batch.column_by_name(name).unwrap().as_string::<i32>().clone() };
            let costs: [Decimal128Array; 4] = MEASURES.map(|m| batch.column_by_name(m).unwrap().as_primitive::<Decimal128Type>().clone());
            let starts: TimestampMicrosecondArray = batch.column_by_name("BillingPeriodStart").unwrap().as_primitive::<TimestampMicrosecondType>().clone();
            let (currency, id, tags) = (text("BillingCurrency"), text("ResourceId"), text("Tags"));
            for at in 0..batch.num_rows() {
                let of = |array: &StringArray| array.is_valid(at).then(|| array.value(at).to_owned());
                let month = starts.value_as_datetime(at).unwrap().format("%Y-%m").to_string();
                self.add(&month, currency.value(at), [0, 1, 2, 3].map(|m: usize| costs[m].value(at) * 1000), of(&id).as_deref(), of(&tags).as_deref());
            }
        }
    }
}

fn read_bill(folder: &Path) -> Read1 {
    let mut read = Read1::default();
    for path in files(&folder.join("bill")) {
        if path.extension().is_some_and(|e| e == "parquet") { read.parquet(&path) } else { read.csv(&content(&path)) }
    }
    read
}

/// Resources in the inventory files by cloud, counted by distinct id.
fn read_inventory(folder: &Path) -> BTreeMap<String, HashSet<String>> {
    let mut ids: BTreeMap<String, HashSet<String>> = BTreeMap::new();
    for path in files(&folder.join("inventory")) {
        let json: Value = serde_json::from_slice(&content(&path)).unwrap();
        let cloud = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (list, id) = match name.split(['-', '.']).next().unwrap() {
            "resource" => (&json["Resources"], "Arn"),
            "tagging" => (&json["ResourceTagMappingList"], "ResourceARN"),
            "graph" if name.contains("containers") => continue,
            "graph" => (&json["data"], "id"),
            "search" => (&json, "name"),
            _ => continue,
        };
        ids.entry(cloud).or_default().extend(list.as_array().unwrap().iter().map(|r| r[id].as_str().unwrap().to_lowercase()));
    }
    ids
}

fn check(spec: Spec) -> (Truth, Read1) {
    let size = spec.resources;
    let folder = tempfile::tempdir().unwrap();
    let truth = Estate::new(spec).write(folder.path()).unwrap();
    let bill = read_bill(folder.path());
    let told: BTreeMap<_, _> = truth
        .costs
        .iter()
        .map(|c| ((c.month.clone(), c.currency.to_owned()), (c.rows, [&c.billed, &c.effective, &c.list, &c.contracted].map(|t| units(t)))))
        .collect();
    assert_eq!(bill.sums, told);
    for (period, sum) in &told {
        let of = |cells: Vec<(&str, &str, &str)>| cells.iter().filter(|c| c.0 == period.0 && c.1 == period.1).map(|c| units(c.2)).sum::<i128>();
        assert_eq!(of(truth.by_environment_application.iter().map(|c| (c.month.as_str(), c.currency, c.effective.as_str())).collect()), sum.1[1]);
        for key in ["Environment", "Application"] {
            assert_eq!(of(truth.by_basis.iter().filter(|c| c.key == key).map(|c| (c.month.as_str(), c.currency, c.effective.as_str())).collect()), sum.1[1]);
        }
    }
    let inventory = read_inventory(folder.path());
    let counted: BTreeMap<String, u64> = inventory.iter().map(|(cloud, ids)| (cloud.clone(), ids.len() as u64)).collect();
    assert_eq!(counted, truth.resources.by_cloud.iter().map(|(c, n)| ((*c).to_owned(), *n)).collect());
    assert_eq!(truth.resources.total, size);
    for standing in truth.standing.values() {
        assert_eq!(standing.values().sum::<u64>(), size);
    }
    (truth, bill)
}

#[test]
fn a_hundred_resources() {
    let (truth, _) = check(Spec::new(100, 1));
    assert_eq!(truth.costs.len(), 6, "three months in two currencies");
}

#[test]
fn twenty_thousand_resources_with_everything_in_them() {
    let (truth, bill) = check(Spec { hostile_per_mille: 20, bill_months: 2, ..Spec::new(20_000, 2) });
    let f = &truth.findings;
    for (name, counts) in [("missing", &f.missing_required_key), ("empty", &f.empty_value), ("nonstandard key", &f.nonstandard_key)] {
        assert_eq!(counts.len(), 5, "{name}");
    }
    assert!(f.unknown_value.len() == 3 && f.nonstandard_value.len() == 2 && f.conflicting_keys.len() == 1);
    assert!([f.untagged, f.stage_mismatch, f.stage_undeclared_scopes, f.expired, f.waived, f.lent["Environment"]].iter().all(|n| *n > 0));
    let environment: HashSet<_> = truth.by_basis.iter().filter(|r| r.key == "Environment").map(|r| r.basis).collect();
    assert_eq!(environment.len(), 5, "every rung answers");
    let rows: u64 = truth.costs.iter().map(|c| c.rows).sum();
    assert!(bill.without_id * 20 > rows && bill.without_id * 5 < rows, "{} of {rows} rows name no resource", bill.without_id);
    assert!(bill.ids.iter().any(|i| i.starts_with("i-0")), "bare ids");
    assert!(bill.tags * 2 > rows);
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let write = |seed| {
        let folder = tempfile::tempdir().unwrap();
        Estate::new(Spec::new(150, seed)).write(folder.path()).unwrap();
        contents(folder.path())
    };
    assert!(write(3) == write(3));
    assert!(write(3) != write(4));
}

#[test]
fn larger_estates_name_their_scopes_by_number_and_stay_consistent() {
    let (truth, _) = check(Spec { bill_months: 1, ..Spec::new(20_500, 4) });
    assert_eq!(truth.resources.by_scope.len(), 36);
    assert!(truth.by_environment_application.iter().any(|c| c.application.as_deref().is_some_and(|a| a.starts_with("app-0"))));
}

#[test]
fn the_committed_example_is_what_the_generator_writes() {
    let committed = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../examples/estate");
    let folder = tempfile::tempdir().unwrap();
    let truth = Estate::new(Spec::example()).write(folder.path()).unwrap();
    let (old, new) = (contents(&committed), contents(folder.path()));
    assert_eq!(old.keys().collect::<Vec<_>>(), new.keys().collect::<Vec<_>>());
    for (path, bytes) in &new {
        assert!(old[path] == *bytes, "{} has drifted: run `cargo run -p tagledger-testkit -- example --out examples/estate`", path.display());
    }
    let size: u64 = files(&committed).iter().map(|p| p.metadata().unwrap().len()).sum();
    assert!(size < 1_000_000, "{size} bytes are embedded into the program");
    assert!(truth.findings.waived > 0, "the waiver matches something");
    let text = String::from_utf8_lossy(&new.iter().filter(|(p, _)| p.starts_with("inventory")).flat_map(|(_, b)| b.clone()).collect::<Vec<_>>()).into_owned();
    assert!(text.contains("<script>") && text.contains("=cmd|"), "hostile text is in the example");
}
