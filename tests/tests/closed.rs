//! Files that do not change any more are added up once and read as such from then on: every report is the same to the byte.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};
use tagledger_testkit::{Estate, Spec};
use tagledger_tests::{Desk, contents, python};

/// Lets a file, or every file in a folder, have stood for long, since one moment.
fn age(path: &Path) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            age(&entry.unwrap().path());
        }
    } else {
        File::options().write(true).open(path).unwrap().set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_760_000_000)).unwrap();
    }
}

/// Changes a file in its middle, so that whoever reads it again fails; its size, its time and its ends stay.
fn spoil(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 20_000].fill(b'"');
    fs::write(path, bytes).unwrap();
    age(path);
}

/// Repeats every row of a CSV file, as days repeat what a month is charged for.
fn repeat(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    let (head, rows) = text.split_once('\n').unwrap();
    fs::write(path, format!("{head}\n{}", rows.repeat(4))).unwrap();
}

fn is_csv(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ext| ext == "csv")
}

/// The names of what is kept.
fn kept(desk: &Desk) -> Vec<String> {
    contents(&desk.path("cache")).into_keys().filter(|name| name.ends_with(".parquet")).collect()
}

/// What a command prints, without and with what is kept.
#[track_caller]
fn is_same(desk: &Desk, words: &str) {
    let plain = desk.call(words).exits(0).out;
    assert_eq!(desk.call(words).env("TAGLEDGER_BILL_CACHE", desk.path("cache")).exits(0).out, plain, "{words}");
}

const QUESTIONS: [&str; 3] =
    ["--from estate/inventory --by Environment,Application,Owner", "--measure billed --by cloud,scope,service", "--measure list --outlook"];

#[test]
fn every_form_is_the_same_added_up() {
    let Some(mut python) = python() else { return };
    let desk = Desk::new();
    let estate = Estate::new(Spec::new(2_000, 33));
    estate.write(&desk.path("estate")).unwrap();
    fs::create_dir(desk.path("native")).unwrap();
    estate.write_native_bills(&desk.path("native")).unwrap();
    let money = "STRUCT(name VARCHAR, amount DECIMAL(38, 12))[]";
    let script = format!(
        "import duckdb; duckdb.sql(\"COPY (SELECT * REPLACE (cost::DOUBLE AS cost, cost_at_list::DECIMAL(38, 12) AS cost_at_list, credits::{money} AS credits) \
         FROM read_json('native/gcp.ndjson', format='newline_delimited', sample_size=-1), range(4)) TO 'native/gcp.parquet' (COMPRESSION uncompressed)\")"
    );
    assert!(python.current_dir(desk.path(".")).args(["-c", &script]).status().unwrap().success());
    let parts: Vec<_> = contents(&desk.path("estate/bill")).into_keys().filter(|name| is_csv(name)).map(|name| format!("estate/bill/{name}")).collect();
    for csv in parts.iter().map(String::as_str).chain(["native/aws.csv", "native/azure-amortized.csv", "native/azure-actual.csv"]) {
        repeat(&desk.path(csv));
    }
    let mut before = 0;
    for bill in ["native/aws.csv", "native/azure-amortized.csv", "native/azure-actual.csv", "native/gcp.parquet", "estate/bill"] {
        age(&desk.path(bill));
        for question in QUESTIONS {
            // A form holds some of the costs only.
            let words = format!("cost --format json --taxonomy estate/taxonomy.yaml --bill {bill} {question}");
            if desk.call(&words).done().code == 0 {
                is_same(&desk, &words);
                is_same(&desk, &words);
            }
        }
        assert!(kept(&desk).len() > before, "{bill} was not added up");
        before = kept(&desk).len();
    }
    // What is kept is what is read: the bill itself could not be any more.
    for bill in ["native/aws.csv", "native/azure-amortized.csv", "native/azure-actual.csv", "native/gcp.parquet"] {
        let words = format!("cost --format json --taxonomy estate/taxonomy.yaml --bill {bill} --by Environment");
        let told = desk.call(&words).exits(0).out;
        spoil(&desk.path(bill));
        desk.call(&words).exits(2);
        assert_eq!(desk.call(&words).env("TAGLEDGER_BILL_CACHE", desk.path("cache")).exits(0).out, told);
    }
}

#[test]
fn a_whole_report_is_the_same_added_up() {
    let desk = Desk::new();
    Estate::new(Spec::new(1_000, 34)).write(&desk.path("estate")).unwrap();
    for name in contents(&desk.path("estate/bill")).into_keys().filter(|name| is_csv(name)) {
        repeat(&desk.path("estate/bill").join(name));
    }
    age(&desk.path("estate/bill"));
    let report = |run: &str, cache: &str| {
        let words =
            format!("scan --from estate/inventory --bill estate/bill --taxonomy estate/taxonomy.yaml --now 2026-11-01 --format none --out {run} {cache}");
        desk.call(&words).exits(1);
        let files = contents(&desk.path(run));
        files.into_iter().filter(|(name, _)| !name.ends_with(".parquet")).collect::<Vec<_>>()
    };
    let plain = report("plain", "");
    assert_eq!(report("first", "--bill-cache cache"), plain);
    assert!(!kept(&desk).is_empty());
}

#[test]
fn what_is_young_small_or_does_not_repeat_is_read_as_it_is() {
    let desk = Desk::laid();
    let head = "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ResourceId\n";
    let row = |n: usize, of: &dyn Fn(usize) -> String| format!("{}.25,EUR,2026-10-01,AWS,111122223333,i-{:016}", n % 7, of(n));
    let rows = |of: &dyn Fn(usize) -> String| (0..12_000).map(|n| row(n, of)).collect::<Vec<_>>().join("\n") + "\n";
    desk.put("young.csv", format!("{head}{}", rows(&|n| (n % 10).to_string())));
    desk.put("small.csv", format!("{head}1,EUR,2026-10-01,AWS,1,i-1\n"));
    desk.put("unique.csv", format!("{head}{}", rows(&|n| n.to_string())));
    age(&desk.path("small.csv"));
    age(&desk.path("unique.csv"));
    for bill in ["young.csv", "small.csv", "unique.csv"] {
        is_same(&desk, &format!("cost --format json --bill {bill}"));
        is_same(&desk, &format!("cost --format json --bill {bill}"));
    }
    // That it is not worth it is remembered.
    assert_eq!(kept(&desk).len(), 1);
    age(&desk.path("young.csv"));
    is_same(&desk, "cost --format json --bill young.csv");
    assert_eq!(kept(&desk).len(), 2);
    // A file that changed is added up anew, and what was kept of it goes.
    desk.put("young.csv", format!("{head}{}", rows(&|n| (n % 11).to_string())));
    age(&desk.path("young.csv"));
    is_same(&desk, "cost --format json --bill young.csv");
    assert_eq!(kept(&desk).len(), 2);
    // What was kept and is damaged is made anew.
    let whole: Vec<Vec<u8>> = kept(&desk).iter().map(|name| fs::read(desk.path("cache").join(name)).unwrap()).collect();
    for name in kept(&desk) {
        fs::write(desk.path("cache").join(name), "PAR1").unwrap();
    }
    is_same(&desk, "cost --format json --bill young.csv unique.csv");
    assert_eq!(kept(&desk).iter().map(|name| fs::read(desk.path("cache").join(name)).unwrap()).collect::<Vec<_>>(), whole);
    // Rows are converted one by one, so that sums are not.
    desk.put("rates.csv", "date,from,to,rate\n2026-10-31,EUR,USD,1.087\n");
    is_same(&desk, "cost --format json --bill young.csv --currency USD --rates rates.csv");
}

#[test]
fn rows_that_stand_for_several_still_do_when_they_are_added_up() {
    let desk = Desk::laid();
    let head = "cost_type,invoice.month,usage_start_time,currency,cost,credits_added,rows_added,project.id,service.description,sku.description,labels\n";
    let row = |n: usize| {
        format!(
            "regular,202610,2026-10-{:02},EUR,{}.5,-0.25,{},shop-{},Compute Engine,Cores,\"{{\"\"env\"\":\"\"prod\"\"}}\"",
            1 + n % 28,
            n % 7,
            1 + n % 5,
            n % 3
        )
    };
    desk.put("bill.csv", head.to_owned() + &(0..4_000).map(row).collect::<Vec<_>>().join("\n") + "\n");
    age(&desk.path("bill.csv"));
    let words = "cost --format json --bill bill.csv --by Environment,scope";
    let rows = serde_json::from_str::<serde_json::Value>(&desk.call(words).exits(0).out).unwrap()["rows"].clone();
    assert_eq!(rows, 12_000, "one to five a row");
    is_same(&desk, words);
    is_same(&desk, words);
    assert_eq!(kept(&desk).len(), 1);
}
