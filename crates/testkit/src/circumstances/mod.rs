//! Estates of circumstances: a second generator beside the example's, for the rules that judge state, place, credentials, names, what containers say of
//! each other, money, and waivers over all of these. Every resource, container, charge and waiver is first decided and then written down; what must be
//! found follows from what was decided, never from what was written. They come as a generic inventory, a bill by day, a catalogue and a taxonomy that asks all of it.
//!
//! Decisions where the pages of the rules are silent, so that a difference can be traced:
//!
//! * A time is over at its last second: `after: 30d` finds what is stopped for 30 days to the second, and so it is with what did not change.
//! * **The Environment of a resource**: its own tag; where that is absent or empty, what its group lends, else its scope; where neither does, the one
//!   Environment that its group, or without one its scope, is for. An unknown or torn tag of its own, and tags that nobody read, leave it unknown. A
//!   lender that was not read, or whose tag is torn, ends the search among lenders, and what the container is for still counts. What can carry no tags
//!   is what its containers say.
//! * **Tags that were not read** are no finding of rules about tags that are there: versions, credentials, applications. A class of data that is not
//!   known is passed over.
//! * **stage-containers-disagree**: an empty tag says nothing. Its page says which two are compared.
//! * **stage-name-mismatch**: with `stage_from_name` what only names say is never held against a name, also where it is the name of what lies above.
//! * **Whose a charge is**, on a key: what the row says, its resource, the group of the resource, the scope of the row, and for Environment the one that
//!   the container is for, the group before the scope. Nobody's is open where the tag is torn, the resource's tags were not read, or the inventory does
//!   not hold it; closed where the row or the resource says something unknown or empty. That a group or a scope was not read opens nothing.
//! * **over-budget** judges values that something is known to be charged to. A value has one finding for each currency that it has a budget in.
//! * **spend-without-resource**: a scope of which the inventory holds no resource was not seen whole, nor was one that only the bill names, or that it
//!   does not name. Tags on the row make no difference.
//! * **repeated-key**: which letters are one letter in another case is the same for all letters there are, not for those of English alone.
//! * **Waivers** cover undetermined findings as well as violated ones; of several the first in the file that still counts. A name serves as well as an id,
//!   also where only the bill says that something is found. What a waiver is called has no key in it: no two here differ in nothing else.
//! * **waiver-unused**: a scope that is described without a name is known to have none. Tags that were not read leave a waiver open that names whatever
//!   carries them, a container only if the waiver is of a rule that judges containers by them. What a lender that was not read might lend leaves none open.
//! * **abandoned-environment**: a row without a unit is charged for standing there. Where no source shows any moment, nothing is known to have changed;
//!   where the bill does not say either what was used, that is undetermined.

mod applications;
mod budgets;
mod charges;
mod containers;
mod files;
mod finding;
mod names;
mod repeats;
mod resources;
mod secrets;
mod spend;
mod stands;
mod states;
mod tags;
mod taxonomy;
#[cfg(test)]
mod tests;
mod waivers;
mod words;

pub use finding::Finding;

use crate::calendar::{DAY, Month, rfc3339};
use crate::money::{ONE, Units};
use crate::random::Rng;
use crate::waiver::Waiver;
use applications::Application;
use budgets::Budget;
use charges::{CENT, Charge};
use containers::{Above, Lay, Scope};
use resources::{Resource, Roll};
use std::collections::BTreeSet;

/// Resources of all sorts, beside those that test a limit and those of stands.
const RESOURCES: usize = 320;

/// What the taxonomy of an estate allows.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Seconds that something may be stopped.
    stopped: i64,
    /// Days after which what did not change is abandoned.
    quiet_days: i64,
    /// What use may cost and be taken for none.
    floor: Units,
    /// What may be nobody's in a month.
    nobodys: Units,
    /// What may be paid on a day for resources that are not there.
    ownerless: Units,
}

/// An estate with known truth.
#[derive(Debug)]
pub struct Circumstances {
    seed: u64,
    now: i64,
    limits: Limits,
    do_names_count: bool,
    applications: Vec<Application>,
    above: Vec<Above>,
    scopes: Vec<Scope>,
    resources: Vec<Resource>,
    charges: Vec<Charge>,
    budgets: Vec<Budget>,
    waivers: Vec<Waiver>,
}

/// Which of the two bills is read with the inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bill {
    /// The one that says in which unit each row is counted.
    WithUnits,
    /// The same without that.
    WithoutUnits,
}

impl Bill {
    /// Its folder.
    pub fn folder(self) -> &'static str {
        files::BILLS[usize::from(self == Self::WithoutUnits)]
    }
}

impl Circumstances {
    /// Rolls an estate; everything follows from the seed.
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::of(seed, 80, 0);
        // From the tenth of a month on the bill reaches back for more than the days in which something must have been paid for.
        let month = Month(2026 * 12 + 9 + below(&mut rng, 15));
        let clock = match seed % 4 {
            0 => 0,
            3 => DAY - 1,
            _ => below(&mut rng, DAY),
        };
        let now = month.start() + (9 + below(&mut rng, 15)) * DAY + clock;
        let mut cents = |most: u64| Units::from(1 + rng.below(most)) * CENT;
        let (floor, nobodys, ownerless) = (cents(500), 20 * ONE + cents(2_000), cents(300));
        let limits =
            Limits { stopped: (1 + below(&mut rng, 60)) * DAY + below(&mut rng, 2) * 3_601, quiet_days: 12 + below(&mut rng, 8), floor, nobodys, ownerless };
        let applications = applications::roll(&mut rng, now.div_euclid(DAY));
        let mut lay = Lay { seed, rng: Rng::of(seed, 81, 0), applications: &applications, count: 0 };
        let above = lay.above();
        let scopes = lay.scopes(&above);
        let mut roll = Roll { seed, rng: Rng::of(seed, 82, 0), now, limits, applications: &applications, scopes: &scopes };
        let mut resources = roll.resources(RESOURCES);
        resources.extend(roll.stands(resources.len()));
        let do_names_count = seed % 2 == 1;
        let mut all =
            Self { seed, now, limits, do_names_count, applications, above, scopes, resources, charges: Vec::new(), budgets: Vec::new(), waivers: Vec::new() };
        all.charges = [all.roll_charges(), all.roll_stands(), all.roll_limits()].concat();
        all.budgets = all.set_budgets();
        all.waivers = all.roll_waivers();
        all
    }

    /// The moment for which it is made.
    pub fn now(&self) -> String {
        rfc3339(self.now)
    }

    /// What must be found with one of its bills: all findings of the rules that it is made for, and no others of them.
    pub fn findings(&self, bill: Bill) -> BTreeSet<Finding> {
        self.excuse(self.before_waivers(bill))
    }

    fn before_waivers(&self, bill: Bill) -> Vec<Finding> {
        let mut all = Vec::new();
        for scope in &self.scopes {
            scope.findings(&self.above, self.do_names_count, &mut all);
        }
        for resource in &self.resources {
            self.of_resource(resource, &mut all);
        }
        self.of_money(bill == Bill::WithUnits, &mut all);
        all
    }

    /// The rules that it is made for, and whether each can be undetermined.
    pub const RULES: [(&'static str, bool); 16] = [
        ("stopped-too-long", true),
        ("log-retention", true),
        ("region-outside-residency", true),
        ("unreleased-artifact", true),
        ("application-unknown", false),
        ("secret-in-tag", false),
        ("unattached", false),
        ("repeated-key", false),
        ("stage-containers-disagree", true),
        ("stage-name-mismatch", true),
        ("untagged-spend", true),
        ("over-budget", true),
        ("spend-without-resource", true),
        ("abandoned-environment", true),
        ("waiver-expired", false),
        ("waiver-unused", true),
    ];
}

fn below(rng: &mut Rng, limit: i64) -> i64 {
    i64::try_from(rng.below(limit.unsigned_abs())).unwrap_or(0)
}
