//! Exports and bills below a folder, by their content.

use crate::clouds;
use std::path::{Path, PathBuf};
use tagledger_collect::{Cloud, recognised};
use tagledger_cost::{Clouds, form_of};

/// What is looked at, at most: somebody may call this in a folder that holds everything.
const MOST_FILES: usize = 5_000;
const MOST_DEPTH: usize = 8;
/// An export is read whole to be recognised; what is larger has to be named.
const LARGEST_EXPORT: u64 = 64 << 20;

/// Folders of programs, and of this one's own reports.
const OTHERS: [&str; 6] = ["node_modules", "target", "reports", "venv", "vendor", "__pycache__"];

/// What was found.
#[derive(Default)]
pub(super) struct Looked {
    /// Paths of exports, and of bills: folders where all of a folder is of one sort, files elsewhere.
    pub from: Vec<String>,
    pub bill: Vec<String>,
    /// How many files they are.
    pub exports: u64,
    pub bills: u64,
    /// There was more than was looked at.
    pub is_cut_off: bool,
}

pub(super) fn below(folder: &Path) -> Looked {
    let mut eye = Eye { clouds: clouds::all(), billed: clouds::in_bills(), left: MOST_FILES, is_cut_off: false };
    let tree = eye.folder(folder, 0);
    let mut looked = Looked { exports: tree.exports, bills: tree.bills, is_cut_off: eye.is_cut_off, ..Looked::default() };
    let relative = |path: PathBuf| {
        let path = path.strip_prefix(folder).unwrap_or(&path).to_owned();
        // In the form that is the same on every machine.
        path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/")
    };
    // The folder itself holds what is written now, so that it is never named as a whole.
    looked.from = tree.from.into_iter().map(relative).collect();
    looked.bill = tree.bill.into_iter().map(relative).collect();
    looked
}

struct Eye {
    clouds: Vec<&'static dyn Cloud>,
    billed: Clouds,
    left: usize,
    is_cut_off: bool,
}

/// What is in a folder.
#[derive(Default)]
struct Tree {
    exports: u64,
    bills: u64,
    /// Files that are no export, and files of data that are no bill.
    other_than_exports: u64,
    other_than_bills: u64,
    from: Vec<PathBuf>,
    bill: Vec<PathBuf>,
}

impl Eye {
    fn folder(&mut self, folder: &Path, depth: usize) -> Tree {
        let mut tree = Tree::default();
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(folder).map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect()).unwrap_or_default();
        entries.sort();
        for entry in entries {
            let name = entry.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            // A link may lead anywhere, and round.
            if name.starts_with('.') || entry.is_symlink() {
                continue;
            }
            if !entry.is_dir() {
                self.file(entry, &mut tree);
            } else if !OTHERS.contains(&name.as_str()) {
                if depth == MOST_DEPTH {
                    self.is_cut_off = true;
                    continue;
                }
                let below = self.folder(&entry, depth + 1);
                tree.take(entry, below);
            }
        }
        tree
    }

    fn file(&mut self, path: PathBuf, tree: &mut Tree) {
        if self.left == 0 {
            self.is_cut_off = true;
            return;
        }
        self.left -= 1;
        if form_of(&path, &self.billed).is_some() {
            tree.bills += 1;
            tree.other_than_exports += 1;
            tree.bill.push(path);
            return;
        }
        let lower = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        // Beside its data a bill has manifests, which its reader knows.
        tree.other_than_bills += u64::from([".csv", ".csv.gz", ".parquet"].iter().any(|end| lower.ends_with(end)));
        let is_small = std::fs::metadata(&path).is_ok_and(|meta| meta.len() <= LARGEST_EXPORT);
        if is_small && recognised(&path, &self.clouds).is_some() {
            tree.exports += 1;
            tree.from.push(path);
        } else {
            tree.other_than_exports += 1;
        }
    }
}

impl Tree {
    /// Takes over what is in a folder below: its name, where all of it is of one sort.
    fn take(&mut self, folder: PathBuf, below: Self) {
        if below.exports > 0 && below.other_than_exports == 0 {
            self.from.push(folder.clone());
        } else {
            self.from.extend(below.from);
        }
        if below.bills > 0 && below.other_than_bills == 0 {
            self.bill.push(folder);
        } else {
            self.bill.extend(below.bill);
        }
        self.exports += below.exports;
        self.bills += below.bills;
        self.other_than_exports += below.other_than_exports;
        self.other_than_bills += below.other_than_bills;
    }
}
