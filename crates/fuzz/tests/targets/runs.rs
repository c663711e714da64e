//! Runs that are read back: a folder that anybody may have written into.

use crate::{door, found};
use std::path::Path;
use tagledger_fuzz::{Said, Target};
use tagledger_store::read_table_of;

const SCAN: &str = "scan --from inventory.csv --bill bill.csv --now 2026-11-01 --out run";

const TABLES: &[&str] = &["findings", "resources", "cube", "compliance"];

/// Something to find, and a run of it.
fn lay(folder: &Path) {
    door::put(folder, "taxonomy.yaml", tagledger_tests::TAXONOMY);
    door::put(folder, "inventory.csv", format!("{}onprem,dc-1,vm,vm-2,yes,prod,\nonprem,dc-1,vm,vm-3,yes,,x\n", tagledger_tests::INVENTORY));
    door::put(folder, "bill.csv", tagledger_tests::BILL);
    door::ends(folder, SCAN, &[1]).unwrap();
}

pub static RUN: Target = Target {
    name: "run",
    samples: || {
        let folder = tempfile::tempdir().unwrap();
        lay(folder.path());
        let names = TABLES.iter().map(|table| format!("{table}.parquet")).chain(["run.json".to_owned()]);
        names.map(|name| std::fs::read(folder.path().join("run").join(name)).unwrap()).collect()
    },
    words: &["layout", "summary", "findings", "coverage", "costs", "exit", "keys", "fingerprint", "PAR1", "2026-11-01T00:00:00Z", "null", "[]", "{}"],
    is_packed: false,
    law: read,
    door: |folder, input| {
        if !folder.join("run/run.json").exists() {
            lay(folder);
        }
        let name = if input.starts_with(b"PAR1") { format!("{}.parquet", door::one_of(input, TABLES)) } else { "run.json".to_owned() };
        let whole = std::fs::read(folder.join("run").join(&name)).unwrap();
        door::put(folder, &format!("run/{name}"), input);
        let words = door::one_of(
            input,
            &[
                "report --from run --format terminal",
                "report --from run --format json",
                "report --from run --format html --out again",
                "explain missing --run run",
                "fix --run run --out again",
            ],
        );
        let ended = door::ends(folder, words, &[0, 1]).map(drop).or_else(|broken| if broken.contains(OUT_OF_MEMORY) { Ok(()) } else { Err(broken) });
        door::put(folder, &format!("run/{name}"), whole);
        let _gone = std::fs::remove_dir_all(folder.join("again"));
        ended
    },
};

/// The decoder of tables reserves what a file claims to hold, and the process ends where that is more than there is (SECURITY.md, what is not defended).
const OUT_OF_MEMORY: &str = "memory allocation of";

/// The head as JSON, and, in a long run alone, a table: its decoder may end the process.
fn read(input: &[u8]) -> Result<Said, String> {
    let most = input.len() * 2000 + 64;
    if !input.starts_with(b"PAR1") {
        let answer = serde_json::from_slice::<serde_json::Value>(input).map_or_else(|error| error.to_string(), |_| "JSON".to_owned());
        return Ok(Said { answer, made: 1, most });
    }
    if std::env::var_os("TAGLEDGER_FUZZ_MINUTES").is_none() {
        return Ok(Said { answer: "a table".to_owned(), made: 1, most });
    }
    let columns = ["fingerprint", "rule", "level", "verdict", "message", "money", "demanded_line"];
    let read = || {
        let mut rows = Vec::new();
        let done = read_table_of(input, "run/table.parquet", &columns, |cells| {
            rows.push(format!("{cells:?}"));
            Ok::<(), ()>(())
        });
        // Which part of a damaged table is met first depends on the decoder's threads.
        done.map(|_| rows).map_err(|error| error.to_string().split(" damaged").next().unwrap_or_default().to_owned())
    };
    found::repeated(input, |rows: &Vec<String>| (rows.len(), String::new()), read).map(|said| Said { most, ..said })
}
