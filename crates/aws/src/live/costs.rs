//! Cost Explorer: what things cost by the tags that are activated, without an export, at 0.01 USD for each request.
//! <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html>
//!
//! It groups by two things at most. With one tag they are the account and the tag, in one question; with two, each account is asked by itself, and its groups
//! are held against what the account costs in all. A tag's group is `Key$value`, and `Key$` where a cost does not carry it: an empty value looks the same.

use super::session::Session;
use super::{Caller, settings};
use aws_config::retry::RetryConfig;
use aws_sdk_costexplorer::Client;
use aws_sdk_costexplorer::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_costexplorer::types::{
    CostAllocationTag, CostAllocationTagStatus, CostAllocationTagType, DateInterval, Dimension, DimensionValues, Expression, Granularity, Group,
    GroupDefinition, GroupDefinitionType, MetricValue, ResultByTime,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tagledger_collect::{
    AskedCosts, CollectError, CostAddress, CostKey, CostRows, CostService, CostSource, CostsError, OpeningCosts, Operation, Pace, Rate, Settings, TagKeys,
    pause,
};
use tagledger_model::{Amount, Month, Text};

/// Nothing is documented; what its own console does is slower than this.
const RATE: Option<Rate> = Some(Rate::of(2).shared("ce"));
const GET_COST: Operation = Operation { name: "GetCostAndUsage", permission: "ce:GetCostAndUsage", rate: RATE };
const LIST_TAGS: Operation = Operation { name: "ListCostAllocationTags", permission: "ce:ListCostAllocationTags", rate: RATE };

/// What can be asked.
pub(crate) static SERVICES: &[&CostService] = &[&COST_EXPLORER];

/// Of the service.
pub(crate) static COST_EXPLORER: CostService = CostService {
    scheme: "cost-explorer",
    name: "AWS Cost Explorer",
    example: "cost-explorer:// for the activated tags that the taxonomy knows, or cost-explorer://Environment,Application for these two",
    columns: &[
        "BillingPeriodStart",
        "ChargePeriodStart",
        "BillingCurrency",
        "ProviderName",
        "SubAccountId",
        "ServiceName",
        "BilledCost",
        "EffectiveCost",
        "Tags",
    ],
    operations: &[GET_COST, LIST_TAGS],
    gib_setting: None,
    open,
};

/// Requests that a run makes at most where nobody says otherwise: 1.00 USD.
const REQUESTS: u32 = 100;

/// The costs that are asked for, in one request: what is invoiced, and what is spread over the time that it is for, after private discounts.
const BILLED: &str = "UnblendedCost";
const EFFECTIVE: &str = "NetAmortizedCost";

/// Groups that one question can have.
const GROUPS: usize = 2;

/// How often a question is asked where the service says that there were too many.
const ATTEMPTS: u32 = 6;

fn open(address: &CostAddress, settings: &Settings) -> Result<OpeningCosts, String> {
    let tags: Vec<String> = address.rest.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    if tags.len() > GROUPS {
        return Err(format!("Cost Explorer groups by {GROUPS} tags at most, and {} are named", tags.len()));
    }
    if tags.iter().collect::<BTreeSet<_>>().len() < tags.len() {
        return Err("one tag is named twice".to_owned());
    }
    let (keys, names, settings) = (address.keys.clone(), address.names.clone(), settings.clone());
    Ok(Box::pin(async move {
        let most = settings.count(settings::COST_REQUESTS).unwrap_or(REQUESTS);
        let Caller { config, settings } = super::connect(settings).await;
        let pace = if settings.text(settings::PACE) == Some(settings::UNPACED) { Pace::unlimited() } else { Pace::default() };
        let session = Session::own(config, pace, &[]).await?;
        // Retries are requests as well: only those that are made here are counted.
        let config = session.at(session.global()).to_builder().retry_config(RetryConfig::disabled()).build();
        let client = Client::new(&config);
        let region = Text::const_new(session.global());
        let explorer: Box<dyn CostSource> = Box::new(Explorer { session, client, region, tags, keys, names, made: AtomicU32::new(0), most });
        Ok(explorer)
    }))
}

struct Explorer {
    session: Session,
    client: Client,
    region: Text,
    /// Those that the address names.
    tags: Vec<String>,
    keys: TagKeys,
    /// The taxonomy's names of keys, by which tags are chosen where the address names none.
    names: String,
    /// Requests that were made.
    made: AtomicU32,
    most: u32,
}

/// What one group costs.
struct Cost {
    month: Month,
    keys: Vec<String>,
    currency: String,
    billed: String,
    effective: String,
}

impl CostSource for Explorer {
    fn identity(&self) -> String {
        // Months that were grouped for another taxonomy are no months of this one.
        if self.tags.is_empty() { format!("{} {}", self.session.account, self.names) } else { self.session.account.to_string() }
    }

    fn ask<'a>(&'a self, months: &'a [Month], out: &'a mut CostRows) -> AskedCosts<'a> {
        Box::pin(async move {
            let tags = self.grouping(out).await?;
            for run in months.chunk_by(|one, next| one.next() == *next) {
                self.months(run, &tags, out).await?;
            }
            Ok(())
        })
    }
}

impl Explorer {
    /// Allows further requests, or says what they would cost.
    fn allow(&self, further: u32) -> Result<(), CostsError> {
        let made = self.made.load(Ordering::Relaxed);
        if made + further <= self.most {
            return Ok(());
        }
        Err(CostsError::OverCap(format!(
            "this takes {} requests or more at 0.01 USD each, {} were made, and no more than {} ({}) are allowed: raise {} of aws in tagledger.yaml, name one tag in the \
             address instead of two, or read an export",
            made + further,
            made,
            self.most,
            usd(self.most),
            settings::COST_REQUESTS
        )))
    }

    /// Makes a request that costs something.
    async fn pay<T, E, F>(&self, operation: &Operation, call: impl Fn() -> F) -> Result<T, CostsError>
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
        F: Future<Output = Result<T, SdkError<E>>>,
    {
        let (mut wait, mut attempt) = (Duration::from_millis(500), 1);
        loop {
            self.allow(1)?;
            self.made.fetch_add(1, Ordering::Relaxed);
            let error = match self.session.ask(operation, &self.region, call()).await {
                Ok(answer) => return Ok(answer),
                // What every other service calls throttling.
                Err(CollectError::Malformed(said)) if said.starts_with("LimitExceededException") => CollectError::Throttled(said),
                Err(error) => error,
            };
            if attempt == ATTEMPTS || !matches!(error, CollectError::Throttled(_) | CollectError::Unreachable(_)) {
                return Err(error.into());
            }
            attempt += 1;
            pause(wait).await;
            wait *= 2;
        }
    }

    /// The tags to group by: those of the address, else the activated ones that the taxonomy knows, in its order.
    async fn grouping(&self, out: &mut CostRows) -> Result<Vec<String>, CostsError> {
        let all = match self.listed().await {
            Ok(all) => all,
            // What the address names can be asked for without the list.
            Err(CostsError::Asked(why)) if !self.tags.is_empty() => {
                out.note(format!("Whether tags are activated as cost allocation tags is not known: {why}"));
                return Ok(self.tags.clone());
            }
            Err(other) => return Err(other),
        };
        let mut known: BTreeMap<usize, BTreeSet<(u8, &str)>> = BTreeMap::new();
        for tag in &all {
            let Some((key, rank)) = (self.keys)(tag.tag_key()) else { continue };
            let is_active = *tag.status() == CostAllocationTagStatus::Active;
            out.key(CostKey { tag: tag.tag_key().to_owned(), is_active, said: standing(tag, is_active) });
            if is_active {
                known.entry(key).or_default().insert((rank, tag.tag_key()));
            }
        }
        if !self.tags.is_empty() {
            let inactive = self.tags.iter().filter(|named| !all.iter().any(|tag| tag.tag_key() == *named && *tag.status() == CostAllocationTagStatus::Active));
            for tag in inactive {
                out.note(format!("{tag} is not activated as a cost allocation tag: no cost carries it"));
            }
            return Ok(self.tags.clone());
        }
        let tags: Vec<String> = known.values().filter_map(|spelt| spelt.first()).take(GROUPS).map(|(_, tag)| (*tag).to_owned()).collect();
        let left: Vec<&str> = known.values().flatten().map(|(_, tag)| *tag).filter(|tag| !tags.iter().any(|taken| taken == tag)).collect();
        if !left.is_empty() {
            out.note(format!(
                "Costs are grouped by {}; not by {}, which are activated as well: Cost Explorer groups by two",
                tags.join(" and "),
                left.join(", ")
            ));
        }
        if tags.is_empty() {
            out.note("No tag that the taxonomy knows is activated as a cost allocation tag; costs are those of accounts and services".to_owned());
        }
        Ok(tags)
    }

    /// Every user-defined cost allocation tag.
    async fn listed(&self) -> Result<Vec<CostAllocationTag>, CostsError> {
        let (mut all, mut token) = (Vec::new(), None);
        loop {
            let call =
                || self.client.list_cost_allocation_tags().r#type(CostAllocationTagType::UserDefined).max_results(1000).set_next_token(token.clone()).send();
            let page = self.pay(&LIST_TAGS, call).await?;
            all.extend(page.cost_allocation_tags().iter().cloned());
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(all);
            }
        }
    }

    /// Months that follow each other.
    async fn months(&self, months: &[Month], tags: &[String], out: &mut CostRows) -> Result<(), CostsError> {
        let accounts = dimension("LINKED_ACCOUNT");
        let [tag, other] = tags else {
            let by = tags.first().map_or_else(|| dimension("SERVICE"), |name| group(name));
            out.announce(&self.price(1));
            return self
                .costs(months, &[accounts, by], None, out, |cost, out| {
                    let (account, text) = (&cost.keys[0], cost.keys.get(1).map_or("", String::as_str));
                    let (service, tagged) = tags.first().map_or((text, String::new()), |name| ("", written(&[(name, text)])));
                    row(cost, account, service, &tagged, out)
                })
                .await;
        };
        let mut whole: BTreeMap<(String, Month, String), (Amount, Amount)> = BTreeMap::new();
        let add = |cost: &Cost, account: &str, whole: &mut BTreeMap<_, (Amount, Amount)>, sign: bool| {
            let sum = whole.entry((account.to_owned(), cost.month, cost.currency.clone())).or_default();
            let (billed, effective) = (amount(&cost.billed)?, amount(&cost.effective)?);
            *sum = if sign { (sum.0 + billed, sum.1 + effective) } else { (sum.0 - billed, sum.1 - effective) };
            Ok::<_, CostsError>(())
        };
        self.costs(months, &[accounts], None, out, |cost, _| add(cost, &cost.keys[0], &mut whole, true)).await?;
        let each: BTreeSet<String> = whole.keys().map(|(account, ..)| account.clone()).collect();
        let further = u32::try_from(each.len()).unwrap_or(u32::MAX);
        out.announce(&self.price(further));
        self.allow(further)?;
        for account in &each {
            self.costs(months, &[group(tag), group(other)], Some(account), out, |cost, out| {
                add(cost, account, &mut whole, false)?;
                let second = cost.keys.get(1).map_or("", String::as_str);
                row(cost, account, "", &written(&[(tag, &cost.keys[0]), (other, second)]), out)
            })
            .await?;
        }
        // What the groups of an account do not hold is still its cost. Sums of the service's own binary numbers differ in their last digits.
        for ((account, month, currency), (billed, effective)) in whole {
            if (billed, effective) == (Amount::ZERO, Amount::ZERO) {
                continue;
            }
            let cost = Cost { month, keys: Vec::new(), currency, billed: billed.to_string(), effective: effective.to_string() };
            row(&cost, &account, "", "", out)?;
            if billed.cents() != 0 || effective.cents() != 0 {
                out.note(format!(
                    "The groups of account {account} in {month} hold {billed} {} less of its cost than Cost Explorer's own total (amortised: {effective}); it counts as \
                     carrying no tag",
                    cost.currency
                ));
            }
        }
        Ok(())
    }

    fn price(&self, further: u32) -> String {
        let made = self.made.load(Ordering::Relaxed);
        let (all, accounts) = (made + further, if further == 1 { "" } else { ", one for each account and page" });
        format!("AWS Cost Explorer: {all} requests or more{accounts}, {} at 0.01 USD each; at most {} are made", usd(all), self.most)
    }

    /// Asks page by page for what groups cost.
    async fn costs(
        &self,
        months: &[Month],
        by: &[GroupDefinition],
        account: Option<&str>,
        out: &mut CostRows,
        mut each: impl FnMut(&Cost, &mut CostRows) -> Result<(), CostsError>,
    ) -> Result<(), CostsError> {
        let (Some(first), Some(last)) = (months.first(), months.last()) else { return Ok(()) };
        let period = DateInterval::builder().start(format!("{first}-01")).end(format!("{}-01", last.next())).build();
        let period = period.map_err(|error| CollectError::Broken(error.to_string()))?;
        let only = account.map(|id| Expression::builder().dimensions(DimensionValues::builder().key(Dimension::LinkedAccount).values(id).build()).build());
        let mut token = None;
        loop {
            let call = || {
                let call = self.client.get_cost_and_usage().time_period(period.clone()).granularity(Granularity::Monthly);
                let call = call.metrics(BILLED).metrics(EFFECTIVE).set_group_by(Some(by.to_vec()));
                call.set_filter(only.clone()).set_next_page_token(token.clone()).send()
            };
            let page = self.pay(&GET_COST, call).await?;
            for result in page.results_by_time() {
                for cost in groups(result, by.len())? {
                    each(&cost, out)?;
                }
                if result.estimated() {
                    out.note("Cost Explorer calls costs of the current month an estimate until it is invoiced".to_owned());
                }
            }
            token = page.next_page_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(());
            }
        }
    }
}

fn usd(requests: u32) -> String {
    format!("{}.{:02} USD", requests / 100, requests % 100)
}

/// What is told of a tag.
fn standing(tag: &CostAllocationTag, is_active: bool) -> String {
    let day = |text: Option<&str>| text.map(|text| text.chars().take(10).collect::<String>());
    let since = day(tag.last_updated_date()).map_or_else(String::new, |day| format!(" since {day}"));
    let used = day(tag.last_used_date()).map_or_else(String::new, |day| format!(", last on a resource in {}", &day[..day.len().min(7)]));
    format!("AWS says that `{}` is {} as a cost allocation tag{since}{used}", tag.tag_key(), if is_active { "active" } else { "inactive" })
}

fn dimension(name: &str) -> GroupDefinition {
    GroupDefinition::builder().r#type(GroupDefinitionType::Dimension).key(name).build()
}

fn group(tag: &str) -> GroupDefinition {
    GroupDefinition::builder().r#type(GroupDefinitionType::Tag).key(tag).build()
}

/// The groups of a month.
fn groups(result: &ResultByTime, by: usize) -> Result<Vec<Cost>, CostsError> {
    let malformed = |what: String| CostsError::from(CollectError::Malformed(what));
    let start = result.time_period().map(DateInterval::start).unwrap_or_default();
    let month = start.get(..7).and_then(Month::parse).ok_or_else(|| malformed(format!("costs of `{start}`, which is no month")))?;
    let cost = |group: &Group| {
        if group.keys().len() != by {
            return Err(malformed(format!("a group of {} parts where {by} were asked for", group.keys().len())));
        }
        let metric = |name: &str| -> Result<(String, String), CostsError> {
            let value: Option<&MetricValue> = group.metrics().and_then(|metrics| metrics.get(name));
            let parts = value.and_then(|value| Some((value.amount()?.to_owned(), value.unit()?.to_owned())));
            parts.ok_or_else(|| malformed(format!("a group without {name}")))
        };
        let ((billed, currency), (effective, other)) = (metric(BILLED)?, metric(EFFECTIVE)?);
        if currency != other {
            return Err(malformed(format!("{BILLED} in {currency} and {EFFECTIVE} in {other}")));
        }
        Ok(Cost { month, keys: group.keys().to_vec(), currency, billed, effective })
    };
    result.groups().iter().map(cost).collect()
}

fn amount(text: &str) -> Result<Amount, CostsError> {
    let parsed = Amount::parse(text).map(|(amount, _)| amount);
    parsed.map_err(|error| CollectError::Malformed(format!("an amount of `{text}`: {error}")).into())
}

/// Tags as JSON. A group's text begins with the key and `$`; the value may hold further ones.
fn written(tags: &[(&String, &str)]) -> String {
    let value = |tag: &str, text: &str| text.strip_prefix(tag).and_then(|rest| rest.strip_prefix('$')).unwrap_or(text).to_owned();
    let tags: serde_json::Map<String, serde_json::Value> =
        tags.iter().map(|(tag, text)| ((*tag).clone(), value(tag, text))).filter(|(_, text)| !text.is_empty()).map(|(tag, text)| (tag, text.into())).collect();
    if tags.is_empty() { String::new() } else { serde_json::Value::Object(tags).to_string() }
}

fn row(cost: &Cost, account: &str, service: &str, tags: &str, out: &mut CostRows) -> Result<(), CostsError> {
    let first = format!("{}-01", cost.month);
    out.row(cost.month, &[&first, &first, &cost.currency, "AWS", account, service, &cost.billed, &cost.effective, tags])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_the_key_a_dollar_and_the_value() {
        let (env, app) = ("Environment".to_owned(), "a$b".to_owned());
        assert_eq!(written(&[(&env, "Environment$prod$1"), (&app, "a$b$c")]), r#"{"Environment":"prod$1","a$b":"c"}"#);
        assert_eq!(written(&[(&env, "Environment$"), (&app, "a$b$")]), "", "neither is carried");
    }

    #[test]
    fn a_hundred_requests_are_one_dollar() {
        assert_eq!((usd(0), usd(7), usd(100), usd(1234)), ("0.00 USD".into(), "0.07 USD".into(), "1.00 USD".into(), "12.34 USD".into()));
    }
}
