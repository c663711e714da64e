//! `cargo xtask test`: everything a change must pass, on a machine that has only Rust, cheapest first.

use crate::{Failure, deny, engines, features, judges, process, tidy, validator, workspace};
use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

/// A browser by any of the names that the browser test knows.
const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

/// Set by people who cannot have a browser; the browser test looks at it too.
const SKIP_BROWSER: &str = "TAGLEDGER_SKIP_BROWSER";

type Step = (&'static str, fn(&Path) -> Result<(), Failure>);

/// The order: what takes a second comes first. The tests come before the lints because, after a build of the program, they
/// share every compiled dependency with it, whereas Clippy checks all dependencies once more for itself.
const STEPS: &[Step] = &[
    ("formatting", formatting),
    ("tidy", |_| tidy::run()),
    ("shared dependencies", features::check),
    ("browser", browser),
    ("programs that judge", from_debian),
    ("schema validator", validator::install),
    ("judges of protocols", judges::install),
    ("engines", engines::install),
    ("linter of units", judges::systemd),
    ("licences and bans", deny::at_home),
    ("program", program),
    ("tests", tests),
    ("examples in documentation", doc_examples),
    ("lints", lints),
];

/// What comes before them where everything is asked for.
const LONG: &[Step] = &[("Apache Spark", engines::install_spark), ("program without features", plain)];

/// Runs the steps, each with its time, until one fails.
pub(crate) fn run(all: bool) -> Result<(), Failure> {
    let root = workspace::root()?;
    let mut times: Vec<(&str, Duration)> = Vec::new();
    for (name, step) in if all { LONG } else { &[] }.iter().chain(STEPS) {
        println!("── {name}");
        let start = Instant::now();
        let outcome = step(&root);
        let took = start.elapsed();
        times.push((name, took));
        println!("── {name}: {} after {}\n", if outcome.is_ok() { "passed" } else { "FAILED" }, seconds(took));
        outcome.map_err(|failure| Failure(format!("{name}: {failure}")))?;
    }
    for (name, took) in &times {
        println!("{name:<28}{:>10}", seconds(*took));
    }
    println!("{:<28}{:>10}   all passed", "together", seconds(times.iter().map(|(_, took)| *took).sum()));
    Ok(())
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

fn formatting(root: &Path) -> Result<(), Failure> {
    if !process::succeeds(process::cargo(root).args(["fmt", "--version"])) {
        return Err("rustfmt is missing; `rustup component add rustfmt` installs it.".into());
    }
    process::run(process::cargo(root).args(["fmt", "--all", "--check"])).map_err(|f| Failure(format!("{f} `cargo fmt --all` mends it.")))
}

fn browser(_: &Path) -> Result<(), Failure> {
    match plan_browser(process::find(BROWSERS).is_some(), std::env::var_os(SKIP_BROWSER).is_some_and(|v| !v.is_empty()), may_install()) {
        Browser::There => println!("There is a browser for the test of report.html."),
        Browser::Skipped => println!("No browser here; the test of report.html in one is skipped, because {SKIP_BROWSER} is set."),
        Browser::Missing => {
            return Err(Failure(format!(
                "The test of report.html needs a browser: install Chromium (Debian: `apt-get install chromium`, Fedora: `dnf install chromium`, \
                 macOS: `brew install chromium`) so that one of {} is on PATH, or set {SKIP_BROWSER}=1 to go without that test.",
                BROWSERS.join(", ")
            )));
        }
        Browser::Install => {
            println!("Installing Chromium for the test of report.html.");
            debian("chromium")?;
        }
    }
    Ok(())
}

/// Debian, as root.
fn may_install() -> bool {
    let is_debian = Path::new("/etc/debian_version").exists() && process::find(&["apt-get"]).is_some();
    is_debian && process::output(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0")
}

/// Installs one of Debian's packages.
fn debian(package: &str) -> Result<(), Failure> {
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
        command
    };
    process::run(apt().arg("update"))?;
    process::run(apt().args(["install", "-y", "--no-install-recommends", package]))
}

/// What Debian has for a test that goes without it elsewhere, and says so: a program, its package, and what it is for.
const FROM_DEBIAN: [(&str, &str, &str); 3] = [
    ("prometheus", "prometheus", "the dashboard and the alerts"),
    ("soffice", "libreoffice-calc-nogui", "sums of the workbook"),
    ("groff", "groff-base", "the manual pages"),
];

/// Installs programs of others that judge what we write.
fn from_debian(_: &Path) -> Result<(), Failure> {
    for (name, package, purpose) in FROM_DEBIAN {
        if process::find(&[name]).is_some() {
            println!("There is {name} for {purpose}.");
        } else if may_install() {
            println!("Installing {package} for {purpose}.");
            debian(package)?;
        } else {
            println!("No {name} here; the test of {purpose} is skipped.");
        }
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Browser {
    There,
    Skipped,
    Install,
    Missing,
}

fn plan_browser(is_there: bool, is_skipped: bool, may_install: bool) -> Browser {
    match (is_there, is_skipped, may_install) {
        (true, _, _) => Browser::There,
        (_, true, _) => Browser::Skipped,
        (_, _, true) => Browser::Install,
        _ => Browser::Missing,
    }
}

/// Cargo builds binaries for the integration tests of their own package only; the end-to-end tests are a package of their own.
fn program(root: &Path) -> Result<(), Failure> {
    process::run(engines::cargo(root).args(["build", "--workspace", "--bins", "--features", features::TESTED]))
}

/// What a newcomer builds knows what it was built without.
fn plain(root: &Path) -> Result<(), Failure> {
    process::run(process::cargo(root).args(["build", "--workspace", "--bins"]))?;
    let mut program = Command::new(workspace::target(root).join("debug/tagledger"));
    let asked = ["cost", "--engine", "sc://127.0.0.1:1", "--table", "t", "--taxonomy"];
    let output = program.args(asked).arg(root.join("taxonomy.yaml")).output().map_err(|e| Failure(format!("the program cannot be started: {e}")))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(2) && said.contains("--features spark") {
        return Ok(());
    }
    Err(Failure(format!("The program without features does not say that it has no client of an engine, but ends with {}:\n{said}", output.status)))
}

fn has_nextest(root: &Path) -> bool {
    process::succeeds(process::cargo(root).args(["nextest", "--version"]))
}

/// Always the whole workspace: with `-p`, Cargo would choose other features for Polars and compile it again.
fn tests(root: &Path) -> Result<(), Failure> {
    let cargo = || {
        let mut cargo = engines::cargo(root);
        cargo.env(validator::VARIABLE, validator::python(root)).env(judges::VARIABLE, judges::folder(root));
        cargo
    };
    if has_nextest(root) {
        // Many tests wait for a server that is slow on purpose: with one more at once than there are processors, these stay busy.
        let at_once = std::thread::available_parallelism().map_or(2, |processors| processors.get() + 1).to_string();
        let words = ["nextest", "run", "--workspace", "--features", features::TESTED, "--no-fail-fast", "--test-threads", at_once.as_str()];
        return process::run(cargo().args(words));
    }
    println!(
        "cargo-nextest is not installed, so `cargo test` runs the tests, one binary after the other (`cargo install --locked cargo-nextest` would speed this up)."
    );
    process::run(cargo().args(["test", "--workspace", "--features", features::TESTED, "--no-fail-fast", "--lib", "--bins", "--tests"]))
}

/// Each crate with an example is one more binary linked with everything below it, so the step runs only when there is one.
fn doc_examples(root: &Path) -> Result<(), Failure> {
    let with_examples: Vec<String> = workspace::texts(root, &["crates"])?
        .into_iter()
        .filter(|f| workspace::extension(&f.path) == "rs" && has_doc_example(&f.text))
        .map(|f| f.path)
        .collect();
    if with_examples.is_empty() {
        println!("No documentation comment holds an example that could be run.");
        return Ok(());
    }
    process::run(engines::cargo(root).args(["test", "--workspace", "--features", features::TESTED, "--doc", "--no-fail-fast"]))
}

/// True when a doc comment opens a code block that rustdoc would run.
fn has_doc_example(text: &str) -> bool {
    let mut inside = false;
    for line in text.lines().map(str::trim_start) {
        let Some(doc) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) else {
            inside = false;
            continue;
        };
        let Some(info) = doc.trim_start().strip_prefix("```") else { continue };
        if !inside && info.split([',', ' ']).all(|word| matches!(word.trim(), "" | "rust" | "no_run" | "should_panic" | "compile_fail")) {
            return true;
        }
        inside = !inside;
    }
    false
}

fn lints(root: &Path) -> Result<(), Failure> {
    if !process::succeeds(process::cargo(root).args(["clippy", "--version"])) {
        return Err("Clippy is missing; `rustup component add clippy` installs it.".into());
    }
    process::run(engines::cargo(root).args(["clippy", "--workspace", "--all-targets", "--features", features::TESTED, "--", "-D", "warnings"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_installed_only_where_it_may_be() {
        assert_eq!(plan_browser(true, true, true), Browser::There);
        assert_eq!(plan_browser(false, true, true), Browser::Skipped);
        assert_eq!(plan_browser(false, false, true), Browser::Install);
        assert_eq!(plan_browser(false, false, false), Browser::Missing);
    }

    #[test]
    fn only_code_that_rustdoc_runs_is_an_example() {
        assert!(has_doc_example("/// Adds.\n/// ```\n/// assert!(true);\n/// ```\nfn f() {}"));
        assert!(has_doc_example("//! ```text\n//! a\n//! ```\n//!\n//! ```rust,no_run\n//! b();\n//! ```\n"));
        assert!(!has_doc_example("/// ```text\n/// a picture\n/// ```\nfn f() {}"));
        assert!(!has_doc_example("let s = \"```\";\n// ```\n"));
    }
}
