//! `cargo xtask tidy`: the laws of ARCHITECTURE.md that a machine can hold us to.
//!
//! A law is a file here with a function from texts to breaks, so that its tests can show it a text that breaks it.

mod docs;
mod imports;
mod libraries;
mod manifest;
mod names;
mod notes;
mod pages;
mod panics;
mod size;
mod source;
mod vendors;

use crate::{Failure, workspace, workspace::TextFile};
use source::Source;
use std::collections::BTreeMap;

/// One place where a law is broken.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Break {
    path: String,
    line: usize,
    /// What is wrong here, without full stop.
    what: String,
}

impl Break {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

/// A Rust file with its parts told apart.
#[derive(Debug)]
struct RustFile {
    path: String,
    text: String,
    source: Source,
}

impl RustFile {
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), source: Source::new(text) }
    }

    fn crate_name(&self) -> &str {
        workspace::crate_of(&self.path).unwrap_or_default()
    }

    fn is_test(&self) -> bool {
        is_test(&self.path)
    }
}

/// True for files that hold tests or examples and nothing else: the end-to-end tests, folders `tests`, `benches` and `examples`, and files called so.
fn is_test(path: &str) -> bool {
    path.starts_with("tests/")
        || ["/tests/", "/benches/", "/examples/"].iter().any(|folder| path.contains(folder))
        || path.ends_with("/tests.rs")
        || path.ends_with("_tests.rs")
}

/// Everything that the laws look at.
#[derive(Debug)]
struct Checkout {
    rust: Vec<RustFile>,
    /// All text files below `crates` and `tests`, Rust or not.
    texts: Vec<TextFile>,
    /// The manifest of each crate, by folder name.
    manifests: BTreeMap<String, TextFile>,
    workspace_manifest: String,
    architecture: String,
}

struct Law {
    /// What the law demands and why: printed when it is broken.
    demands: &'static str,
    check: fn(&Checkout) -> Vec<Break>,
}

const LAWS: &[Law] = &[
    Law { demands: imports::DEMANDS, check: |c| imports::check(&c.architecture, &c.manifests) },
    Law { demands: vendors::DEMANDS, check: |c| vendors::check(&c.rust, &c.texts) },
    Law { demands: libraries::DEMANDS, check: |c| libraries::check(&c.rust, &c.manifests) },
    Law { demands: pages::DEMANDS, check: |c| pages::check(&c.texts) },
    Law { demands: names::DEMANDS, check: |c| names::check(&c.rust) },
    Law { demands: notes::DEMANDS, check: |c| notes::check(&c.rust, &c.texts) },
    Law { demands: size::DEMANDS, check: |c| size::check(&c.rust) },
    Law { demands: docs::DEMANDS, check: |c| docs::check(&c.rust) },
    Law { demands: manifest::DEMANDS, check: |c| manifest::check(&c.workspace_manifest) },
    Law { demands: panics::DEMANDS, check: |c| panics::check(&c.rust) },
];

/// Holds the checkout to every law and prints all breaks.
pub(crate) fn run() -> Result<(), Failure> {
    let checkout = read()?;
    let mut broken = 0;
    for law in LAWS {
        let mut breaks = (law.check)(&checkout);
        breaks.sort();
        if breaks.is_empty() {
            continue;
        }
        println!("{}", law.demands);
        for Break { path, line, what } in &breaks {
            println!("  {path}:{line}: {what}");
        }
        println!();
        broken += breaks.len();
    }
    if broken > 0 {
        let word = if broken == 1 { "place" } else { "places" };
        return Err(Failure(format!("A law of the project is broken in {broken} {word}; ARCHITECTURE.md says more about each.")));
    }
    println!("{} laws hold over {} Rust files.", LAWS.len(), checkout.rust.len());
    Ok(())
}

fn read() -> Result<Checkout, Failure> {
    let root = workspace::root()?;
    let texts = workspace::texts(&root, &["crates", "tests"])?;
    let rust = texts.iter().filter(|f| workspace::extension(&f.path) == "rs").map(|f| RustFile::new(&f.path, &f.text)).collect();
    let is_manifest = |f: &&TextFile| f.path.ends_with("/Cargo.toml");
    let manifests = texts.iter().filter(is_manifest).filter_map(|f| Some((workspace::crate_of(&f.path)?.to_owned(), f.clone()))).collect();
    Ok(Checkout { rust, texts, manifests, workspace_manifest: workspace::read(&root, "Cargo.toml")?, architecture: workspace::read(&root, "ARCHITECTURE.md")? })
}
