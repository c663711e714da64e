//! Where bill rows are entered: one book per thread, merged at the end.
//!
//! Everything that repeats (a provider, a sub-account, a tag text, a resource id) is turned into a number once; a row is
//! then a few numbers and its amounts.

mod merge;
mod ownership;
mod prices;
mod tags;
mod whole;

use ownership::NOT_NEEDED;
pub(crate) use ownership::Owned;

use crate::aggregate::{Context, Group, OwnerKind, Repairs, Said, Sums, Totals};
use crate::billing::Billing;
use crate::copies::Copies;
use crate::deliveries::Held;
use crate::focus::Measure;
use crate::ledgers::Ledgers;
use crate::owners::{Digest, NONE, SIDE_BY_SIDE};
use prices::Prices;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use tagledger_model::{Amount, Month, TagGrammar, Text};
use tagledger_taxonomy::{KeyState, Normaliser, Rung};

/// No word: a column that the bill does not have, or a null.
pub(crate) const NO_WORD: u32 = 0;

/// Remembered texts are bounded, so that a bill with a new tag text on every row does not fill the memory.
const MEMORY: usize = 1 << 20;

/// A row to be entered, which stands for so many rows of the bill.
pub(crate) struct Entered {
    pub context: u32,
    pub tags: u32,
    pub owned: Owned,
    pub rows: u64,
    pub sums: Sums,
}

/// One thread's rows.
pub(crate) struct Book<'a> {
    pub billing: &'a Billing<'a>,
    normalisers: Vec<Normaliser>,
    words: FxHashMap<Text, u32>,
    word_list: Vec<Text>,
    cloud_of: Vec<u8>,
    /// Contexts without their account, and per context the number of each account in it.
    contexts: FxHashMap<Context, u32>,
    by_account: Vec<Vec<u32>>,
    rare_accounts: FxHashMap<(u32, u32), u32>,
    context_list: Vec<Context>,
    recent: [Option<(Context, u32)>; RECENT],
    /// States whose answers fit into one number, which is nearly all; the others by their answers.
    tag_states: FxHashMap<u128, u32>,
    wide_states: FxHashMap<Vec<Said>, u32>,
    tag_list: Vec<Vec<Said>>,
    /// The numbers of what two columns of tags say together.
    both_tags: FxHashMap<(u32, u32), u32>,
    /// Per tag state, a bit for each wanted key that it answers.
    answered: Vec<u32>,
    /// The same per owner, by the resource's own tags.
    owner_answered: Vec<u32>,
    /// Every wanted key answered.
    all_answered: u32,
    /// How many rungs of the ladder, from the first, need no account: the row's tags, then those of the resource.
    rungs_without_account: usize,
    said: Vec<Said>,
    states: Vec<KeyState>,
    owner_index: FxHashMap<OwnerKind, u32>,
    owner_list: Vec<OwnerKind>,
    /// Per owner and set of answered keys, the owner with those keys left out; `u32::MAX` where not made yet.
    narrowed: Vec<u32>,
    /// Owner number by resource row; `u32::MAX` where not made yet.
    owner_of_row: Vec<u32>,
    /// Tag-state number per state of the inventory.
    inventory_states: FxHashMap<u32, u32>,
    ids: FxHashMap<u128, Owned>,
    names: FxHashMap<u128, u32>,
    digest: Digest,
    groups: FxHashMap<(u32, u32, u32), u32>,
    group_list: Vec<Group>,
    totals: FxHashMap<(Month, u32), u32>,
    total_list: Vec<Totals>,
    prices: Prices,
    /// Schemes before the user's own keys, as the file at hand writes them.
    schemes: &'static [&'static str],
    remembered: tags::Remembered,
    whole: whole::Whole,
    /// Whether attribution looks at accounts.
    asks_account: bool,
    pub repairs: Repairs,
    /// Months and providers of rows whose tags were not told.
    untold: BTreeSet<(Month, u32)>,
    /// Whether accounts are watched for a second snapshot, which one delivery cannot hold.
    pub watches: bool,
    /// The delivery at hand.
    pub delivery: u32,
    /// Delivery, month, cloud and account of what was entered.
    held: FxHashSet<(u32, Month, u8, u32)>,
    last_held: Option<(u32, Month, u8, u32)>,
    /// Month, currency, issuer and id of invoices, with rows and what was billed.
    invoices: FxHashMap<(Month, u32, u32, u32), (u64, Amount)>,
    /// Rows and sums that are charged for something else than use, by month, currency and kind.
    charges: FxHashMap<(Month, u32, &'static str), (u64, Sums)>,
    /// Rows and sums of the measure before and after they were converted, by month and the currency before.
    converted: FxHashMap<(Month, u32), (u64, Amount, Amount)>,
    /// Per currency, rows and sums that count nothing in the measure.
    aside: BTreeMap<u32, (u64, Amount)>,
    /// What is seen of exports that hold one ledger each.
    pub ledgers: Ledgers,
    /// What is remembered of files that others might be copies of.
    pub copies: Copies,
}

/// Contexts that are found without a look-up.
const RECENT: usize = 16;

/// Rows and columns of the table of contexts by account.
const TABLE: usize = 4096;

impl<'a> Book<'a> {
    pub fn new(billing: &'a Billing<'a>) -> Self {
        let normaliser = |grammar: &TagGrammar, cloud: &str| Normaliser::new(&billing.taxonomy, grammar, cloud, &billing.dictionary).only(&billing.keys);
        let mut normalisers: Vec<_> = billing.clouds.known.iter().map(|(c, _)| normaliser(c.grammar, c.id.as_str())).collect();
        normalisers.push(normaliser(&TagGrammar::ANY, ""));
        let mut book = Self {
            billing,
            normalisers,
            words: FxHashMap::default(),
            word_list: Vec::new(),
            cloud_of: Vec::new(),
            contexts: FxHashMap::default(),
            by_account: Vec::new(),
            rare_accounts: FxHashMap::default(),
            context_list: Vec::new(),
            recent: [None; RECENT],
            tag_states: FxHashMap::default(),
            wide_states: FxHashMap::default(),
            tag_list: Vec::new(),
            both_tags: FxHashMap::default(),
            answered: Vec::new(),
            owner_answered: Vec::new(),
            all_answered: billing.keys.iter().enumerate().fold(0, |bits, (at, _)| bits | 1 << at),
            rungs_without_account: [Rung::Row, Rung::Resource].iter().zip(&billing.taxonomy.costs.ladder).take_while(|(a, b)| a == b).count(),
            said: Vec::new(),
            states: Vec::new(),
            owner_index: FxHashMap::default(),
            owner_list: Vec::new(),
            narrowed: Vec::new(),
            owner_of_row: vec![u32::MAX; billing.owners.map_or(0, |o| o.inventory().len())],
            inventory_states: FxHashMap::default(),
            ids: FxHashMap::default(),
            names: FxHashMap::default(),
            digest: Digest::default(),
            groups: FxHashMap::default(),
            group_list: Vec::new(),
            totals: FxHashMap::default(),
            total_list: Vec::new(),
            prices: Prices::default(),
            schemes: billing.prefixes,
            remembered: tags::Remembered::default(),
            whole: whole::Whole::default(),
            asks_account: billing.needs_account(),
            repairs: Repairs::default(),
            untold: BTreeSet::new(),
            watches: false,
            delivery: 0,
            held: FxHashSet::default(),
            last_held: None,
            invoices: FxHashMap::default(),
            charges: FxHashMap::default(),
            converted: FxHashMap::default(),
            aside: BTreeMap::new(),
            ledgers: Ledgers::default(),
            copies: Copies::default(),
        };
        book.word("");
        book.owner(OwnerKind::NotNeeded);
        book.owner(OwnerKind::NoId);
        book.owner(OwnerKind::Unknown { group: NONE });
        book
    }

    /// The number of a word.
    pub fn word(&mut self, word: &str) -> u32 {
        if let Some(number) = self.words.get(word) {
            return *number;
        }
        let number = u32::try_from(self.word_list.len()).unwrap_or(u32::MAX);
        self.words.insert(Text::new(word), number);
        self.word_list.push(Text::new(word));
        self.cloud_of.push(u8::try_from(self.billing.clouds.position(word)).unwrap_or(u8::MAX));
        number
    }

    /// A word by its number.
    pub fn text_of(&self, number: u32) -> Text {
        self.word_list[number as usize].clone()
    }

    /// Which normaliser reads the tags of a provider.
    pub fn cloud(&self, provider: u32) -> u8 {
        self.cloud_of[provider as usize]
    }

    /// How many normalisers there are.
    pub fn clouds(&self) -> usize {
        self.normalisers.len()
    }

    /// The number of a context. Neighbouring rows mostly share theirs but for the account, which is an index.
    pub fn context(&mut self, context: Context) -> u32 {
        let shared = Context { account: NO_WORD, ..context };
        // Months are mostly one after the other, providers and services mixed: a few places hold what the next rows ask for.
        let place = (shared.provider ^ shared.ancestors ^ shared.service ^ shared.day) as usize % RECENT;
        let number = match self.recent[place] {
            Some((last, number)) if last == shared => number,
            _ => {
                let next = u32::try_from(self.by_account.len()).unwrap_or(u32::MAX);
                let number = *self.contexts.entry(shared).or_insert(next);
                if number == next {
                    self.by_account.push(Vec::new());
                }
                self.recent[place] = Some((shared, number));
                number
            }
        };
        let (row, at) = (number as usize, context.account as usize);
        let next = u32::try_from(self.context_list.len()).unwrap_or(u32::MAX);
        // A table answers at once and stays small; what would make it large goes to the map.
        let slot = if row < TABLE && at < TABLE {
            let accounts = &mut self.by_account[row];
            if accounts.len() <= at {
                accounts.resize(at + 1, u32::MAX);
            }
            &mut accounts[at]
        } else {
            self.rare_accounts.entry((number, context.account)).or_insert(u32::MAX)
        };
        if *slot == u32::MAX {
            *slot = next;
            self.context_list.push(context);
        }
        *slot
    }

    /// The number of a group.
    #[inline]
    fn group(&mut self, context: u32, tags: u32, owner: u32) -> u32 {
        let next = u32::try_from(self.group_list.len()).unwrap_or(u32::MAX);
        let number = *self.groups.entry((context, tags, owner)).or_insert(next);
        if number == next {
            self.group_list.push(Group { context, tags, owner, rows: 0, sums: Sums::default() });
        }
        number
    }

    /// Enters rows; at most as many as are looked up side by side, since nearly every one waits for memory.
    pub fn enter(&mut self, rows: &[Entered]) {
        let mut groups = [0; SIDE_BY_SIDE];
        for (at, Entered { context, tags, owned, .. }) in groups.iter_mut().zip(rows) {
            let owner = self.narrow(*tags, owned.owner);
            *at = self.group(*context, *tags, owner);
        }
        for (at, entered) in groups.iter().zip(rows) {
            let group = &mut self.group_list[*at as usize];
            group.rows += entered.rows;
            for (sum, amount) in group.sums.iter_mut().zip(&entered.sums) {
                *sum += *amount;
            }
        }
        if self.billing.price_resources {
            let height = self.billing.owners.map_or(0, |o| o.inventory().len());
            for Entered { context, owned, sums, .. } in rows.iter().filter(|entered| entered.owned.resource != NONE) {
                let context = self.context_list[*context as usize];
                self.prices.add(self.billing.price_before, context.month, context.currency, owned.resource, sums[self.billing.measure.position()], height);
            }
        }
    }

    /// Adds to an invoice.
    pub fn invoice(&mut self, month: Month, currency: u32, (issuer, id): (u32, u32), rows: u64, sums: &Sums) {
        let slot = self.invoices.entry((month, currency, issuer, id)).or_default();
        slot.0 += rows;
        slot.1 += sums[Measure::Billed.position()];
    }

    /// Adds what is charged for something else than use.
    pub fn charge(&mut self, month: Month, currency: u32, kind: &'static str, rows: u64, sums: &Sums) {
        let slot = self.charges.entry((month, currency, kind)).or_default();
        slot.0 += rows;
        for (sum, amount) in slot.1.iter_mut().zip(sums) {
            *sum += *amount;
        }
    }

    /// Notes what a row was before it was converted, and after.
    pub fn convert(&mut self, month: Month, from: u32, rows: u64, before: Amount, after: Amount) {
        let slot = self.converted.entry((month, from)).or_default();
        *slot = (slot.0 + rows, slot.1 + before, slot.2 + after);
    }

    /// Notes that this delivery holds the account in that month.
    #[inline]
    pub fn hold(&mut self, month: Month, provider: u32, account: u32) {
        let held = (self.delivery, month, self.cloud(provider), account);
        // What belongs to no account, such as support, may be told anywhere.
        if account != NO_WORD && self.last_held != Some(held) {
            self.held.insert(held);
            self.last_held = Some(held);
        }
    }

    /// Which delivery holds what.
    pub fn held(&self) -> impl Iterator<Item = (usize, Held)> + '_ {
        self.held.iter().map(|(delivery, month, cloud, account)| {
            // One form names a subscription by its path, another by its id.
            let account = self.word_list[*account as usize].to_lowercase();
            let last = account.rsplit('/').next().unwrap_or(&account);
            (*delivery as usize, (*month, *cloud, last.to_owned()))
        })
    }

    /// Notes that a row of this month and provider does not show its tags.
    pub fn leave_untold(&mut self, month: Month, provider: u32) {
        self.untold.insert((month, provider));
    }

    /// Notes an amount that counts nothing in the measure, because other rows carry it.
    pub fn set_aside(&mut self, currency: u32, rows: u64, amount: Amount) {
        let slot = self.aside.entry(currency).or_default();
        slot.0 += rows;
        slot.1 += amount;
    }

    /// Rows of the bill.
    pub fn rows(&self) -> u64 {
        self.total_list.iter().map(|total| total.rows).sum()
    }

    /// Adds to the bill's own sums, which the groups are held against later.
    pub fn tally(&mut self, month: Month, currency: u32, rows: u64, sums: &Sums) {
        let next = u32::try_from(self.total_list.len()).unwrap_or(u32::MAX);
        let at = *self.totals.entry((month, currency)).or_insert(next);
        if at == next {
            self.total_list.push(Totals { month, currency, rows: 0, sums: Sums::default() });
        }
        let total = &mut self.total_list[at as usize];
        total.rows += rows;
        for (sum, amount) in total.sums.iter_mut().zip(sums) {
            *sum += *amount;
        }
    }
}
