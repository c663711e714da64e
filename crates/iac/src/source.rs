//! From the address of a resource back to the file and line that make it.
//!
//! A plan has no lines. What an address names is looked up in the source: module by module down to a folder, and there by type and name. What
//! stands in a module that somebody else wrote is mended where the module is called, so that the call is what is found then.

mod directory;
mod hcl;
mod json;
mod lines;
mod modules;

pub(crate) use modules::ModuleSources;

use crate::address::Address;
use directory::{Directory, What};
use modules::Manifest;
use rustc_hash::FxHashMap;
use std::path::{Component, Path, PathBuf};
use tagledger_model::{Place, Text};

/// A block of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// The file: relative where the root was named relative.
    pub file: PathBuf,
    /// Its first line, from 1.
    pub line: u32,
    /// Its column there in characters, from 1.
    pub column: u32,
    /// Its last line.
    pub end_line: u32,
    /// Where a module says that it comes from.
    source: Option<Text>,
}

impl Block {
    /// Its beginning.
    pub fn place(&self) -> Place {
        Place { file: self.file.clone(), line: self.line, column: self.column }
    }
}

/// The source below one root module, read as far as it is asked for.
#[derive(Debug)]
pub(crate) struct SourceMap {
    root: PathBuf,
    directories: FxHashMap<PathBuf, Directory>,
    /// None until it is needed.
    manifest: Option<Manifest>,
    notes: Vec<String>,
}

impl SourceMap {
    /// A map of the folder that the plan was made in. Nothing is read yet.
    pub fn new(root: &Path) -> Self {
        Self { root: normal(root), directories: FxHashMap::default(), manifest: None, notes: Vec::new() }
    }

    /// The block that makes a resource, or calls the module around it; none where the source does not show either.
    pub fn locate(&mut self, address: &Address, module_sources: &ModuleSources) -> Option<Block> {
        if !self.has_sources() {
            return None;
        }
        let mut folder = self.root.clone();
        let mut call: Option<Block> = None;
        let mut path = String::new();
        for name in address.modules.iter().map(|step| step.name.as_str()) {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
            let here = self.block(&folder, What::Module, name, "").cloned();
            let written = here.as_ref().and_then(|block| block.source.clone());
            call = here.or(call);
            match self.folder_of(&path, &folder, module_sources.get(&path).or(written.as_deref())) {
                Some(next) => folder = next,
                None => return call,
            }
        }
        self.block(&folder, What::Resource, &address.kind, &address.name).cloned().or(call)
    }

    /// What could not be read, one sentence each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Whether the root holds any source.
    pub fn has_sources(&mut self) -> bool {
        let root = self.root.clone();
        let directory = self.directory(&root);
        directory.is_there && !directory.is_empty()
    }

    fn directory(&mut self, folder: &Path) -> &Directory {
        // Looked up twice, because an entry would copy the path each time.
        if !self.directories.contains_key(folder) {
            let directory = Directory::read(folder, &mut self.notes);
            self.directories.insert(folder.to_owned(), directory);
        }
        &self.directories[folder]
    }

    fn block(&mut self, folder: &Path, what: What, kind: &str, name: &str) -> Option<&Block> {
        self.directory(folder).block(what, kind, name)
    }

    /// The folder of a module that the user owns; none for what was downloaded.
    fn folder_of(&mut self, path: &str, parent: &Path, source: Option<&str>) -> Option<PathBuf> {
        let folder = if let Some(local) = source.and_then(modules::local) {
            normal(&parent.join(&*local))
        } else {
            let (root, notes) = (&self.root, &mut self.notes);
            let manifest = self.manifest.get_or_insert_with(|| Manifest::read(root, notes));
            normal(&root.join(manifest.folder(path)?))
        };
        let is_downloaded = folder.components().any(|part| part.as_os_str() == ".terraform");
        (!is_downloaded && self.directory(&folder).is_there).then_some(folder)
    }
}

/// A path without `.` and, where that is possible, without `..`: just so Terraform joins them.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match (part, out.components().next_back()) {
            (Component::CurDir, _) | (Component::ParentDir, Some(Component::RootDir | Component::Prefix(_))) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                out.pop();
            }
            _ => out.push(part),
        }
    }
    out
}

/// A path that the system understands: the empty one is the current folder.
fn on_disk(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

#[cfg(test)]
mod tests;
