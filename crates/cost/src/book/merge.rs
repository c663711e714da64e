//! From the books of all threads to one aggregate.

use super::Book;
use crate::aggregate::{Aggregate, Charge, Context, Converted, Group, Invoice, OwnerKind, SetAside};

impl Book<'_> {
    /// Takes over what another thread entered.
    pub fn absorb(&mut self, other: Book<'_>) {
        let words: Vec<u32> = other.word_list.iter().map(|w| self.word(w)).collect();
        let word = |n: u32| words[n as usize];
        let translated = |c: &Context| Context {
            month: c.month,
            currency: word(c.currency),
            provider: word(c.provider),
            account: word(c.account),
            ancestors: word(c.ancestors),
            service: word(c.service),
            charge: word(c.charge),
            named: word(c.named),
            day: word(c.day),
        };
        let contexts: Vec<Context> = other.context_list.iter().map(translated).collect();
        let contexts: Vec<u32> = contexts.into_iter().map(|c| self.context(c)).collect();
        let mut tags = Vec::with_capacity(other.tag_list.len());
        for said in other.tag_list {
            self.said = said;
            tags.push(self.said_number());
        }
        let translated = |kind: &OwnerKind| match *kind {
            OwnerKind::Known { state, group, is_mute } => OwnerKind::Known { state: tags[state as usize], group, is_mute },
            kind => kind,
        };
        let owners: Vec<u32> = other.owner_list.iter().map(translated).collect::<Vec<_>>().into_iter().map(|kind| self.owner(kind)).collect();
        for group in other.group_list {
            let key = (contexts[group.context as usize], tags[group.tags as usize], owners[group.owner as usize]);
            let next = u32::try_from(self.group_list.len()).unwrap_or(u32::MAX);
            let at = *self.groups.entry(key).or_insert(next);
            if at == next {
                self.group_list.push(Group { context: key.0, tags: key.1, owner: key.2, ..group });
            } else {
                let own = &mut self.group_list[at as usize];
                own.rows += group.rows;
                for (sum, amount) in own.sums.iter_mut().zip(&group.sums) {
                    *sum += *amount;
                }
            }
        }
        for total in other.total_list {
            self.tally(total.month, word(total.currency), total.rows, &total.sums);
        }
        self.prices.absorb(self.billing.price_before, other.prices, word);
        for ((month, currency, issuer, id), (rows, billed)) in other.invoices {
            let slot = self.invoices.entry((month, word(currency), word(issuer), word(id))).or_default();
            slot.0 += rows;
            slot.1 += billed;
        }
        for ((month, currency, kind), (rows, sums)) in other.charges {
            self.charge(month, word(currency), kind, rows, &sums);
        }
        for ((month, from), (rows, before, after)) in other.converted {
            self.convert(month, word(from), rows, before, after);
        }
        self.held.extend(other.held.iter().map(|(delivery, month, cloud, account)| (*delivery, *month, *cloud, word(*account))));
        self.ledgers.absorb(other.ledgers);
        self.copies.absorb(other.copies);
        for (currency, (rows, amount)) in other.aside {
            let slot = self.aside.entry(word(currency)).or_default();
            slot.0 += rows;
            slot.1 += amount;
        }
        self.untold.extend(other.untold.iter().map(|(month, provider)| (*month, word(*provider))));
        self.repairs = self.repairs.plus(other.repairs);
    }

    /// The aggregate of everything entered.
    pub fn close(self, measures: [bool; 4], files: Vec<String>) -> Aggregate {
        let mut totals = self.total_list;
        totals.sort_by(|a, b| (a.month, &self.word_list[a.currency as usize]).cmp(&(b.month, &self.word_list[b.currency as usize])));
        let invoice = |((month, currency, issuer, id), (rows, billed))| Invoice { month, currency, issuer, id, rows, billed };
        // A bill without invoices has one entry a month, which says nothing that its totals do not say.
        let mut invoices: Vec<Invoice> = self.invoices.into_iter().map(invoice).collect();
        let word = |number: u32| &self.word_list[number as usize];
        invoices.sort_by_key(|one| (one.month, word(one.issuer), word(one.id), word(one.currency)));
        if invoices.iter().all(|one| word(one.id).is_empty()) {
            invoices.clear();
        }
        let charge = |((month, currency, kind), (rows, sums))| Charge { month, currency, kind, rows, sums };
        let mut charges: Vec<Charge> = self.charges.into_iter().map(charge).collect();
        charges.sort_by_key(|one| (one.month, word(one.currency), one.kind));
        let convert = |((month, from), (rows, before, after))| Converted { month, from, rows, before, after };
        let mut converted: Vec<Converted> = self.converted.into_iter().map(convert).collect();
        converted.sort_by_key(|one| (one.month, word(one.from)));
        let mut by_resource = self.prices.into_parts();
        by_resource.sort_by(|a, b| self.word_list[a.0.1 as usize].cmp(&self.word_list[b.0.1 as usize]));
        let mut set_aside: Vec<SetAside> = self.aside.into_iter().map(|(currency, (rows, amount))| SetAside { currency, rows, amount }).collect();
        set_aside.sort_by_key(|one| self.word_list[one.currency as usize].clone());
        Aggregate {
            words: self.word_list,
            contexts: self.context_list,
            tag_states: self.tag_list,
            owners: self.owner_list,
            groups: self.group_list,
            totals,
            invoices,
            charges,
            converted,
            by_resource,
            measures,
            knows_units: false,
            untold: self.untold.into_iter().collect(),
            repairs: self.repairs,
            set_aside,
            forms: Vec::new(),
            files,
        }
    }
}
