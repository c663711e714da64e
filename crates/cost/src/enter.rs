//! Rows of a batch, entered into a book.

mod exchange;
mod list_containers;
mod list_tags;
mod look_up;
mod map_tags;
mod memo;
mod recurring;
mod run;
mod spread_tags;
mod whole;

use crate::aggregate::{Context, Sums};
use crate::book::{Book, Entered, NO_WORD, Owned};
use crate::cells::{Broken, Cell, Texts, months};
use crate::columns::{Fault, RowTags, Rows};
use crate::copies;
use crate::days::Recurs;
use crate::focus::{Column, Measure, is_null};
use crate::owners::SIDE_BY_SIDE;
use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_schema::DataType;
pub(crate) use list_containers::{containers, list_containers};
use list_tags::list_tags;
use map_tags::map_tags;
use memo::Memo;
use run::Run;
use spread_tags::spread_tags;
use tagledger_model::{Amount, Month};

/// The columns that a bill is read for.
pub(crate) fn wanted(book: &Book<'_>) -> Vec<Column> {
    let billing = book.billing;
    let mut wanted = vec![Column::BillingPeriodStart, Column::BillingCurrency, Column::Provider, Column::Tags, Column::AllocatedTags, Column::FurtherTags];
    if billing.takes_scope_tags() {
        wanted.push(Column::ScopeTags);
    }
    if takes_accounts(book) {
        wanted.push(Column::SubAccountId);
    }
    if billing.needs_ancestors() {
        wanted.push(Column::ScopeAncestors);
    }
    if billing.needs_service() {
        wanted.push(Column::ServiceName);
    }
    if billing.needs_charge() {
        wanted.push(Column::ChargeCategory);
    }
    if billing.days_from.is_some() {
        wanted.extend([Column::ChargePeriodStart, Column::ChargePeriodEnd, Column::ConsumedUnit]);
    }
    if book.copies.is_asked() {
        wanted.extend(copies::COLUMNS);
    }
    if billing.adds_charges() || billing.days_from.is_some() {
        wanted.push(Column::ChargeKind);
    }
    if billing.adds_invoices() {
        wanted.extend([Column::InvoiceId, Column::InvoiceIssuerName]);
    }
    // Without an inventory an id still says whether there was a resource to tag.
    wanted.extend([Column::ResourceId, Column::AllocatedResourceId, Column::Rows]);
    wanted
}

/// Whether anybody asks whose account a row is of.
fn takes_accounts(book: &Book<'_>) -> bool {
    book.billing.needs_account() || book.billing.owners.is_some() || book.watches
}

/// Buffers and memories of one row group.
#[derive(Default)]
pub(crate) struct Work {
    months: Vec<Month>,
    currency: Vec<u32>,
    provider: Vec<u32>,
    account: Vec<u32>,
    ancestors: Vec<u32>,
    service: Vec<u32>,
    charge: Vec<u32>,
    invoice: Vec<u32>,
    issuer: Vec<u32>,
    day: Vec<u32>,
    days: Vec<Option<i64>>,
    units: Vec<u32>,
    /// How what each row is charged for goes on, where days are kept apart.
    recurs: Vec<Recurs>,
    tags: Vec<u32>,
    /// Rows that are entered one by one.
    left: Vec<u32>,
    amounts: [Vec<Option<Amount>>; 4],
    aside: Vec<(usize, Amount)>,
    exchange: exchange::Exchange,
    /// How many rows of the bill each stands for; empty where it is one.
    weights: Vec<u64>,
    words: [Memo<u32>; 9],
    tag_memo: [Memo<u32>; 4],
    /// What a column of tags says, before it is held against another.
    further: Vec<u32>,
    id_memo: Memo<(u32, Owned)>,
    /// The resource that each row's id names exactly, with its owner where that is made already; empty where that was not looked up.
    found: Vec<Owned>,
}

impl Work {
    /// Reads the columns of all rows.
    fn read(&mut self, rows: &Rows<'_>, book: &mut Book<'_>) -> Result<(), Fault> {
        let (count, columns, billing) = (rows.len(), rows.columns, book.billing);
        book.read_under(columns.schemes.or(columns.mapping().map(|mapping| mapping.tags.schemes)).unwrap_or(billing.prefixes));
        if let Some(array) = rows.get(Column::BillingPeriodStart) {
            months(array, &mut self.months).map_err(|broken| (columns.shown(Column::BillingPeriodStart), broken))?;
            if let Some((row, month)) = columns.month.and_then(|of| self.months.iter().position(|month| *month != of).map(|row| (row, of))) {
                let what = format!(
                    "the row is of {}, and its file lies in a folder of {month}; put it where it belongs, or name the folder without a month",
                    self.months[row]
                );
                return Err((columns.shown(Column::BillingPeriodStart), Broken { row, what }));
            }
        } else if let Some(month) = columns.month {
            self.months.clear();
            self.months.resize(count, month);
        }
        // A column may be there and hold nothing at all.
        if self.months.len() < count {
            return Err((columns.shown(Column::BillingPeriodStart), Broken { row: 0, what: "the row has no billing period".to_owned() }));
        }
        words(rows, Column::BillingCurrency, &mut self.words[0], &mut self.currency, book)?;
        weights(rows, &mut self.weights).map_err(|broken| (columns.shown(Column::Rows), broken))?;
        self.exchange.begin(&self.months, &mut self.currency, book).map_err(|broken| (columns.shown(Column::BillingCurrency), broken))?;
        words(rows, Column::Provider, &mut self.words[1], &mut self.provider, book)?;
        if takes_accounts(book) {
            words(rows, Column::SubAccountId, &mut self.words[2], &mut self.account, book)?;
        } else {
            // It may be there for those who look for copies.
            self.account.clear();
            self.account.resize(count, NO_WORD);
        }
        self.ancestors(rows, book)?;
        words(rows, Column::ServiceName, &mut self.words[3], &mut self.service, book)?;
        words(rows, Column::ChargeCategory, &mut self.words[4], &mut self.charge, book)?;
        words(rows, Column::InvoiceId, &mut self.words[6], &mut self.invoice, book)?;
        words(rows, Column::InvoiceIssuerName, &mut self.words[7], &mut self.issuer, book)?;
        if billing.days_from.is_some() {
            self.day_words(rows, book)?;
        }
        for measure in billing.measures() {
            rows.amounts(measure, &mut self.amounts[measure.position()], &mut self.aside, &mut book.repairs.rounded)?;
            if measure == billing.measure {
                book.copies.note(rows, &self.months, &self.amounts[measure.position()]);
            }
            let too_large = |broken| (columns.shown(measure.wanted()), broken);
            self.exchange.amounts(&mut self.amounts[measure.position()]).map_err(too_large)?;
            self.exchange.aside(&mut self.aside).map_err(too_large)?;
            if measure == billing.measure {
                self.exchange.tell(&self.months, &self.amounts[measure.position()], &self.weights, book);
                book.ledgers.note(rows, measure, &self.months, (&self.amounts[measure.position()], &self.aside), &self.weights);
                for (row, amount) in &self.aside {
                    book.set_aside(self.currency[*row], self.weights.get(*row).copied().unwrap_or(1), *amount);
                }
            }
        }
        self.tag_numbers(rows, book)
    }

    /// Enters all rows.
    pub fn enter(&mut self, rows: &Rows<'_>, book: &mut Book<'_>) -> Result<(), Fault> {
        self.read(rows, book)?;
        let (columns, billing) = (rows.columns, book.billing);
        let named = |column: Column| move |broken: Broken| (columns.shown(column), broken);
        let id_column = |c| rows.get(c).map(|a| Texts::of(a).map_err(|what| named(c)(Broken { row: 0, what }))).transpose();
        let (ids, allocated) = (id_column(Column::ResourceId)?, id_column(Column::AllocatedResourceId)?);
        if let Some(ids) = &ids {
            self.id_memo.fit(ids, 1);
        }
        self.find(book, ids.as_ref());
        let measures: Vec<Measure> = billing.measures().collect();
        let (by_name, by_day) = (billing.needs_named(), billing.days_from.is_some());
        let (by_provider, compares) = (billing.dimensions.provider, billing.all_measures && columns.may_be_rounded());
        let (mut run, mut entered) = (Run::default(), Vec::with_capacity(SIDE_BY_SIDE));
        self.enter_whole(book);
        for row in std::mem::take(&mut self.left) {
            let row = row as usize;
            if self.currency[row] == NO_WORD {
                return Err(named(Column::BillingCurrency)(Broken { row, what: "the row has no currency; amounts without one cannot be added".to_owned() }));
            }
            if book.watches {
                book.hold(self.months[row], self.provider[row], self.account[row]);
            }
            let (mut sums, weight) = (Sums::default(), self.weights.get(row).copied().unwrap_or(1));
            for measure in &measures {
                match self.amounts[measure.position()].get(row).copied().flatten() {
                    Some(amount) => sums[measure.position()] = amount,
                    None if *measure == billing.measure => book.repairs.without_amount += weight,
                    None => {}
                }
            }
            if compares {
                book.repairs.compare(&sums);
            }
            let owned = if book.needs_no_owner(self.tags[row]) { Book::not_needed() } else { self.owned(book, row, ids.as_ref(), allocated.as_ref()) };
            let account = if book.needs_account(self.tags[row], owned) { self.account[row] } else { NO_WORD };
            let ancestors = if account == NO_WORD { NO_WORD } else { self.ancestors[row] };
            let named = if by_name { named_by(book, row, ids.as_ref(), allocated.as_ref()) } else { NO_WORD };
            let context = book.context(Context {
                month: self.months[row],
                currency: self.currency[row],
                // Which account an id means depends on the provider.
                provider: if by_provider || account != NO_WORD { self.provider[row] } else { NO_WORD },
                account,
                ancestors,
                service: self.service[row],
                charge: self.charge[row],
                named,
                day: if by_day { self.day[row] } else { NO_WORD },
            });
            entered.push(Entered { context, tags: self.tags[row], owned, rows: weight, sums });
            if entered.len() == SIDE_BY_SIDE {
                book.enter(&entered);
                entered.clear();
            }
            run.add((self.months[row], self.currency[row], (self.issuer[row], self.invoice[row])), weight, &sums, book);
        }
        book.enter(&entered);
        run.close(book);
        if billing.adds_charges() { self.charges(rows, book) } else { Ok(()) }
    }

    /// Adds up what is charged for something else than use, apart from the rows' own sums.
    fn charges(&mut self, rows: &Rows<'_>, book: &mut Book<'_>) -> Result<(), Fault> {
        let (mut held, mut taken) = (Vec::new(), Vec::new());
        // What parts of a row have for themselves, the rest of it has not.
        let mut apart: Vec<Amount> = Vec::new();
        let both = [Measure::Billed.position(), Measure::Effective.position()];
        for (kind, case) in &rows.columns.kinds {
            if !rows.held(case, &mut held) {
                continue;
            }
            taken.resize(rows.len(), false);
            let mut part = rows.part(case)?;
            if let Some(part) = &mut part {
                self.exchange.amounts(part).map_err(|broken| (rows.columns.shown(Column::ChargeKind), broken))?;
            }
            for row in (0..rows.len()).filter(|row| held[*row]) {
                let mut sums = Sums::default();
                match &part {
                    // A row is of the first kind that it can be.
                    None if taken[row] => continue,
                    None => {
                        taken[row] = true;
                        for (sum, column) in sums.iter_mut().zip(&self.amounts) {
                            *sum = column.get(row).copied().flatten().unwrap_or_default();
                        }
                        for at in both {
                            sums[at] = sums[at] - apart.get(row).copied().unwrap_or_default();
                        }
                    }
                    Some(part) => {
                        let Some(amount) = part[row].filter(|amount| *amount != Amount::ZERO) else { continue };
                        apart.resize(rows.len(), Amount::ZERO);
                        apart[row] += amount;
                        for at in both {
                            sums[at] = amount;
                        }
                    }
                }
                let weight = self.weights.get(row).copied().unwrap_or(1);
                book.charge(self.months[row], self.currency[row], kind, if part.is_none() { weight } else { 0 }, &sums);
            }
        }
        Ok(())
    }
}

/// Takes the tags of a row.
pub(crate) type EachPairs<'e> = &'e mut dyn for<'t> FnMut(usize, &mut dyn Iterator<Item = (&'t str, Option<&'t str>)>);

/// Hands over tags that do not come as one text, row by row; a row without any is passed over.
pub(crate) fn pairs(tags: &RowTags<'_>, rows: usize, each: EachPairs<'_>) -> Result<(), Broken> {
    match tags {
        RowTags::Spread(columns) => spread_tags(columns, rows, each),
        RowTags::Whole(array) if matches!(array.data_type(), DataType::Map(_, _)) => map_tags(array, each),
        RowTags::Whole(array) => list_tags(array, None, each),
        RowTags::OfSort(array, sort) => list_tags(array, Some(sort), each),
    }
}

/// The assignments whose resource this is.
fn named_by(book: &mut Book<'_>, row: usize, ids: Option<&Texts<'_>>, allocated: Option<&Texts<'_>>) -> u32 {
    let id = [allocated, ids].into_iter().flatten().find_map(|texts| texts.text(row).filter(|id| !is_null(id)));
    id.map_or(NO_WORD, |id| book.named(id))
}

/// How many rows of the bill each row stands for.
pub(crate) fn weights(rows: &Rows<'_>, out: &mut Vec<u64>) -> Result<(), Broken> {
    out.clear();
    let Some(array) = rows.get(Column::Rows) else { return Ok(()) };
    if let Some(numbers) = array.as_primitive_opt::<Int64Type>() {
        out.extend(numbers.values().iter().map(|number| u64::try_from(*number).unwrap_or(1)));
        return Ok(());
    }
    let texts = Texts::of(array)
        .map_err(|what| Broken { row: 0, what: format!("the column has the type {what}, which holds no numbers; export it as whole numbers") })?;
    for row in 0..array.len() {
        let text = texts.text(row).unwrap_or_default();
        out.push(
            text.parse().map_err(|_| Broken { row, what: format!("`{}` is no number of rows", text.chars().take(40).collect::<String>().escape_debug()) })?,
        );
    }
    Ok(())
}

/// Word numbers of a column that repeats a few words; `NO_WORD` where the file does not have it or it was not asked for.
fn words(rows: &Rows<'_>, column: Column, memo: &mut Memo<u32>, out: &mut Vec<u32>, book: &mut Book<'_>) -> Result<(), Fault> {
    out.clear();
    let Some(array) = rows.get(column) else {
        out.resize(rows.len(), NO_WORD);
        return Ok(());
    };
    let texts = Texts::of(array)
        .map_err(|t| (rows.columns.shown(column), Broken { row: 0, what: format!("the column has the type {t}, which holds no text; export it as text") }))?;
    memo.fit(&texts, 1);
    let mut word = |text: &str| match column {
        _ if is_null(text) => NO_WORD,
        // `usd` is no currency of its own.
        Column::BillingCurrency if text.bytes().any(|byte| !byte.is_ascii_uppercase()) => book.word(&text.trim().to_ascii_uppercase()),
        _ => book.word(text),
    };
    if let Some((keys, values)) = texts.keys() {
        // Words of a small dictionary are made before they are asked for, and rows are looked at side by side.
        let made = memo.made.iter_mut().enumerate().map(|(entry, made)| *made.get_or_insert_with(|| word(values.value(entry))));
        let made: Vec<u32> = made.collect();
        out.extend(keys.iter().map(|key| usize::try_from(*key).ok().and_then(|key| made.get(key)).copied().unwrap_or(NO_WORD)));
        return Ok(());
    }
    let mut last: (&str, u32) = ("", NO_WORD);
    for row in 0..array.len() {
        let number = match texts.get(row) {
            Cell::Null => NO_WORD,
            Cell::Number(number) => word(&number.to_string()),
            Cell::Entry(entry) => memo.made[entry].unwrap_or_else(|| {
                let number = word(texts.entry(entry));
                memo.made[entry] = Some(number);
                number
            }),
            Cell::Text(text) if text == last.0 => last.1,
            Cell::Text(text) => {
                last = (text, word(text));
                last.1
            }
        };
        out.push(number);
    }
    Ok(())
}
