//! Flags that are named for a cloud's forms of guardrails.

use crate::clouds::TAG_POLICY;
use clap::Args as ClapArgs;
use std::path::PathBuf;

/// Guardrails that a taxonomy is written from.
#[derive(Debug, ClapArgs)]
pub(crate) struct PolicyFiles {
    /// Tag policies of AWS Organizations, from the root down to the account, or an effective one; also as `aws organizations` answers them.
    #[arg(long = TAG_POLICY, value_name = "FILE", num_args = 1.., required = true)]
    tag_policy: Vec<PathBuf>,
}

impl PolicyFiles {
    /// The name of the form, and its files.
    pub fn named(&self) -> (&'static str, &[PathBuf]) {
        (TAG_POLICY, &self.tag_policy)
    }
}
