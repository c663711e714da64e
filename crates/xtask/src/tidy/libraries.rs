//! Heavy libraries stay in their rooms.

use super::{
    Break, RustFile,
    imports::dependencies,
    source::{line_of, words},
};
use crate::workspace::TextFile;
use std::collections::BTreeMap;

pub(crate) const DEMANDS: &str = "Only `engine`, `rules`, `cost` and `store` name Polars, only `cost` and `store` the Parquet reader, only `taxonomy` and `iac` a YAML parser, \
only `aws` its SDK, only `collect`, `spark` and `store` the async runtime, only `spark` the client of Spark Connect, only `azure` and `notify` the HTTP client, only `notify` the mail client. \
What everybody may name, nobody can replace: ask the room that owns it for what you need.";

struct Library {
    /// The crates as Cargo names them; a name that ends in `-` stands for all that begin so.
    packages: &'static [&'static str],
    rooms: &'static [&'static str],
    name: &'static str,
}

const LIBRARIES: &[Library] = &[
    Library { name: "Polars", packages: &["polars", "polars-"], rooms: &["engine", "rules", "cost", "store"] },
    // The testkit writes the bills that `cost` is tested and measured with.
    Library { name: "the Parquet reader", packages: &["parquet", "arrow-", "arrow"], rooms: &["cost", "store", "testkit"] },
    Library { name: "the SDK of Azure", packages: &["azure-core", "azure-core-legacy", "azure-identity", "azure-mgmt-"], rooms: &["azure"] },
    Library { name: "the HTTP client", packages: &["reqwest"], rooms: &["azure", "notify"] },
    Library { name: "the mail client", packages: &["lettre"], rooms: &["notify"] },
    Library { name: "the SDK of AWS", packages: &["aws-config", "aws-sdk-", "aws-smithy-", "aws-types"], rooms: &["aws"] },
    Library { name: "the async runtime", packages: &["tokio"], rooms: &["collect", "spark", "store"] },
    Library { name: "the client of Spark Connect", packages: &["apache-spark-connect-", "tonic", "prost-"], rooms: &["spark"] },
    Library { name: "object stores", packages: &["object_store"], rooms: &["store"] },
    Library { name: "YAML", packages: &["serde-saphyr", "serde_yaml", "serde-yaml-ng", "saphyr"], rooms: &["taxonomy", "iac"] },
];

pub(super) fn check(rust: &[RustFile], manifests: &BTreeMap<String, TextFile>) -> Vec<Break> {
    let mut breaks = Vec::new();
    for library in LIBRARIES {
        let is_ours = |word: &str| {
            library
                .packages
                .iter()
                .any(|p| if p.ends_with('-') { word.replace('_', "-").starts_with(p) } else { word.replace('_', "-") == p.replace('_', "-") })
        };
        for (name, manifest) in manifests.iter().filter(|(name, _)| !library.rooms.contains(&name.as_str())) {
            for (dependency, line) in dependencies(&manifest.text).into_iter().filter(|(dependency, _)| is_ours(dependency)) {
                breaks.push(Break::new(&manifest.path, line, format!("`{name}` depends on `{dependency}`: {} is not for it", library.name)));
            }
        }
        for file in rust.iter().filter(|f| !f.is_test() && !is_allowed(library, f)) {
            // A path such as `polars::` or `parquet::`; a local variable of that name is nobody's business.
            let bare = &file.source.bare;
            for (at, word) in words(bare).filter(|(at, word)| is_ours(word) && bare[at + word.len()..].starts_with("::")) {
                breaks.push(Break::new(
                    &file.path,
                    line_of(bare.as_bytes(), at),
                    format!("`{word}` is named here: {} is not for `{}`", library.name, file.crate_name()),
                ));
            }
        }
    }
    breaks
}

fn is_allowed(library: &Library, file: &RustFile) -> bool {
    library.rooms.contains(&file.crate_name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str, text: &str) -> usize {
        check(&[RustFile::new(path, text)], &BTreeMap::new()).len()
    }

    fn manifest(name: &str, dependency: &str) -> usize {
        let text = format!("[dependencies]\n{dependency}.workspace = true\n");
        check(&[], &BTreeMap::from([(name.to_owned(), TextFile { path: format!("crates/{name}/Cargo.toml"), text })])).len()
    }

    #[test]
    fn strangers_may_not_name_them() {
        assert_eq!(said("crates/report/src/a.rs", "use polars::prelude::*;"), 1);
        assert_eq!(said("crates/engine/src/a.rs", "fn f() -> parquet::file::Reader {}"), 1);
        assert_eq!(said("crates/collect/src/a.rs", "let x = serde_saphyr::from_str(s);"), 1);
        assert_eq!(said("crates/cli/src/settings.rs", "let x = serde_saphyr::from_str(s);"), 1);
        assert_eq!(said("crates/collect/src/a.rs", "use aws_sdk_sts::Client;"), 1);
        assert_eq!(said("crates/azure/src/a.rs", "tokio::spawn(x);"), 1);
        assert_eq!(manifest("cli", "aws-config"), 1);
        assert_eq!(manifest("cli", "polars"), 1);
        assert_eq!(manifest("cli", "reqwest"), 1);
        assert_eq!(manifest("report", "lettre"), 1);
        assert_eq!(manifest("cli", "serde-saphyr"), 1);
        assert_eq!(manifest("report", "polars-core"), 1);
        assert_eq!(manifest("engine", "arrow-array"), 1);
    }

    #[test]
    fn their_rooms_may() {
        assert_eq!(said("crates/engine/src/a.rs", "use polars::prelude::*;"), 0);
        assert_eq!(said("crates/cost/src/a.rs", "use parquet::file::Reader;"), 0);
        assert_eq!(said("crates/taxonomy/src/yaml.rs", "let x = serde_saphyr::from_str(s);"), 0);
        assert_eq!(said("crates/report/src/a.rs", "// polars::prelude\nlet parquet = 1; let s = \"polars::x\";"), 0);
        assert_eq!(said("crates/aws/src/live.rs", "use aws_sdk_sts::Client;"), 0);
        assert_eq!(said("crates/cli/src/a.rs", "use tagledger_aws::AWS;"), 0);
        assert_eq!(manifest("collect", "tokio"), 0);
        assert_eq!(manifest("notify", "lettre"), 0);
        assert_eq!(manifest("testkit", "parquet"), 0);
        assert_eq!(manifest("model", "polarsteps"), 0);
    }
}
