//! Flags of `taxonomy`.

use super::PolicyFiles;
use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Taxonomy {
    /// Read taxonomies and say everything that is wrong with them.
    Check {
        /// The taxonomy, or several.
        #[arg(value_name = "FILE", default_value = "taxonomy.yaml", env = "TAGLEDGER_TAXONOMY")]
        files: Vec<PathBuf>,
    },
    /// Print the JSON Schema of taxonomy.yaml, for editors.
    Schema,
    /// Write the taxonomy as a cloud's own guardrails. docs/guardrails.md says what each can hold.
    Export(TaxonomyExport),
    /// Write a taxonomy from guardrails that a cloud has already.
    Import(TaxonomyImport),
    /// Propose what the taxonomy lacks: other names and spellings, keys and values, from the tags of a run.
    Suggest(TaxonomySuggest),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TaxonomySuggest {
    /// The run whose tags are looked at [default: the newest below reports/].
    pub run: Option<PathBuf>,
    /// The taxonomy.
    #[arg(long, value_name = "FILE", env = "TAGLEDGER_TAXONOMY", default_value = "taxonomy.yaml")]
    pub taxonomy: PathBuf,
    /// How to print it.
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    pub format: SuggestFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SuggestFormat {
    /// A list for people.
    Terminal,
    /// A piece of taxonomy.yaml.
    Yaml,
    /// One JSON document.
    Json,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TaxonomyExport {
    /// The form of guardrails; without it, the forms are listed.
    pub format: Option<String>,
    /// The taxonomy.
    #[arg(long, value_name = "FILE", env = "TAGLEDGER_TAXONOMY", default_value = "taxonomy.yaml")]
    pub taxonomy: PathBuf,
    /// Refuse what breaks the taxonomy instead of only reporting it.
    #[arg(long)]
    pub enforce: bool,
    /// Write the files into this folder instead of printing them.
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The settings, for the names that they give [default: tagledger.yaml where it exists].
    #[arg(long, value_name = "FILE", env = "TAGLEDGER_CONFIG")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TaxonomyImport {
    #[command(flatten)]
    pub policies: PolicyFiles,
    /// Write the taxonomy into this file, which must not exist, instead of printing it.
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
