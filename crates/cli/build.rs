//! Lists the example estate for `demo`, so that the program carries it and needs no files of its own.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { walk(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn main() -> std::io::Result<()> {
    // At run time, because checkouts that share a target folder share this script's binary too.
    let own = std::env::var("CARGO_MANIFEST_DIR").map_err(std::io::Error::other)?;
    let root = Path::new(&own).join("../../examples/estate");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    walk(&root, &mut files)?;
    files.sort();
    let mut code = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&root).map_err(std::io::Error::other)?;
        // Writing to a string cannot fail.
        let _written = writeln!(code, "    ({:?}, include_bytes!({:?})),", name.display().to_string(), file.display().to_string());
    }
    code.push_str("]\n");
    let out = std::env::var("OUT_DIR").map_err(std::io::Error::other)?;
    std::fs::write(Path::new(&out).join("estate.rs"), code)
}
