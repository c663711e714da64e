//! What rules may say about columns, by name of the idea instead of the column.

use crate::frame::column;
use crate::inventory::Inventory;
use crate::releases::Release;
use crate::spend::Spend;
use polars::prelude::*;
use std::collections::BTreeSet;
use tagledger_model::{Facts, Standing, Timestamp};
use tagledger_taxonomy::{Key, KeyId, RuleSetting, Taxonomy};

/// What a rule is given.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The inventory.
    pub inventory: &'a Inventory,
    /// The moment of the audit.
    pub now: Timestamp,
    /// What the bill says; none without one.
    pub spend: Option<&'a Spend>,
    /// Scopes that were seen whole, by cloud and id; none where nobody counted.
    pub whole: Option<&'a BTreeSet<(String, String)>>,
    /// Scopes of which something was not seen, by cloud and id; `-` for a cloud and `*` for a scope that nobody can name. None where nobody counted.
    pub unseen: Option<&'a BTreeSet<(String, String)>>,
    /// What earlier runs saw running; none without a history.
    pub ran: Option<&'a BTreeSet<Release>>,
}

impl<'a> Context<'a> {
    /// An inventory at a moment, without a bill.
    pub fn new(inventory: &'a Inventory, now: Timestamp) -> Self {
        Self { inventory, now, spend: None, whole: None, unseen: None, ran: None }
    }

    /// The taxonomy.
    pub fn taxonomy(&self) -> &'a Taxonomy {
        self.inventory.taxonomy()
    }

    /// The columns of every key.
    pub fn keys(&self) -> impl Iterator<Item = KeyColumns<'a>> {
        self.taxonomy().ids().map(|(id, key)| KeyColumns { id, key })
    }

    /// The columns of one key, when the taxonomy has it.
    pub fn key(&self, name: &str) -> Option<KeyColumns<'a>> {
        self.keys().find(|k| k.key.name == name)
    }

    /// What the taxonomy sets for a rule.
    pub fn setting(&self, rule: &str) -> Option<&'a RuleSetting> {
        self.taxonomy().rules.get(rule)
    }

    /// Whether the resource can carry tags; null when not known.
    pub fn is_taggable(&self) -> Expr {
        col(column::TAGGABLE)
    }

    /// Whether it may be asked for tags: everything but what surely cannot carry them.
    pub fn may_be_taggable(&self) -> Expr {
        col(column::TAGGABLE).fill_null(lit(true))
    }

    /// How many tags are the user's own; null when tags were not read.
    pub fn own_tags(&self) -> Expr {
        col(column::OWN_TAGS)
    }

    /// Whether one name is there more than once; null where tags were not read, and for clouds in which two spellings are two names.
    pub fn repeats_key(&self) -> Expr {
        col(column::REPEATS_KEY)
    }

    /// Whether anything says what its container, or the container itself, is for.
    pub fn has_stage(&self) -> Expr {
        col(column::STAGE)
    }

    /// Of the resources' table: whether its own word is an Environment that does not belong in its container; null where it has no word that is known.
    pub fn is_outside_stage(&self) -> Expr {
        col(column::OUTSIDE_STAGE)
    }

    /// Whether any resource has a fact of this kind: a rule about it has nothing to say otherwise. Asked of facts that are together all that is known of any.
    pub fn is_known(&self, fact: impl Fn(&Facts) -> bool) -> bool {
        fact(&self.inventory.facts.of_any())
    }

    /// Whether anything uses it; null where no source shows that.
    pub fn is_attached(&self) -> Expr {
        col(column::ATTACHED)
    }

    /// Whether a source that was asked if anything uses it could not say, and no other says it.
    pub fn attachment_is_unanswered(&self) -> Expr {
        col(column::UNANSWERED).fill_null(lit(false))
    }

    /// Whether it runs; null where no source shows that.
    pub fn is_running(&self) -> Expr {
        col(column::RUNNING)
    }

    /// Whether it has been attached, detached, running or stopped, as it is now, for so many seconds; null where no source shows since when.
    pub fn has_been_so_for(&self, seconds: i64) -> Expr {
        col(column::STATE_SINCE).lt_eq(lit(self.now.0.saturating_sub(seconds)))
    }

    /// Whether it keeps what is written to it until somebody deletes it; null where no source shows how long it keeps it.
    pub fn keeps_forever(&self) -> Expr {
        col(column::KEPT_FOREVER)
    }

    /// For how many days it keeps what is written to it; null where no source shows that, and for what it keeps for ever.
    pub fn retention_days(&self) -> Expr {
        col(column::RETENTION_DAYS)
    }

    /// Whether it keeps what is written to it for fewer days; null where no source shows for how long.
    pub fn keeps_less_than(&self, days: i64) -> Expr {
        self.keeps_forever().not().and(self.retention_days().lt(lit(days)))
    }

    /// Whether it keeps what is written to it for more days, or for ever; null where no source shows for how long.
    pub fn keeps_more_than(&self, days: i64) -> Expr {
        self.keeps_forever().or(self.retention_days().gt(lit(days)))
    }

    /// Whether it states a lifetime.
    pub fn states_lifetime(&self) -> Expr {
        col(column::STATES_LIFETIME)
    }

    /// Whether the stated lifetime is over; null when it cannot be read.
    pub fn is_expired(&self) -> Expr {
        col(column::EXPIRES).lt_eq(lit(self.now.0))
    }

    /// Of the tables of containers: whether what it is for is said by itself and by something else.
    pub fn stage_is_said_twice(&self) -> Expr {
        col(column::SAID_TWICE)
    }

    /// Of the tables of containers: whether the two say different things; null where its own tag says nothing that is known.
    pub fn stage_is_contradicted(&self) -> Expr {
        col(column::CONTRADICTED)
    }

    /// Of the tables of containers: whether its name says an Environment, and something else says its stage.
    pub fn name_says_stage(&self) -> Expr {
        col(column::NAMED)
    }

    /// Of the tables of containers: whether its name says another Environment than its stage; null where it says that one and another.
    pub fn is_misnamed(&self) -> Expr {
        col(column::MISNAMED)
    }

    /// Of the tables of containers: whether it can be judged.
    pub fn scope_is_seen(&self) -> Expr {
        col(column::SEEN)
    }

    /// Of the scopes' table: true where its name and what is above it were read, null where only resources name it.
    pub fn scope_is_described(&self) -> Expr {
        col(column::DESCRIBED)
    }
}

/// Any of several conditions; false when there is none.
pub fn any(conditions: impl Iterator<Item = Expr>) -> Expr {
    conditions.reduce(Expr::or).unwrap_or_else(|| lit(false))
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("now", &self.now).finish_non_exhaustive()
    }
}

/// The columns of one key.
#[derive(Debug, Clone, Copy)]
pub struct KeyColumns<'a> {
    /// Its id.
    pub id: KeyId,
    /// Its declaration.
    pub key: &'a Key,
}

/// True, false, or null where the standing is undetermined.
fn three_valued(standing: Expr, is: Standing) -> Expr {
    when(standing.clone().eq(lit(Standing::Undetermined as u8))).then(lit(NULL)).otherwise(standing.eq(lit(is as u8)))
}

impl KeyColumns<'_> {
    fn col(&self, what: &str) -> Expr {
        col(column::key(self.id, what))
    }

    fn flag(&self, bit: u8) -> Expr {
        // Flags are few: comparing with every number that has the bit set needs no bit arithmetic in the engine.
        let with_bit = (0..16_u8).filter(|n| n & bit != 0).map(|n| self.col("flags").eq(lit(n)));
        with_bit.reduce(Expr::or).unwrap_or_else(|| lit(false))
    }

    /// Whether the taxonomy asks this kind of resource for the key.
    pub fn is_asked(&self) -> Expr {
        self.col("asked")
    }

    /// Neither an own tag nor a container nor a default gives a value, and no own tag tries to.
    pub fn is_missing(&self) -> Expr {
        three_valued(self.col("standing"), Standing::Absent)
    }

    /// The own tag is there with nothing in it.
    pub fn is_empty(&self) -> Expr {
        three_valued(self.col("own"), Standing::Empty)
    }

    /// The own tag's value is not in the taxonomy.
    pub fn is_unrecognised(&self) -> Expr {
        three_valued(self.col("own"), Standing::Unrecognised)
    }

    /// The resource has a tag of its own about the key, whatever it says. Rules about tags that are there and wrong judge nothing else:
    /// that tags were not read, or not all of them, is said once, by the rules about what is missing.
    pub fn is_present(&self) -> Expr {
        self.col("present")
    }

    /// The tag that speaks for the key is there, and its value was not read: what it says, or whether another says the same, cannot be said.
    pub fn is_value_unread(&self) -> Expr {
        self.is_present().and(self.col("own").eq(lit(Standing::Undetermined as u8))).and(self.flag(4).not())
    }

    /// Two tags of equal rank may disagree: the value of one was not read.
    pub fn may_conflict(&self) -> Expr {
        self.flag(8)
    }

    /// Two tags of equal rank disagree; null where they may, and where tags were not read. One tag alone disagrees with none, whatever it says.
    pub fn is_conflicting(&self) -> Expr {
        let unread = self.is_present().not().and(self.col("own").eq(lit(Standing::Undetermined as u8)));
        when(unread.or(self.may_conflict())).then(lit(NULL)).otherwise(self.flag(4))
    }

    /// The key is there and spelt otherwise than this cloud's spelling, whatever its value.
    pub fn is_key_nonstandard(&self) -> Expr {
        self.flag(1)
    }

    /// The value is known but spelt otherwise.
    pub fn is_value_nonstandard(&self) -> Expr {
        let undetermined = self.col("own").eq(lit(Standing::Undetermined as u8)).and(self.flag(4).not());
        when(undetermined).then(lit(NULL)).otherwise(self.flag(2))
    }

    /// The own tag has a value the taxonomy knows; null where tags were not read.
    pub fn is_canonical(&self) -> Expr {
        three_valued(self.col("own"), Standing::Canonical)
    }
}
