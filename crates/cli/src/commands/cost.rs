//! `cost`: a bill by any keys, without an audit.

use super::scan::{Sources, read_bill, read_inventory, terminal_options};
use crate::args::{Cost, Format};
use crate::assemble::{Billed, costs};
use crate::bill_notes::bill_notes;
use crate::clouds;
use crate::exit::{self, Code};
use crate::failure::Failure;
use std::sync::Arc;
use tagledger_cost::{Bill, Billing, Cube, Dimensions, Owners};
use tagledger_report::cost_report;
use tagledger_taxonomy::{Dictionary, KeyId, Taxonomy};

pub(crate) fn run(args: &Cost) -> Result<Code, Failure> {
    let taxonomy = crate::taxonomy::load(&args.taxonomy)?;
    let keys = keys(&taxonomy, &args.by)?;
    let bill = Bill::find(&args.bill)?;
    let inventory = if args.from.is_empty() { None } else { Some(read_inventory(Sources { from: &args.from, live: None }, &taxonomy, args.quiet)?.inventory) };
    let owners = inventory.as_ref().map(Owners::new);
    let billing = Billing {
        dictionary: inventory.as_ref().map_or_else(|| Dictionary::new(&taxonomy), |i| i.dictionary().clone()),
        taxonomy: Arc::clone(&taxonomy),
        clouds: clouds::in_bills(),
        owners: owners.as_ref(),
        measure: args.measure.into(),
        all_measures: false,
        keys,
        dimensions: Dimensions::default(),
        price_resources: false,
        price_before: None,
        days_from: None,
        prefixes: clouds::TAG_PREFIXES,
    };
    let aggregate = read_bill(&bill, &billing, args.quiet)?;
    let cube = Cube::new(&aggregate, &billing)?;
    let billed = Billed { billing: &billing, aggregate: &aggregate, cube: &cube, priced: None };
    let positions: Vec<usize> = (0..billing.keys.len()).collect();
    let costs = costs(&billed, &positions);
    let notes = bill_notes(&billed);
    let failed = |source| Failure::Output { what: "standard output".to_owned(), source };
    let mut out = Vec::new();
    match args.format {
        Format::Terminal => cost_report::terminal(&costs, &notes, terminal_options(), &mut out).map_err(failed)?,
        Format::Csv => cost_report::csv(&costs, &mut out).map_err(failed)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &costs).map_err(|e| failed(e.into()))?;
            out.push(b'\n');
        }
        Format::Html => return Err(Failure::Usage("cost prints terminal, csv or json; `tagledger scan --bill` writes an HTML report".to_owned())),
        Format::None => {}
    }
    super::print(&out)?;
    Ok(exit::CLEAN)
}

/// The keys asked for, in the order asked.
fn keys(taxonomy: &Taxonomy, by: &[String]) -> Result<Vec<KeyId>, Failure> {
    let mut keys = Vec::new();
    for name in by {
        let Some(key) = taxonomy.key(name.trim()) else {
            let known: Vec<&str> = taxonomy.keys.iter().map(|k| k.name.as_str()).collect();
            return Err(Failure::Usage(format!("--by: `{name}` is no key of {}; it has {}", taxonomy.path.display(), known.join(", "))));
        };
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Ok(keys)
}
