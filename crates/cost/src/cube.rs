//! The cube: spend by month, provider, sub-account, service, currency and every key with its basis.

use crate::CostError;
use crate::aggregate::{Aggregate, Context};
use crate::billing::Billing;
use crate::ladder::{Basis, LadderContext, attribute};
use crate::{gaps, splits};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use tagledger_engine::KeyOnBill;
use tagledger_model::{Amount, Month, Text};
use tagledger_taxonomy::KeyId;

/// What the cube keeps apart beside month, currency and keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a dimension that is kept or not")]
pub struct Dimensions {
    /// Provider.
    pub provider: bool,
    /// Sub-account.
    pub scope: bool,
    /// Service.
    pub service: bool,
    /// Category of the charge; the cube itself does not keep it.
    pub charge: bool,
}

impl Dimensions {
    /// Everything.
    pub const ALL: Self = Self { provider: true, scope: true, service: true, charge: false };
}

/// An account by its id: one form of a bill names a subscription by its path and another by its id, in either case. Words of the taxonomy match what the bill
/// says; what is shown, and asked for, is this.
pub fn account(text: &str) -> Text {
    let text = text.trim();
    let id = if text.starts_with('/') { text.trim_end_matches('/').rsplit('/').next().unwrap_or(text) } else { text };
    let is_mark = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    let is_guid = id.len() == 36 && id.bytes().enumerate().all(|(at, byte)| if is_mark(at) { byte == b'-' } else { byte.is_ascii_hexdigit() });
    if is_guid { Text::from(id.to_ascii_lowercase()) } else { Text::new(id) }
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CubeCell {
    /// Billing month.
    pub month: Month,
    /// Currency.
    pub currency: Text,
    /// Provider; empty where the bill names none or it was not kept apart.
    pub provider: Text,
    /// Sub-account by its id.
    pub scope: Text,
    /// Service.
    pub service: Text,
    /// Per key, in the order of `Cube::keys`: the canonical value, and why.
    pub keys: Vec<(Option<Text>, Basis)>,
    /// Bill rows.
    pub rows: u64,
    /// Sum of the measure.
    pub amount: Amount,
}

/// Spend of one key by basis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasisTotal {
    /// Key.
    pub key: KeyId,
    /// Currency.
    pub currency: Text,
    /// Basis.
    pub basis: Basis,
    /// Bill rows.
    pub rows: u64,
    /// Sum.
    pub amount: Amount,
}

/// Spend by some keys, over everything else but month and currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// Billing month.
    pub month: Month,
    /// Currency.
    pub currency: Text,
    /// The canonical value of each key asked for.
    pub values: Vec<Option<Text>>,
    /// Bill rows.
    pub rows: u64,
    /// Sum of the measure.
    pub amount: Amount,
}

/// A cost that a split is for and that nobody had a share of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unshared {
    /// What was to be shared, in words.
    pub what: String,
    /// The key.
    pub key: KeyId,
    /// Billing month.
    pub month: Month,
    /// Currency.
    pub currency: Text,
    /// Sum.
    pub amount: Amount,
}

/// Per key: the code of its value, and why.
pub(crate) type Codes = Vec<(u32, Basis)>;

/// A cell in the making: context, keys, rows, sum.
pub(crate) type Making = (u32, Codes, u64, Amount);

/// Spend by everything that reports slice by.
#[derive(Debug, Clone)]
pub struct Cube {
    /// Keys, in taxonomy order.
    pub keys: Vec<KeyId>,
    /// Cells, sorted by month, currency, provider, scope, service and keys.
    pub cells: Vec<CubeCell>,
    /// What could not be shared, because nothing says between whom.
    pub unshared: Vec<Unshared>,
    /// How rows and resources stand on the keys, by month, cloud, key and currency; empty where providers are not kept apart.
    pub on_bill: Vec<KeyOnBill>,
}

/// What a cube may be broken down by, beside month and currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Axis {
    /// A key, by its position in `Cube::keys`.
    Key(usize),
    /// The provider.
    Provider,
    /// The sub-account.
    Scope,
    /// The service.
    Service,
    /// The billing month.
    Month,
}

impl CubeCell {
    /// What it is on an axis; none where nothing is known.
    pub fn on(&self, axis: Axis) -> Option<Text> {
        let text = match axis {
            Axis::Key(at) => return self.keys.get(at).and_then(|(value, _)| value.clone()),
            Axis::Provider => &self.provider,
            Axis::Scope => &self.scope,
            Axis::Service => &self.service,
            Axis::Month => return Some(Text::from(self.month.to_string())),
        };
        Some(text.clone()).filter(|text| !text.is_empty())
    }
}

impl Cube {
    /// Attributes an aggregate. The sum of the cells equals the bill's own sum per month and currency, or this fails.
    pub fn new(aggregate: &Aggregate, billing: &Billing<'_>) -> Result<Self, CostError> {
        let cx = LadderContext::new(aggregate, billing);
        let attributions = billing.keys.iter().map(|k| attribute(&cx, *k)).collect::<Result<Vec<_>, _>>()?;
        // Some of it was kept apart only for the ladder.
        let keep = |keep: bool, word: u32| if keep { word } else { crate::book::NO_WORD };
        let mut places: FxHashMap<(u32, Codes), usize> = FxHashMap::default();
        let mut contexts: FxHashMap<Context, u32> = FxHashMap::default();
        let mut context_list = Vec::new();
        let mut sums: Vec<Making> = Vec::new();
        let at = billing.measure.position();
        let mut key = Vec::new();
        for (number, group) in aggregate.groups.iter().enumerate() {
            let mut context = aggregate.contexts[group.context as usize];
            context.account = keep(billing.dimensions.scope, context.account);
            context.provider = keep(billing.dimensions.provider, context.provider);
            context.service = keep(billing.dimensions.service, context.service);
            (context.ancestors, context.charge, context.named, context.day) = Default::default();
            let next = u32::try_from(context_list.len()).unwrap_or(u32::MAX);
            let context = *contexts.entry(context).or_insert_with(|| {
                context_list.push(context);
                next
            });
            key.clear();
            key.extend(attributions.iter().map(|a| (a.values[number], a.bases[number])));
            let place = (context, std::mem::take(&mut key));
            if let Some(position) = places.get(&place) {
                sums[*position].2 += group.rows;
                sums[*position].3 += group.sums[at];
                key = place.1;
            } else {
                sums.push((place.0, place.1.clone(), group.rows, group.sums[at]));
                places.insert(place, sums.len() - 1);
            }
        }
        let unshared = splits::apply(aggregate, billing, &context_list, &mut sums);
        let values: Vec<Vec<Text>> = billing.keys.iter().map(|k| billing.dictionary.values(*k)).collect();
        let word = |key: usize, code: u32| (code > 0).then(|| values[key][code as usize - 1].clone());
        let mut cells: Vec<CubeCell> = sums
            .into_iter()
            .map(|(context, keys, rows, amount)| {
                let context: Context = context_list[context as usize];
                let text = |n: u32| aggregate.word(n).clone();
                CubeCell {
                    month: context.month,
                    currency: text(context.currency),
                    provider: text(context.provider),
                    scope: account(aggregate.word(context.account)),
                    service: text(context.service),
                    keys: keys.iter().enumerate().map(|(k, (code, basis))| (word(k, *code), *basis)).collect(),
                    rows,
                    amount,
                }
            })
            .collect();
        cells.sort_by(|a, b| {
            let place = |c: &CubeCell| (c.month, c.currency.clone(), c.provider.clone(), c.scope.clone(), c.service.clone());
            place(a).cmp(&place(b)).then_with(|| a.keys.cmp(&b.keys))
        });
        // Accounts that the bill spells in two ways are one.
        cells.dedup_by(|next, one| {
            let is_same = (next.month, &next.currency, &next.provider, &next.scope, &next.service, &next.keys)
                == (one.month, &one.currency, &one.provider, &one.scope, &one.service, &one.keys);
            if is_same {
                one.rows += next.rows;
                one.amount += next.amount;
            }
            is_same
        });
        let cube = Self { keys: billing.keys.clone(), cells, unshared, on_bill: gaps::on_bill(aggregate, billing) };
        cube.conserve(aggregate, billing)?;
        Ok(cube)
    }

    fn conserve(&self, aggregate: &Aggregate, billing: &Billing<'_>) -> Result<(), CostError> {
        let mut sums: FxHashMap<(Month, &Text), Amount> = FxHashMap::default();
        for cell in &self.cells {
            *sums.entry((cell.month, &cell.currency)).or_default() += cell.amount;
        }
        for total in &aggregate.totals {
            let currency = aggregate.word(total.currency);
            let (before, after) = (total.sums[billing.measure.position()], sums.get(&(total.month, currency)).copied().unwrap_or_default());
            if before != after {
                let (currency, month) = (currency.to_string(), total.month.to_string());
                return Err(CostError::Conservation { at: "cube".to_owned(), currency, month, before: before.to_string(), after: after.to_string() });
            }
        }
        Ok(())
    }

    /// The cube added up over everything but month, currency and some axes, in the same order.
    pub fn by(&self, axes: &[Axis]) -> Vec<Slice> {
        let mut sums: BTreeMap<_, (u64, Amount)> = BTreeMap::new();
        for cell in &self.cells {
            let values: Vec<Option<Text>> = axes.iter().map(|axis| cell.on(*axis)).collect();
            let sum = sums.entry((cell.month, cell.currency.clone(), values)).or_default();
            sum.0 += cell.rows;
            sum.1 += cell.amount;
        }
        sums.into_iter().map(|((month, currency, values), (rows, amount))| Slice { month, currency, values, rows, amount }).collect()
    }

    /// Per key, currency and basis.
    pub fn by_basis(&self) -> Vec<BasisTotal> {
        let mut sums: BTreeMap<(usize, Text, Basis), (u64, Amount)> = BTreeMap::new();
        for cell in &self.cells {
            for (position, (_, basis)) in cell.keys.iter().enumerate() {
                let sum = sums.entry((position, cell.currency.clone(), *basis)).or_default();
                sum.0 += cell.rows;
                sum.1 += cell.amount;
            }
        }
        let total = |((position, currency, basis), (rows, amount))| BasisTotal { key: self.keys[position], currency, basis, rows, amount };
        sums.into_iter().map(total).collect()
    }
}
