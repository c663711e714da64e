//! Every reader of ours, fed with what nobody meant to write. A short run with a fixed seed is part of the suite; `cargo xtask fuzz` goes on for as long as it
//! is told, with seeds of its own, and writes down what breaks.
//!
//! The laws: no panic and no overflow; an answer that repeats; a mistake with a place that is in the file; and no more made of a file than its size can
//! account for. Through the program: an exit code that is documented, within limits of memory and processor time, and nothing printed that moves a cursor.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

#[path = "targets/bills.rs"]
mod bills;
#[path = "targets/door.rs"]
mod door;
#[path = "targets/exports.rs"]
mod exports;
#[path = "targets/found.rs"]
mod found;
#[path = "targets/plans.rs"]
mod plans;
#[path = "targets/runs.rs"]
mod runs;
#[path = "targets/sources.rs"]
mod sources;
#[path = "targets/taxonomies.rs"]
mod taxonomies;
#[path = "targets/world.rs"]
mod world;

use std::path::PathBuf;
use std::time::{Duration, Instant};
use tagledger_fuzz::{Broken, Fuzz, Target, broken};

static TARGETS: &[&Target] = &[
    &taxonomies::TAXONOMY,
    &taxonomies::REGISTER,
    &taxonomies::SETTINGS,
    &plans::PLAN,
    &plans::TEMPLATE,
    &sources::SOURCE,
    &exports::EXPORT,
    &bills::CSV,
    &bills::PARQUET,
    &runs::RUN,
];

/// The seed of the short run; another one would do as well, but the same has to be used by everybody.
const SEED: u64 = 20_261_101;

/// Bytes of an input of the short run, at most.
const SMALL: usize = 16 << 10;

/// Bytes of an input of the long run, at most: what costs the square of its length shows.
const LARGE: usize = 256 << 10;

/// Longer than any input of that size may take, by far; only the long run looks at a clock.
const TOO_LONG: Duration = Duration::from_secs(20);

#[track_caller]
fn short(target: &Target, read: u32, asked: u32) {
    let mut fuzz = Fuzz::new(target, SEED, SMALL).unwrap_or_else(|broken| panic!("{}", told(target, &broken)));
    for _ in 0..read {
        fuzz.step().unwrap_or_else(|broken| panic!("{}", told(target, &broken)));
    }
    assert!(fuzz.answers() > 5, "{}: {} answers: the changes reach nothing", target.name, fuzz.answers());
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..asked {
        fuzz.knock(folder.path()).unwrap_or_else(|broken| panic!("{}", told(target, &broken)));
    }
}

fn told(target: &Target, broken: &Broken) -> String {
    let path = std::env::temp_dir().join(format!("tagledger-fuzz-{}-{}", target.name, broken.case));
    std::fs::write(&path, &broken.input).unwrap();
    format!("{}: case {}: {}\nthe input: {}\n{}", target.name, broken.case, broken.why, path.display(), String::from_utf8_lossy(&broken.input).escape_debug())
}

#[test]
fn taxonomies_keep_the_laws() {
    short(&taxonomies::TAXONOMY, 400, 15);
    short(&taxonomies::REGISTER, 300, 5);
}

#[test]
fn settings_keep_the_laws() {
    short(&taxonomies::SETTINGS, 1500, 25);
}

#[test]
fn plans_keep_the_laws() {
    short(&plans::PLAN, 300, 15);
}

#[test]
fn templates_keep_the_laws() {
    short(&plans::TEMPLATE, 600, 15);
}

#[test]
fn sources_of_plans_keep_the_laws() {
    short(&sources::SOURCE, 400, 10);
}

#[test]
fn exports_keep_the_laws() {
    short(&exports::EXPORT, 1500, 15);
}

#[test]
fn bills_keep_the_laws() {
    short(&bills::CSV, 250, 12);
    short(&bills::PARQUET, 100, 5);
}

#[test]
fn runs_that_are_read_back_keep_the_laws() {
    short(&runs::RUN, 200, 15);
}

/// A variable that `cargo xtask fuzz` sets.
fn told_by(name: &str) -> Option<String> {
    std::env::var(format!("TAGLEDGER_FUZZ_{name}")).ok().filter(|value| !value.is_empty())
}

#[test]
#[ignore = "for as long as it is told: `cargo xtask fuzz`"]
fn for_a_long_time() {
    let minutes: f64 = told_by("MINUTES").map_or(1.0, |text| text.parse().unwrap());
    let seed: u64 =
        told_by("SEED").map_or_else(|| u64::from(std::process::id()) ^ u64::from(Instant::now().elapsed().subsec_nanos()), |text| text.parse().unwrap());
    let into = PathBuf::from(told_by("FOLDER").unwrap_or_else(|| std::env::temp_dir().join("tagledger-fuzz").display().to_string()));
    let wanted = told_by("TARGET");
    let targets: Vec<&Target> = TARGETS.iter().copied().filter(|target| wanted.as_deref().is_none_or(|name| name == target.name)).collect();
    assert!(!targets.is_empty(), "there is no target {wanted:?}; there are {:?}", TARGETS.iter().map(|t| t.name).collect::<Vec<_>>());
    if let Some(input) = told_by("INPUT") {
        let input = std::fs::read(input).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for target in targets {
            eprintln!("{}: {:?}", target.name, broken(target, &input));
            eprintln!("{}: through the program: {:?}", target.name, (target.door)(folder.path(), &input));
        }
        return;
    }
    let failures: usize = targets.into_iter().map(|target| long(target, seed, minutes, &into)).sum();
    assert_eq!(failures, 0, "inputs that broke a law are below {}", into.display());
}

/// Runs one target for that long; what breaks is written down, each kind of failure once. The number of these.
#[expect(clippy::print_stderr, reason = "the run tells how far it is")]
fn long(target: &Target, seed: u64, minutes: f64, into: &std::path::Path) -> usize {
    let folder = into.join(target.name);
    std::fs::create_dir_all(&folder).unwrap();
    let (desk, begun, mut cases) = (tempfile::tempdir().unwrap(), Instant::now(), 0_u64);
    let (mut kinds, mut slowest) = (std::collections::BTreeSet::new(), Duration::ZERO);
    let mut fuzz = match Fuzz::new(target, seed, LARGE) {
        Ok(fuzz) => fuzz,
        Err(broken) => panic!("{}", told(target, &broken)),
    };
    let mut note = |broken: &Broken| {
        // Where it panicked, or what it said: one of each is enough.
        let kind: String = broken.why.chars().filter(|c| !c.is_ascii_digit()).take(100).collect();
        if kinds.insert(kind) {
            let path = folder.join(format!("{seed}-{}", broken.case));
            std::fs::write(&path, &broken.input).unwrap();
            eprintln!("{}: seed {seed}, case {}: {}\n  the input: {}", target.name, broken.case, broken.why, path.display());
        }
    };
    while begun.elapsed().as_secs_f64() < minutes * 60.0 {
        let (before, through) = (Instant::now(), cases % 400 == 399);
        // A reader that ends the process leaves its input behind.
        let result = if through { fuzz.knock(desk.path()) } else { fuzz.step_leaving(&folder.join("current")) };
        if let Err(broken) = &result {
            note(broken);
        } else if before.elapsed() > TOO_LONG {
            note(&Broken { case: cases, why: format!("it took {:?}", before.elapsed()), input: std::fs::read(folder.join("current")).unwrap() });
        }
        if !through && before.elapsed() > slowest {
            slowest = before.elapsed();
            std::fs::copy(folder.join("current"), folder.join("slowest")).unwrap();
        }
        cases += 1;
    }
    eprintln!("{}: seed {seed}: {cases} cases, {} answers, the slowest took {slowest:?}, {} failures", target.name, fuzz.answers(), kinds.len());
    kinds.len()
}
