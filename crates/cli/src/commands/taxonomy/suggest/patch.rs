//! The proposals as a piece of `taxonomy.yaml`, with their reasons in comments.

use super::{further, money};
use crate::failure::Failure;
use crate::yaml::{comment, quoted};
use std::fmt::Write as _;
use std::path::Path;
use tagledger_report::plural;
use tagledger_taxonomy::{Domain, Key, KeyId, MAX_KEYS, Proposal, Proposed, Taxonomy};

/// A key of the taxonomy appears with its whole list of aliases, and a list of values with the whole of it, so that each piece can take the place of the
/// one that is there.
pub(super) fn written(taxonomy: &Taxonomy, run: &str, when: &str, all: &[Proposal]) -> Result<String, Failure> {
    let mut out = format!("# Proposed by `tagledger taxonomy suggest` from {} of {}. Take over what is right: each piece\n", comment(run), comment(when));
    out.push_str("# takes the place of the one of the same name, and holds what stands there already. Counts are of resources.\n");
    if all.is_empty() {
        out.push_str("# There is nothing to propose.\n");
        return Ok(out);
    }
    let room = MAX_KEYS - taxonomy.keys.len().min(MAX_KEYS);
    let is_piece = room > 0 || all.iter().any(|proposal| proposal.what != Proposed::NewKey);
    out.push_str(if is_piece { "keys:\n" } else { "" });
    for (id, key) in taxonomy.ids() {
        let of = |is: fn(&Proposed, KeyId) -> bool| all.iter().filter(|proposal| is(&proposal.what, id)).collect::<Vec<_>>();
        let aliases = of(|what, id| matches!(what, Proposed::KeyAlias(key) if *key == id));
        let values = of(|what, id| matches!(what, Proposed::ValueAlias(key, _) | Proposed::NewValue(key) if *key == id));
        if aliases.is_empty() && values.is_empty() {
            continue;
        }
        // Writing to a string cannot fail.
        let _written = writeln!(out, "  {}:", quoted(&key.name));
        if !aliases.is_empty() {
            out.push_str("    aliases:\n");
            for alias in &key.aliases {
                let _written = writeln!(out, "      - {}", quoted(&alias.text));
            }
            for proposal in aliases {
                let _written = writeln!(out, "      - {} # {}", quoted(&proposal.spellings[0].text), why(proposal));
            }
        }
        if !values.is_empty() {
            list(key, &values, &mut out);
        }
    }
    for (at, proposal) in all.iter().filter(|proposal| proposal.what == Proposed::NewKey).enumerate() {
        let out_of_room = if at >= room { "# (a taxonomy has no room for more keys) " } else { "" };
        let _written = writeln!(out, "  {out_of_room}{}: {{}} # {}", quoted(&proposal.spellings[0].text), why(proposal));
    }
    // What is to be pasted has to be what `check` accepts, whatever the tags say.
    if is_piece {
        crate::taxonomy::parse(Path::new("proposal.yaml"), &format!("version: 1\n{out}"))?;
    }
    Ok(out)
}

fn list(key: &Key, proposals: &[&Proposal], out: &mut String) {
    let Domain::Values(values) = &key.domain else { return };
    out.push_str("    values:\n");
    for value in values {
        let more: Vec<&&Proposal> = proposals.iter().filter(|proposal| matches!(&proposal.what, Proposed::ValueAlias(_, of) if *of == value.name)).collect();
        let known = value.aliases.iter().map(|alias| quoted(alias)).collect::<Vec<_>>();
        if more.is_empty() {
            let _written = writeln!(out, "      {}: [{}]", quoted(&value.name), known.join(", "));
            continue;
        }
        let _written = writeln!(out, "      {}:", quoted(&value.name));
        for alias in known {
            let _written = writeln!(out, "        - {alias}");
        }
        for proposal in more {
            let _written = writeln!(out, "        - {} # {}", quoted(&proposal.spellings[0].text), why(proposal));
        }
    }
    for proposal in proposals.iter().filter(|proposal| matches!(proposal.what, Proposed::NewValue(_))) {
        let _written = writeln!(out, "      {}: [] # {}", quoted(&proposal.spellings[0].text), why(proposal));
    }
}

fn why(proposal: &Proposal) -> String {
    let also = further(&proposal.spellings).map(|further| format!("; also {further}")).unwrap_or_default();
    comment(&format!("{}, {}: {}{also}", plural(proposal.resources, "resource"), money(&proposal.money), proposal.because))
}
