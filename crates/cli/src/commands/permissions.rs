//! `permissions`: what has to be allowed for a live scan, as documents of the cloud's own.

use crate::args::Permissions;
use crate::exit::{self, Code};
use crate::failure::Failure;
use crate::log;
use crate::settings::File;
use std::fmt::Write as _;

pub(crate) fn run(args: &Permissions) -> Result<Code, Failure> {
    let cloud = super::live_cloud(&args.cloud)?;
    let documents = cloud.permissions(&File::find(args.config.as_deref())?.of(cloud));
    let names = || documents.iter().map(|document| document.name).collect::<Vec<_>>();
    if args.list {
        let mut text = String::new();
        for document in &documents {
            // Writing to a string cannot fail.
            let _written = writeln!(text, "{:<14}{}", document.name, document.summary);
        }
        super::print(text.as_bytes())?;
        return Ok(exit::CLEAN);
    }
    let document = match &args.document {
        Some(name) => documents.iter().find(|document| document.name == name).ok_or_else(|| {
            let near = tagledger_taxonomy::yaml::suggest(name, "documents", names());
            Failure::Usage(format!("{}: no document of {}. {near}", name.escape_debug(), args.cloud))
        })?,
        None => documents.first().ok_or_else(|| Failure::Usage(format!("{}: nothing has to be allowed", args.cloud)))?,
    };
    super::print(document.text.as_bytes())?;
    if args.document.is_none() && documents.len() > 1 {
        let others = names()[1..].join(", ");
        log::say(&format!("There are also {others}: `tagledger permissions {} --list` says what each is for.", args.cloud));
    }
    Ok(exit::CLEAN)
}
