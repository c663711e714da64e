//! From words on the command line to everything that the plans say.

use crate::args::Check;
use crate::clouds;
use crate::failure::Failure;
use std::path::{Path, PathBuf};
use std::process::Command;
use tagledger_iac::{Document, Options, PlanError, PlanFile, PlanReader, Reading};
use tagledger_report::gate::GateInput;

/// What was read, and which input each resource is from.
pub(super) struct Plans {
    pub reading: Reading,
    pub inputs: Vec<GateInput>,
    /// Per resource, the position of its input.
    pub input_of: Vec<usize>,
}

pub(super) fn read(args: &Check) -> Result<Plans, Failure> {
    if let Some(root) = args.source_root.as_ref().filter(|root| !root.is_dir()) {
        return Err(Failure::Usage(format!("--source-root {}: there is no such folder", root.display())));
    }
    let stack_tags = args.stack_tags.iter().map(|tag| {
        let (key, value) =
            tag.split_once('=').ok_or_else(|| Failure::Usage(format!("--stack-tags {tag}: write KEY=VALUE, several with commas between them")))?;
        Ok((key.into(), value.into()))
    });
    let options = Options {
        kinds: clouds::kinds(),
        scope: args.scope.as_deref().map(Into::into),
        stack_tags: stack_tags.collect::<Result<_, Failure>>()?,
        source_root: args.source_root.clone(),
    };
    let mut plans = Plans { reading: Reading::default(), inputs: Vec::new(), input_of: Vec::new() };
    let mut others = Vec::new();
    for path in &args.plans {
        if path.is_dir() {
            folder(path, &options, &mut plans)?;
        } else if args.skip_others {
            match plan(path)? {
                Some((opened, _)) => enter(&opened, &options, &mut plans)?,
                None => others.push(path.display().to_string()),
            }
        } else {
            enter(&tagledger_iac::open(path)?, &options, &mut plans)?;
        }
    }
    // Hooks hand over whatever was changed; one line says what of it was none of ours, or could not be told to be.
    if let [first, more @ ..] = &others[..] {
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        plans.reading.notes.push(format!("{first}{more}: passed over, because it is no plan or template that can be read"));
    }
    for path in &args.tf {
        let shown = PlanFile::from_bytes(&path.display().to_string(), shown(path)?)?;
        enter(&shown, &options, &mut plans)?;
    }
    Ok(plans)
}

fn enter(file: &PlanFile, options: &Options<'_>, plans: &mut Plans) -> Result<(), Failure> {
    let formats = tagledger_iac::read(file, options, &mut plans.reading)?;
    plans.inputs.push(GateInput { file: file.path.to_string(), format: formats.first().copied().unwrap_or("nothing").to_owned() });
    plans.input_of.resize(plans.reading.resources.len(), plans.inputs.len() - 1);
    Ok(())
}

/// A file that a reader recognises; none for somebody else's, whatever is in it.
fn plan(file: &Path) -> Result<Option<(PlanFile, &'static dyn PlanReader)>, Failure> {
    let opened = match tagledger_iac::open(file) {
        Ok(opened) => opened,
        Err(error @ PlanError::Io { .. }) => return Err(error.into()),
        // What is empty, binary or no text at all is no plan.
        Err(_) => return Ok(None),
    };
    let known = |d: &Document<'_>| tagledger_iac::READERS.iter().find(|r| r.recognises(d)).copied();
    let reader = opened.documents().ok().and_then(|all| all.iter().find_map(known));
    Ok(reader.map(|reader| (opened, reader)))
}

/// Every plan below a folder. What is no plan there is somebody else's file; what is one and broken is a mistake.
fn folder(path: &Path, options: &Options<'_>, plans: &mut Plans) -> Result<(), Failure> {
    let before = plans.inputs.len();
    let mut files = Vec::new();
    walk(path, &mut files)?;
    let mut assemblies = Vec::new();
    // An assembly names the templates beside it, and knows their tags and accounts; they are not read twice.
    files.sort_by_key(|file| (file.parent().map(Path::to_owned), file.file_name().is_none_or(|n| n != "manifest.json")));
    for file in &files {
        if file.parent().is_some_and(|folder| assemblies.iter().any(|a: &PathBuf| a == folder)) {
            continue;
        }
        if let Some((opened, reader)) = plan(file)? {
            if reader.holds_its_folder() {
                assemblies.extend(file.parent().map(Path::to_owned));
            }
            match enter(&opened, options, plans) {
                // The template of a chart is no manifest yet: what it makes is not seen, and the rest of the folder is.
                Err(Failure::Plan(error)) if opened.has_placeholders() => plans.reading.gaps.push(error.to_string()),
                other => other?,
            }
        }
    }
    if plans.inputs.len() == before && plans.reading.gaps.is_empty() {
        let what = format!(
            "there is no plan in the folder, among {}; name a file, or see docs/check.md",
            tagledger_report::plural(files.len() as u64, "JSON or YAML file")
        );
        return Err(PlanError::File { path: path.display().to_string(), what }.into());
    }
    Ok(())
}

/// What plans and templates in a folder are called; a file that is named itself may be called anything.
const EXTENSIONS: [&str; 4] = ["json", "yaml", "yml", "template"];

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let io = |source| PlanError::Io { path: folder.display().to_string(), source };
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).map_err(io)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>().map_err(io)?;
    entries.sort();
    for entry in entries {
        // Hidden folders hold what tools keep for themselves: modules, providers, caches.
        if entry.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.')) || entry.is_symlink() {
            continue;
        }
        if entry.is_dir() {
            walk(&entry, files)?;
        } else if entry.extension().is_some_and(|e| EXTENSIONS.iter().any(|known| e.eq_ignore_ascii_case(known))) {
            files.push(entry);
        }
    }
    Ok(())
}

/// A binary plan as JSON, by the tool that wrote it.
fn shown(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |what: String| Failure::Plan(PlanError::File { path: path.display().to_string(), what });
    if !path.is_file() {
        return Err(failed("there is no such file; `terraform plan -out=FILE` writes it".to_owned()));
    }
    // The tool looks for the providers of the folder that the plan was made in.
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default();
    for tool in ["terraform", "tofu"] {
        match Command::new(tool).args(["show", "-json", "-no-color"]).arg(name).current_dir(folder).output() {
            Ok(done) if done.status.success() => return Ok(done.stdout),
            Ok(done) => {
                let said = String::from_utf8_lossy(&done.stderr);
                let said: Vec<&str> = said.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
                return Err(failed(format!("`{tool} show -json` failed: {}", said.join(" "))));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(format!("`{tool}` cannot be run: {error}"))),
        }
    }
    Err(failed("neither `terraform` nor `tofu` is installed here; run `terraform show -json` where the plan was made, and check what it prints".to_owned()))
}
