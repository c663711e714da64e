//! Cost Management's query: what each resource costs, month by month, without an export.
//! <https://learn.microsoft.com/rest/api/cost-management/query/usage>
//!
//! It groups by two things at most, and by resource only within one subscription: so each subscription is asked by itself, for each month and for both ledgers, what was
//! invoiced (`ActualCost`) and what is spread over the time that it is for (`AmortizedCost`). Tags are not asked for: what the resource carries, the inventory knows.

use super::session::Session;
use super::tenant::{self, Tenant};
use azure_core_legacy::Method;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use tagledger_collect::{
    AskedCosts, CollectError, CostAddress, CostRows, CostService, CostSource, CostsError, Discovery, Found, OpeningCosts, Operation, Rate, Settings,
};
use tagledger_model::{Amount, Month, Outcome, Text, Timestamp};

/// Twelve query units in ten seconds and sixty a minute for a tenant, one for each month of a query.
/// <https://learn.microsoft.com/azure/cost-management-billing/costs/manage-automation#data-latency-and-rate-limits>
pub(crate) const QUERY: Operation =
    Operation { name: "Query", permission: "Microsoft.CostManagement/query/read", rate: Some(Rate::per_minute(60).shared("Cost Management queries")) };

/// What can be asked.
pub(crate) static SERVICES: &[&CostService] = &[&COST_MANAGEMENT];

static COST_MANAGEMENT: CostService = CostService {
    scheme: "cost-management",
    name: "Azure Cost Management",
    example: "cost-management:// for every subscription that the caller can see, or cost-management:// with their ids, separated by commas",
    columns: &[
        "BillingPeriodStart",
        "ChargePeriodStart",
        "BillingCurrency",
        "ProviderName",
        "SubAccountId",
        "ServiceName",
        "ResourceId",
        "BilledCost",
        "EffectiveCost",
    ],
    operations: &[QUERY],
    gib_setting: None,
    open,
};

const VERSION: &str = "2023-11-01";

/// Rows of one page, as many as the service gives.
const ROWS: u32 = 5_000;

/// The two ledgers, each with whether it is the invoice.
const LEDGERS: [(&str, bool); 2] = [("ActualCost", true), ("AmortizedCost", false)];

fn open(address: &CostAddress, settings: &Settings) -> Result<OpeningCosts, String> {
    let named: Vec<Text> = address.rest.split(',').map(|id| Text::new(id.trim()).to_lowercase()).filter(|id| !id.is_empty()).collect();
    if let Some(odd) = named.iter().find(|id| !super::settings::is_guid(id)) {
        return Err(format!("`{odd}` is no id of a subscription"));
    }
    let settings = settings.clone();
    Ok(Box::pin(async move {
        let session = Session::open(&settings).await?;
        let mut manager = Manager { session, subscriptions: Vec::new(), unseen: Vec::new() };
        if named.is_empty() {
            manager.discover(&settings).await?;
        } else {
            manager.subscriptions = named.into_iter().map(|id| (id, true)).collect();
        }
        if manager.subscriptions.is_empty() {
            return Err(CollectError::Denied { permission: format!("{} on any subscription", QUERY.permission) });
        }
        let manager: Box<dyn CostSource> = Box::new(manager);
        Ok(manager)
    }))
}

struct Manager {
    session: Session,
    /// Each with whether it is active: one that is closed may not answer any more.
    subscriptions: Vec<(Text, bool)>,
    /// Subscriptions whose costs nobody sees, and why.
    unseen: Vec<String>,
}

/// What one resource costs in one currency, by service.
type Costs = BTreeMap<(String, String, String), [Amount; 2]>;

/// An answer of the service: names of columns, and rows of cells.
#[derive(Deserialize)]
struct Answer {
    properties: Table,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Box<RawValue>>>,
    next_link: Option<String>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
}

impl CostSource for Manager {
    fn identity(&self) -> String {
        self.subscriptions.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(",")
    }

    fn ask<'a>(&'a self, months: &'a [Month], out: &'a mut CostRows) -> AskedCosts<'a> {
        Box::pin(async move {
            for unseen in &self.unseen {
                out.note(unseen.clone());
            }
            for (subscription, is_active) in &self.subscriptions {
                for month in months {
                    match self.month(subscription, *month).await {
                        Ok(costs) => rows(subscription, *month, &costs, out)?,
                        // What a deleted one cost may be hidden for good; whatever else goes wrong may pass, and an answer without it would be kept.
                        Err(why @ (CollectError::Denied { .. } | CollectError::Gone(_) | CollectError::NotEnabled(_))) if !is_active => {
                            out.note(format!("Costs of the closed subscription {subscription} are not known: {why}"));
                        }
                        Err(why) => return Err(within(subscription, why).into()),
                    }
                }
            }
            Ok(())
        })
    }
}

impl Manager {
    /// Finds the subscriptions, as a scan does.
    async fn discover(&mut self, settings: &Settings) -> Result<(), CollectError> {
        let mut discovery = Discovery::default();
        let Tenant { subscriptions, .. } = tenant::discover(&self.session, settings, &mut discovery).await?;
        self.subscriptions = subscriptions.into_iter().map(|id| (id, true)).collect();
        for found in discovery.found {
            // What a closed one cost before is still on the bill.
            if let Found::Scope(scope) = found
                && !scope.active
                && discovery
                    .coverage
                    .iter()
                    .all(|row| row.scope != scope.id || matches!(&row.outcome, Outcome::Skipped { why } if why.starts_with("the subscription is")))
            {
                self.subscriptions.push((scope.id, false));
            }
        }
        for row in discovery.coverage {
            let why = match row.outcome {
                Outcome::Denied { permission } => format!("permission {permission} is missing"),
                Outcome::Failed { why } => why,
                _ => continue,
            };
            self.unseen.push(format!("Not in the costs of {}: {}, since {why}", COST_MANAGEMENT.name, row.scope));
        }
        self.subscriptions.sort();
        Ok(())
    }

    /// Both ledgers of one month.
    async fn month(&self, subscription: &Text, month: Month) -> Result<Costs, CollectError> {
        let mut costs = Costs::new();
        for (ledger, is_invoice) in LEDGERS {
            let body = query(ledger, month);
            let mut link = format!("/subscriptions/{subscription}/providers/Microsoft.CostManagement/query?api-version={VERSION}&$top={ROWS}");
            loop {
                // The units are those of the tenant.
                let call = self.session.call_with(Method::Post, &link, Some(&body));
                let Answer { properties: page } = self.session.ask(&QUERY, &Text::const_new(""), call).await?;
                add(&page, month, is_invoice, &mut costs)?;
                match page.next_link.filter(|next| !next.is_empty()) {
                    Some(next) if next == link => return Err(CollectError::Malformed("one page names itself as the next".to_owned())),
                    Some(next) => link = next,
                    None => break,
                }
            }
        }
        Ok(costs)
    }
}

/// The same error with whose costs it is about.
fn within(subscription: &Text, why: CollectError) -> CollectError {
    match why {
        CollectError::Denied { permission } => {
            CollectError::Denied { permission: format!("{permission} on subscription {subscription} (role Cost Management Reader)") }
        }
        CollectError::Malformed(what) => CollectError::Malformed(format!("subscription {subscription}: {what}")),
        CollectError::Throttled(what) => CollectError::Throttled(format!("subscription {subscription}: {what}")),
        other => other,
    }
}

/// One query is one month, whole: the service shifts a period that ends in the future, so that the answer's own month is looked at.
fn query(ledger: &str, month: Month) -> serde_json::Value {
    let end = month.next().start().0 - 1;
    let dimension = |name: &str| serde_json::json!({"type": "Dimension", "name": name});
    serde_json::json!({
        "type": ledger,
        "timeframe": "Custom",
        "timePeriod": {"from": format!("{month}-01T00:00:00Z"), "to": Timestamp(end).to_string()},
        "dataset": {
            "granularity": "Monthly",
            "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
            "grouping": [dimension("ResourceId"), dimension("ServiceName")],
        },
    })
}

/// Adds the rows of a page.
fn add(page: &Table, month: Month, is_invoice: bool, costs: &mut Costs) -> Result<(), CollectError> {
    let malformed = CollectError::Malformed;
    let at = |name: &str| {
        let found = page.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
        found.ok_or_else(|| malformed(format!("an answer without the column {name}")))
    };
    let (cost, of, resource, service, currency) = (at("Cost")?, at("BillingMonth")?, at("ResourceId")?, at("ServiceName")?, at("Currency")?);
    for row in &page.rows {
        if row.len() != page.columns.len() {
            return Err(malformed(format!("a row of {} cells under {} columns", row.len(), page.columns.len())));
        }
        let text = |at: usize| -> Result<String, CollectError> {
            let cell = row[at].get();
            // Text comes in quotes, numbers as they are, with all of their digits.
            let quoted = || serde_json::from_str(cell).map_err(|error| malformed(format!("the cell {cell}: {error}")));
            if cell.starts_with('"') { quoted() } else { Ok(if cell == "null" { String::new() } else { cell.to_owned() }) }
        };
        // 2026-10-01T00:00:00, or the number 20261001.
        let said = text(of)?;
        let digits: String = said.chars().filter(char::is_ascii_digit).take(6).collect();
        if digits != month.to_string().replace('-', "") {
            return Err(malformed(format!("costs of `{said}` where {month} was asked for")));
        }
        let told = text(cost)?;
        let (amount, _) = Amount::parse(&told).map_err(|error| malformed(format!("a cost of `{told}`: {error}")))?;
        let sums = costs.entry((text(resource)?, text(service)?, text(currency)?)).or_default();
        sums[usize::from(!is_invoice)] += amount;
    }
    Ok(())
}

fn rows(subscription: &Text, month: Month, costs: &Costs, out: &mut CostRows) -> Result<(), CostsError> {
    let first = format!("{month}-01");
    for ((resource, service, currency), [billed, effective]) in costs {
        out.row(month, &[&first, &first, currency, "Microsoft", subscription, service, resource, &billed.to_string(), &effective.to_string()])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(columns: &str, rows: &str) -> Table {
        let columns: Vec<serde_json::Value> = columns.split(' ').map(|name| serde_json::json!({"name": name, "type": "String"})).collect();
        serde_json::from_str(&format!(r#"{{"columns": {}, "rows": {rows}}}"#, serde_json::Value::from(columns))).unwrap()
    }

    #[test]
    fn a_cell_keeps_all_of_its_digits() {
        let october = Month::parse("2026-10").unwrap();
        let mut costs = Costs::new();
        let rows =
            r#"[[0.100000000002, "2026-10-01T00:00:00", "/a", "Disks", "EUR"], [1E-05, 20261001, "/a", "Disks", "EUR"], [-3, "2026-10-01", null, "", "EUR"]]"#;
        let page = page("Cost BillingMonth ResourceId ServiceName Currency", rows);
        add(&page, october, false, &mut costs).unwrap();
        let told: Vec<String> = costs.iter().map(|((resource, ..), sums)| format!("{resource} {} {}", sums[0], sums[1])).collect();
        assert_eq!(told, [" 0.00 -3.00", "/a 0.00 0.100010000002"]);
    }

    #[test]
    fn what_was_not_asked_for_is_no_answer() {
        let october = Month::parse("2026-10").unwrap();
        let said = |columns: &str, rows: &str| add(&page(columns, rows), october, true, &mut Costs::new()).unwrap_err().to_string();
        let columns = "Cost BillingMonth ResourceId ServiceName Currency";
        assert!(said(columns, r#"[[1, "2026-11-01", "", "", "EUR"]]"#).ends_with("costs of `2026-11-01` where 2026-10 was asked for"));
        assert!(said(columns, r#"[[1, "2026-10-01", "", ""]]"#).ends_with("a row of 4 cells under 5 columns"));
        assert!(said(columns, r#"[["x", "2026-10-01", "", "", "EUR"]]"#).contains("a cost of `x`"));
        assert!(said("Cost BillingMonth ResourceId Currency", "[]").ends_with("an answer without the column ServiceName"));
    }

    #[test]
    fn a_query_is_one_month_and_no_more() {
        assert_eq!(query("ActualCost", Month::parse("2028-02").unwrap())["timePeriod"]["to"], "2028-02-29T23:59:59Z");
    }
}
