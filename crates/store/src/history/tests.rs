//! A history in a folder: added to, damaged, pruned.

use super::*;
use std::fs;

fn moment(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn add(history: &History, started: &str, apart: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("findings.parquet"), format!("findings of {started}")).unwrap();
    let id = run_id(moment(started), apart);
    history.add(&id, folder.path(), &["findings", "cube"], &started.to_owned()).unwrap();
    id
}

fn open(folder: &tempfile::TempDir) -> History {
    History::open(folder.path().join("deep/history").to_str().unwrap(), crate::NOBODYS).unwrap()
}

#[test]
fn a_history_that_is_not_there_yet_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let all = open(&folder).runs::<String>().unwrap();
    assert!(all.runs.is_empty() && all.damaged.is_empty());
    assert!(!folder.path().join("deep").exists(), "reading makes no folder");
}

#[test]
fn runs_of_one_second_stand_side_by_side_in_the_order_of_time() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(&folder);
    let late = add(&history, "2026-11-02T00:00:00Z", "a");
    let twins = [add(&history, "2026-11-01T00:00:00Z", "a"), add(&history, "2026-11-01T00:00:00Z", "b")];
    let all = history.runs::<String>().unwrap();
    let mut ids: Vec<&String> = twins.iter().collect();
    ids.sort();
    ids.push(&late);
    assert_eq!(all.runs.iter().map(|run| &run.id).collect::<Vec<_>>(), ids);
    assert_eq!(history.table(&all.runs[2], "findings").unwrap(), b"findings of 2026-11-02T00:00:00Z");
    let none = history.table(&all.runs[2], "cube").unwrap_err().to_string();
    assert!(none.contains("its cube were never written"), "{none}");
}

#[test]
fn what_is_damaged_is_named_and_the_rest_stands() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(&folder);
    let ids: Vec<String> = ["2026-11-01", "2026-11-02", "2026-11-03"].iter().map(|day| add(&history, &format!("{day}T00:00:00Z"), "")).collect();
    let root = folder.path().join("deep/history");
    fs::write(root.join(format!("_runs/date=2026-11-02/{}.json", ids[1])), "{ \"layout\": 1, ").unwrap();
    fs::write(root.join(format!("findings/date=2026-11-03/run={}/findings.parquet", ids[2])), "something else").unwrap();
    fs::write(root.join("_runs/notes.txt"), "somebody's own").unwrap();
    let all = history.runs::<String>().unwrap();
    assert_eq!(all.runs.iter().map(|run| &run.id).collect::<Vec<_>>(), [&ids[0], &ids[2]]);
    assert!(all.damaged.len() == 1 && all.damaged[0].starts_with(&ids[1]), "{:?}", all.damaged);
    let torn = history.table(&all.runs[1], "findings").unwrap_err().to_string();
    assert!(torn.contains(&ids[2]) && torn.contains("damaged"), "{torn}");
    // A name that breaks the list off is said: half a list would pass for a whole one.
    fs::write(root.join("_runs/a\tb"), "").unwrap();
    let broken = history.runs::<String>().unwrap_err().to_string();
    assert!(broken.contains("the history cannot be read"), "{broken}");
}

#[test]
fn what_is_too_old_goes_and_so_does_what_killed_runs_left() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(&folder);
    let ids: Vec<String> = ["2026-01-01", "2026-06-01", "2026-11-01"].iter().map(|day| add(&history, &format!("{day}T00:00:00Z"), "")).collect();
    let root = folder.path().join("deep/history");
    let left = root.join("findings/date=2026-11-20/run=20261120T000000Z-00000000");
    let being_written = root.join("findings/date=2026-11-27/run=20261127T010000Z-00000000");
    for run in [&left, &being_written] {
        fs::create_dir_all(run).unwrap();
        fs::write(run.join("findings.parquet"), "half").unwrap();
    }
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(48);
    fs::File::options().write(true).open(left.join("findings.parquet")).unwrap().set_modified(long_ago).unwrap();
    // What lies below and beside, and is another history's or anybody's.
    let foreign = [
        "team/findings/date=2026-01-01/run=20260101T000000Z-00000000/findings.parquet",
        "findings/run=20260101T000000Z-00000000/model.bin",
        "_runs/0-budget.json",
    ];
    for file in foreign {
        fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
        fs::write(root.join(file), "theirs").unwrap();
        fs::File::options().write(true).open(root.join(file)).unwrap().set_modified(long_ago).unwrap();
    }
    assert_eq!(history.prune(moment("2026-03-01T00:00:00Z"), &["findings"]).unwrap(), 1);
    assert!(foreign.iter().all(|file| root.join(file).exists()));
    let all = history.runs::<String>().unwrap();
    assert_eq!(all.runs.iter().map(|run| &run.id).collect::<Vec<_>>(), [&ids[1], &ids[2]]);
    let has = |day: &str, id: &str| root.join(format!("findings/date={day}/run={id}/findings.parquet")).exists();
    assert!(!has("2026-01-01", &ids[0]) && has("2026-06-01", &ids[1]) && has("2026-11-01", &ids[2]));
    assert!(!left.join("findings.parquet").exists() && being_written.join("findings.parquet").exists());
    assert_eq!(history.prune(moment("2026-03-01T00:00:00Z"), &["findings"]).unwrap(), 0);
}

#[test]
fn an_address_that_is_no_store_says_what_one_is() {
    let said = |at: &str| History::open(at, crate::NOBODYS).unwrap_err().to_string();
    assert!(said("ftp://x/y").contains("name a folder, or s3://, az:// or gs:// with a bucket"), "{}", said("ftp://x/y"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f");
    fs::write(&file, "").unwrap();
    assert!(said(file.to_str().unwrap()).contains("is a file"));
}
