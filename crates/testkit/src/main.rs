//! The command `tagledger-testkit`: writes estates and bills for tests, benches and the committed example.

use std::{collections::BTreeMap, io::Write as _, path::Path, process::ExitCode};
use tagledger_testkit::{BenchBill, Estate, Shape, Spec, parse_time};

const USAGE: &str = "tagledger-testkit estate --resources N --seed S --out DIR [--bill-months M] [--hostile] [--now 2026-11-01T00:00:00Z]
tagledger-testkit bench-bill --rows N --shape typical|hard --out DIR [--seed S]
tagledger-testkit example --out examples/estate
tagledger-testkit plan --bytes N --out DIR [--seed S]
tagledger-testkit parse DIR
tagledger-testkit decode DIR --columns A,B,C
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (text, code) = match run(&arguments) {
        Ok(text) => (text, ExitCode::SUCCESS),
        Err(what) => (format!("{what}\n\n{USAGE}"), ExitCode::from(2)),
    };
    let _closed = std::io::stderr().write_all(text.as_bytes());
    code
}

/// Flags by name; `--hostile` stands alone.
fn flags(arguments: &[String]) -> Result<BTreeMap<&str, &str>, String> {
    let mut flags = BTreeMap::new();
    let mut rest = arguments.iter();
    while let Some(flag) = rest.next() {
        let value = if flag == "--hostile" { "yes" } else { rest.next().ok_or_else(|| format!("{flag} needs a value"))? };
        let known = ["--resources", "--seed", "--out", "--bill-months", "--hostile", "--now", "--rows", "--shape", "--bytes"];
        if !known.contains(&flag.as_str()) {
            return Err(format!("{flag} is no flag"));
        }
        flags.insert(flag.as_str(), value);
    }
    Ok(flags)
}

/// The limits that benches compare with.
fn baseline(command: &str, folder: &Path, rest: &[String]) -> Result<String, String> {
    let failed = |e: std::io::Error| format!("failed to read below {}: {e}", folder.display());
    match (command, rest) {
        ("parse", []) => Ok(format!("{} records\n", tagledger_testkit::baseline::parse(folder).map_err(failed)?)),
        ("decode", [flag, columns]) if flag == "--columns" => {
            let columns: Vec<&str> = columns.split(',').collect();
            Ok(format!("{} rows\n", tagledger_testkit::baseline::decode(folder, &columns).map_err(failed)?))
        }
        _ => Err("parse takes a folder, decode a folder and --columns".to_owned()),
    }
}

fn run(arguments: &[String]) -> Result<String, String> {
    let (command, rest) = arguments.split_first().ok_or("a command is missing")?;
    if let ("parse" | "decode", Some((folder, rest))) = (command.as_str(), rest.split_first()) {
        return baseline(command, Path::new(folder), rest);
    }
    let flags = flags(rest)?;
    let number = |name: &str, default: u64| flags.get(name).map_or(Ok(default), |v| v.replace('_', "").parse::<u64>().map_err(|e| format!("{name}: {e}")));
    let out = Path::new(*flags.get("--out").ok_or("--out is missing")?);
    let failed = |e: std::io::Error| format!("failed to write below {}: {e}", out.display());
    let now = flags.get("--now").map_or(Some(Spec::NOW), |text| parse_time(text)).ok_or("--now takes YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ")?;
    let seed = number("--seed", 1)?;
    match command.as_str() {
        "estate" => {
            let bill_months = u32::try_from(number("--bill-months", 3)?).map_err(|e| format!("--bill-months: {e}"))?;
            let hostile_per_mille = if flags.contains_key("--hostile") { 20 } else { 0 };
            let spec = Spec { now, bill_months, hostile_per_mille, ..Spec::new(number("--resources", 1000)?, seed) };
            let truth = Estate::new(spec).write(out).map_err(failed)?;
            Ok(format!("{} resources, {} rows of bill\n", truth.resources.total, truth.costs.iter().map(|c| c.rows).sum::<u64>()))
        }
        "example" => {
            let truth = Estate::new(Spec::example()).write(out).map_err(failed)?;
            Ok(format!("{} resources, {} rows of bill\n", truth.resources.total, truth.costs.iter().map(|c| c.rows).sum::<u64>()))
        }
        "plan" => {
            let bytes = number("--bytes", 5_000_000)?;
            Ok(format!("{} resources\n", tagledger_testkit::plan::write(out, bytes, seed).map_err(failed)?))
        }
        "bench-bill" => {
            let shape = match flags.get("--shape").copied() {
                Some("typical") => Shape::Typical,
                Some("hard") => Shape::Hard,
                _ => return Err("--shape takes typical or hard".to_owned()),
            };
            let written = BenchBill::new(number("--rows", 10_000_000)?, shape, seed).write(out).map_err(failed)?;
            Ok(format!(
                "{} rows, {} resources, {} distinct tag texts of {:.1} bytes on average\n",
                written.rows, written.resources, written.distinct_texts, written.text_bytes
            ))
        }
        other => Err(format!("`{other}` is no command")),
    }
}
