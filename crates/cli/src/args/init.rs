//! Flags of `init`.

use clap::Args as ClapArgs;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
pub(crate) struct Init {
    /// The folder that the files are written into; exports and bills are looked for in it and below it.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Write over files that are there already.
    #[arg(long)]
    pub force: bool,
}
