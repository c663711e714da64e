//! `init`: the two files that a scan is told by, from what this machine and the folder hold. Nobody is asked for anything.

mod look;
mod starter;

use crate::args::Init;
use crate::clouds;
use crate::exit::{self, Code};
use crate::failure::Failure;
use crate::settings::NAME;
use crate::yaml::{comment, quoted};
use look::Looked;
use std::fmt::Write as _;
use std::path::Path;
use tagledger_collect::{Cloud, FoundCredentials, Machine};
use tagledger_report::{plural, visible};

/// The name of the taxonomy that is written.
const TAXONOMY: &str = "taxonomy.yaml";

/// What was found of a cloud.
type Found = (&'static dyn Cloud, FoundCredentials);

pub(crate) fn run(args: &Init) -> Result<Code, Failure> {
    let folder = args.dir.as_path();
    let failed = |source| Failure::Output { what: folder.display().to_string(), source };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let (settings, taxonomy) = (folder.join(NAME), folder.join(TAXONOMY));
    let there: Vec<String> = [&settings, &taxonomy].into_iter().filter(|path| path.exists()).map(|path| path.display().to_string()).collect();
    if !there.is_empty() && !args.force {
        let (are, them) = if there.len() == 1 { ("is", "it") } else { ("are", "them") };
        return Err(Failure::Usage(format!("{} {are} there already; --force writes over {them}, and --dir names another folder", there.join(" and "))));
    }
    let variable = |name: &str| std::env::var(name).ok();
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).map(Into::into);
    let machine = Machine { variable: &variable, home };
    let found: Vec<Found> = clouds::live().map(|cloud| (cloud, cloud.credentials(&machine))).filter(|(_, found)| !found.found.is_empty()).collect();
    let looked = look::below(folder);
    let texts = [(settings, settings_text(&found, &looked)), (taxonomy, starter::taxonomy())];
    // What is written is what `check` accepts, whatever files and profiles are called.
    crate::settings::parse(&texts[0].0, &texts[0].1)?;
    crate::taxonomy::parse(&texts[1].0, &texts[1].1)?;
    for (path, text) in &texts {
        if args.force {
            std::fs::write(path, text).map_err(|source| Failure::Output { what: path.display().to_string(), source })?;
        } else {
            crate::output::new_file(path, text.as_bytes())?;
        }
    }
    super::print(told(folder, &found, &looked).as_bytes())?;
    Ok(exit::CLEAN)
}

fn settings_text(found: &[Found], looked: &Looked) -> String {
    let mut text = String::from(
        "# Written by `tagledger init`: what a scan is told once instead of by flags every time. `tagledger settings check` holds it to the form,\n\
         # and `tagledger settings schema` says what else may stand here. A flag counts more than this file.\n\
         version: 1\n",
    );
    let can_be_asked = found.iter().any(|(_, found)| found.choice.is_none());
    // Writing to a string cannot fail.
    let _written =
        writeln!(text, "\n# The clouds to ask, with the credentials of whoever runs the scan.\n{}", if can_be_asked { "clouds:" } else { "# clouds:" });
    for (cloud, found) in found {
        let id = cloud.id();
        let off = if can_be_asked && found.choice.is_none() { "  " } else { "#   " };
        for line in &found.found {
            let _written = writeln!(text, "  # Found: {}.", comment(line));
        }
        if let Some((name, words)) = &found.choice {
            let words: Vec<String> = words.iter().map(|word| comment(word)).collect();
            let _written = writeln!(
                text,
                "  # Which one? Choose a {name} ({}), and take the `#` away.\n{off}{id}:\n{off}  {name}: {}",
                words.join(", "),
                quoted(&words[0])
            );
            continue;
        }
        let _written = writeln!(text, "{off}{id}:");
        for (name, value) in &found.settings {
            let _written = writeln!(text, "{off}  {name}: {}", quoted(value));
        }
    }
    for cloud in clouds::live().filter(|cloud| !found.iter().any(|(known, _)| known.id() == cloud.id())) {
        let _written = writeln!(text, "#   {}: # no credentials were found", cloud.id());
    }
    let _written = writeln!(text, "\n# What is read beside the clouds. Paths are relative to the folder of this file.\nscan:\n  taxonomy: {TAXONOMY}");
    for (name, what, paths) in
        [("from", "exported inventories (docs/exports.md)", &looked.from), ("bill", "bills: files, folders and patterns (docs/bills.md)", &looked.bill)]
    {
        if paths.is_empty() {
            let _written = writeln!(text, "  # {name}: [] # {what}; none were found");
        } else {
            let _written = writeln!(text, "  {name}: # {what}");
            for path in paths {
                let _written = writeln!(text, "    - {}", quoted(path));
            }
        }
    }
    text
}

/// What was found, what was written, and what comes next.
fn told(folder: &Path, found: &[Found], looked: &Looked) -> String {
    let mut text = String::from("Found\n");
    // Writing to a string cannot fail.
    for (cloud, found) in found {
        for line in &found.found {
            let _written = writeln!(text, "  {:<6} {}", cloud.id().as_str(), visible(line));
        }
    }
    for (what, count, paths) in [("export", looked.exports, &looked.from), ("bill file", looked.bills, &looked.bill)] {
        if count > 0 {
            let _written = writeln!(text, "  files  {} in {}", plural(count, what), visible(&paths.join(", ")));
        }
    }
    if looked.is_cut_off {
        let _written = writeln!(text, "  There is more in the folder than was looked at; name what is missing in {NAME}.");
    }
    if found.is_empty() && looked.from.is_empty() && looked.bill.is_empty() {
        text.push_str("  neither credentials of a cloud nor exports or bills below the folder\n");
    }
    let here = folder == Path::new(".");
    let shown = |name: &str| visible(folder.join(name).display().to_string().trim_start_matches("./")).into_owned();
    let _written = writeln!(text, "Wrote\n  {}\n  {}", shown(NAME), shown(TAXONOMY));
    let enter = if here { String::new() } else { format!("cd {} && ", tagledger_collect::shell_quote(&folder.display().to_string())) };
    let choices: Vec<String> = found.iter().filter_map(|(cloud, found)| found.choice.as_ref().map(|(name, _)| format!("{name} of {}", cloud.id()))).collect();
    text.push_str("Next\n");
    if !choices.is_empty() {
        let _written = writeln!(text, "  choose the {} in {NAME}", choices.join(" and the "));
    }
    let can_scan = found.iter().any(|(_, found)| found.choice.is_none()) || !looked.from.is_empty();
    if can_scan {
        let _written = writeln!(text, "  {enter}tagledger scan\n  {enter}tagledger taxonomy suggest");
    } else {
        let _written = writeln!(
            text,
            "  export an inventory as docs/exports.md says, or log in to a cloud, and call `tagledger init --force` again\n  tagledger demo # what it looks like, on an example"
        );
    }
    text
}
