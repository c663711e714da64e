//! What may come into the dependency tree: `deny.toml`, judged by cargo-deny. Nothing of it is ours.

use crate::{Failure, process, workspace};
use std::path::{Path, PathBuf};

/// Pinned, so that a new check of it is a change of ours.
const VERSION: &str = "0.20.2";

/// Everything that needs no network beyond the registry.
const AT_HOME: &[&str] = &["licenses", "bans", "sources"];

fn folder(root: &Path) -> PathBuf {
    workspace::target(root).join("cargo-deny")
}

/// The program: the one of the target folder, built once, which takes two to three minutes.
fn program(root: &Path) -> Result<PathBuf, Failure> {
    let folder = folder(root);
    let program = folder.join("bin/cargo-deny");
    let says =
        |program: &Path| process::output(std::process::Command::new(program).arg("--version")).is_ok_and(|said| said.trim() == format!("cargo-deny {VERSION}"));
    if says(&program) {
        return Ok(program);
    }
    if let Some(installed) = process::find(&["cargo-deny"]).filter(|installed| says(installed)) {
        return Ok(installed);
    }
    println!("Installing cargo-deny {VERSION} into {}.", folder.display());
    let build = folder.join("build");
    let mut install = process::cargo(root);
    install.args(["install", "--locked", "--quiet", "cargo-deny", "--version", VERSION, "--root"]).arg(&folder).arg("--target-dir").arg(&build);
    process::run(&mut install).map_err(|f| Failure(format!("{f} `cargo install --locked cargo-deny --version {VERSION}` installs it.")))?;
    // What it was built from is half a gigabyte that nobody needs again.
    std::fs::remove_dir_all(&build).map_err(|e| Failure(format!("{}: cannot be removed: {e}", build.display())))?;
    Ok(program)
}

fn check(root: &Path, what: &[&str]) -> Result<(), Failure> {
    let mut deny = std::process::Command::new(program(root)?);
    process::run(deny.current_dir(root).args(["--log-level", "warn", "check", "--hide-inclusion-graph"]).args(what))
}

/// Licences, banned crates and sources: the step of `cargo xtask test`.
pub(crate) fn at_home(root: &Path) -> Result<(), Failure> {
    check(root, AT_HOME)
}

/// Those and the advisories, whose database comes from its own repository.
pub(crate) fn run() -> Result<(), Failure> {
    let root = workspace::root()?;
    check(&root, AT_HOME)?;
    check(&root, &["advisories"])
}
