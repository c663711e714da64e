//! `taxonomy export`: the taxonomy as a cloud's own guardrails.

use crate::args::TaxonomyExport;
use crate::exit::{self, Code};
use crate::failure::Failure;
use crate::log;
use crate::output::Delivery;
use crate::settings::File;
use crate::{clouds, guardrails, taxonomy};
use std::io::Write as _;
use tagledger_collect::{Cloud, GuardrailFiles, GuardrailFormat};
use tagledger_report::Sink;

pub(super) fn run(args: &TaxonomyExport) -> Result<Code, Failure> {
    let formats: Vec<(&dyn Cloud, &GuardrailFormat)> =
        clouds::all().into_iter().flat_map(|cloud| cloud.guardrails().iter().map(move |format| (cloud, format))).collect();
    let names = || formats.iter().map(|(_, format)| format.name);
    let Some(name) = &args.format else {
        let listed: Vec<String> = formats.iter().map(|(_, format)| format!("{:<16}{}\n", format.name, format.summary)).collect();
        super::super::print(listed.concat().as_bytes())?;
        return Ok(exit::CLEAN);
    };
    let found = formats.iter().find(|(_, format)| format.name == name);
    let (cloud, format) = found.ok_or_else(|| {
        let near = tagledger_taxonomy::yaml::suggest(name, "forms of guardrails", names());
        Failure::Usage(format!("{}: no form of guardrails. {near}", name.escape_debug()))
    })?;
    let settings = File::find(args.config.as_deref())?;
    let taxonomy = taxonomy::load(&args.taxonomy)?;
    let (wanted, notes) = guardrails::wanted(&taxonomy, *cloud, args.enforce);
    let made = (format.write)(&wanted, &settings.of(*cloud));
    say(&notes, &made.notes);
    if !made.refused.is_empty() {
        return Err(Failure::Usage(format!("{}: {}", format.name, made.refused.join("; "))));
    }
    deliver(args, format, &made)
}

/// What guardrails do not say is never left out in silence.
fn say(notes: &[String], further: &[String]) {
    notes.iter().chain(further).for_each(|note| log::note(note));
}

fn deliver(args: &TaxonomyExport, format: &GuardrailFormat, made: &GuardrailFiles) -> Result<Code, Failure> {
    if let Some(folder) = &args.out {
        let delivery = Delivery::begin(folder)?;
        for (name, text) in &made.files {
            let failed = |source| Failure::output(&folder.join(name).display(), source);
            let mut staged = delivery.folder();
            let mut file = staged.file(name).map_err(failed)?;
            file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(failed)?;
        }
        delivery.commit()?;
        let written: Vec<String> = made.files.iter().map(|(name, _)| format!("{}\n", folder.join(name).display())).collect();
        super::super::print(written.concat().as_bytes())?;
        return Ok(exit::CLEAN);
    }
    let texts: Vec<&str> = made.files.iter().map(|(_, text)| text.as_str()).collect();
    match (texts.as_slice(), format.joined_by) {
        ([text], _) => super::super::print(text.as_bytes())?,
        (texts, Some(between)) => super::super::print(texts.join(between).as_bytes())?,
        (texts, None) => {
            return Err(Failure::Usage(format!(
                "{}: {} files, which cannot be printed one after the other; name a folder for them with --out",
                format.name,
                texts.len()
            )));
        }
    }
    Ok(exit::CLEAN)
}
