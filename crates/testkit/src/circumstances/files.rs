//! The estate as files.

use super::Circumstances;
use super::applications::catalogue;
use super::charges::{Charge, Paid, Payer, Unit};
use super::containers::Scope;
use super::resources::{Kept, REGIONS, Region, Resource};
use super::tags::Tags;
use crate::calendar::{DAY, blank, date, rfc3339};
use crate::money;
use crate::output::{Output, Pairs};
use crate::random::Rng;
use serde_json::{Map, Value, json};
use std::{fs, io, io::Write as _, path::Path};

/// The folders of the two bills: as it is, and the same without the columns that say what a row is counted in.
pub const BILLS: [&str; 2] = ["bill", "bill-without-units"];

const COLUMNS: [&str; 12] = [
    "BillingPeriodStart",
    "ChargePeriodStart",
    "BillingCurrency",
    "ProviderName",
    "SubAccountId",
    "ServiceName",
    "ResourceId",
    "BilledCost",
    "EffectiveCost",
    "Tags",
    "ConsumedUnit",
    "PricingUnit",
];

impl Circumstances {
    /// Writes `inventory/`, the two bills, the taxonomy and its catalogue into a folder.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("taxonomy.yaml"), self.taxonomy())?;
        fs::write(folder.join("applications.csv"), catalogue(&self.applications))?;
        self.write_inventory(&folder.join("inventory"))?;
        for (name, columns) in BILLS.into_iter().zip([COLUMNS.len(), COLUMNS.len() - 2]) {
            for month in self.months() {
                let mut out = csv::Writer::from_writer(Output::create(&folder.join(name).join(format!("{month}.csv")))?);
                out.write_record(&COLUMNS[..columns])?;
                for (number, charge) in (0_u64..).zip(&self.charges).filter(|(_, charge)| charge.month == month) {
                    out.write_record(&self.row(number, charge)[..columns])?;
                }
                out.into_inner().map_err(|e| io::Error::other(e.to_string()))?.finish()?;
            }
        }
        Ok(())
    }

    fn write_inventory(&self, folder: &Path) -> io::Result<()> {
        let mut out = Output::create(&folder.join("containers.ndjson"))?;
        for scope in &self.scopes {
            for record in self.containers(scope) {
                writeln!(out, "{}", Value::Object(record))?;
            }
        }
        out.finish()?;
        let mut out = Output::create(&folder.join("resources.ndjson"))?;
        for (number, resource) in (0_u64..).zip(&self.resources) {
            writeln!(out, "{}", Value::Object(self.record(number, resource)))?;
        }
        out.finish()
    }

    fn containers(&self, scope: &Scope) -> Vec<Map<String, Value>> {
        let mut all = Vec::new();
        for (own, is_scope) in std::iter::once((&scope.own, true)).chain(scope.groups.iter().map(|group| (group, false))) {
            if !own.is_described {
                continue;
            }
            let mut record = head(scope, if is_scope { "scope" } else { "resource_group" });
            put(&mut record, "name", own.name.as_ref().map(|name| json!(name)));
            put(&mut record, "tags", own.tags.as_ref().map(|tags| written(tags, &[])));
            if is_scope {
                let kind = scope.home.above().unwrap_or_default();
                let above: Vec<String> = scope.above.iter().map(|at| format!("{kind}:{}", self.above[*at].name.text)).collect();
                put(&mut record, "above", (!above.is_empty()).then(|| json!(above)));
            } else {
                put(&mut record, "id", Some(json!(own.id)));
            }
            all.push(record);
        }
        all
    }

    fn record(&self, number: u64, resource: &Resource) -> Map<String, Value> {
        let scope = &self.scopes[resource.scope];
        let mut rng = Rng::of(self.seed, 94, number);
        let mut record = head(scope, resource.kind.word);
        let yes_no = |yes: bool, rng: &mut Rng| if rng.chance(500) { json!(yes) } else { json!(if yes { "yes" } else { "no" }) };
        put(&mut record, "id", Some(json!(resource.id)));
        put(&mut record, "group", resource.group.map(|at| json!(scope.groups[at].id)));
        put(&mut record, "taggable", resource.kind.is_bare.then(|| yes_no(false, &mut rng)));
        put(&mut record, "tags", resource.tags.as_ref().map(|tags| written(tags, &resource.further)));
        if let (Some(name), Some(tags)) = (resource.unread, record.get_mut("tags").and_then(Value::as_object_mut)) {
            put(tags, name, Some(json!({"read": false})));
        }
        put(&mut record, "created", resource.created.map(|at| json!(rfc3339(at))));
        put(&mut record, "attached", resource.attached.map(|yes| yes_no(yes, &mut rng)));
        put(&mut record, "running", resource.running.map(|yes| yes_no(yes, &mut rng)));
        // A day alone is its first second.
        let moment = |at: i64| if at.rem_euclid(DAY) == 0 { date(at) } else { rfc3339(at) };
        put(&mut record, "state_since", resource.since.map(|at| json!(moment(at))));
        let kept = |kept| match kept {
            Kept::Days(days) if days % 2 == 0 => json!(days),
            Kept::Days(days) => json!(days.to_string()),
            Kept::Forever => json!("forever"),
        };
        put(&mut record, "retention_days", resource.kept.map(kept));
        let region = match resource.region {
            Region::Unknown => None,
            Region::Blank => Some(""),
            Region::Everywhere => Some(*rng.pick(&["global", "Global"])),
            Region::At(at) => Some(REGIONS[at].0),
        };
        put(&mut record, "region", region.map(|region| json!(region)));
        record
    }

    fn row(&self, number: u64, charge: &Charge) -> [String; COLUMNS.len()] {
        let mut rng = Rng::of(self.seed, 95, number);
        let home = self.home_of(&charge.payer);
        let account = match charge.payer {
            Payer::Scope(at) => self.scopes[at].own.id.clone(),
            Payer::Stranger(_, id) => id.to_owned(),
            Payer::Nobody(_) => String::new(),
        };
        let resource = match &charge.paid {
            Paid::Nothing => String::new(),
            Paid::Held(at) => self.resources[*at].id.clone(),
            Paid::Gone(id, _) => id.clone(),
        };
        let (consumed, priced) = match charge.unit {
            Unit::Unsaid => ("", ""),
            Unit::Standing(word) | Unit::Use(word) => (word, ""),
            Unit::PricedUse(word) => ("", word),
        };
        [
            date(charge.month.start()),
            charge.at.map_or_else(String::new, |at| moment(at, &mut rng)),
            charge.currency.to_owned(),
            if charge.is_resold { "Somebody In Between" } else { home.provider() }.to_owned(),
            account,
            (*rng.pick(&["Machines", "Disks", "Support"])).to_owned(),
            resource,
            money::text(charge.amount * 2),
            money::text(charge.amount),
            charge.tags.as_ref().map_or_else(String::new, |tags| written(tags, &[]).to_string()),
            consumed.to_owned(),
            priced.to_owned(),
        ]
    }
}

/// One moment in the ways that bills write it.
fn moment(at: i64, rng: &mut Rng) -> String {
    match rng.below(4) {
        0 if at.rem_euclid(DAY) == 0 => date(at),
        1 => blank(at),
        // By the clock of somewhere east of here it may be the next day already.
        2 => rfc3339(at + 7_200).replace('Z', "+02:00"),
        _ => rfc3339(at),
    }
}

fn head(scope: &Scope, kind: &str) -> Map<String, Value> {
    let mut record = Map::new();
    put(&mut record, "cloud", Some(json!(scope.home.word())));
    put(&mut record, "scope", Some(json!(scope.own.id)));
    put(&mut record, "kind", Some(json!(kind)));
    record
}

fn put(record: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        record.insert(name.to_owned(), value);
    }
}

fn written(tags: &Tags, further: &[(String, String)]) -> Value {
    let pairs = tags.written.iter().chain(further).map(|(key, value)| (key.as_str(), value.as_str())).collect();
    serde_json::to_value(Pairs(pairs)).unwrap_or_default()
}
