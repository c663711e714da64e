//! The frames of codes that rules are expressions over.

use crate::EngineError;
use crate::inventory::{Inventory, Parts, ScopeRow};
use crate::merge::Known;
use crate::resources::{Common, NO_TIME};
use crate::stage::ContainerStage;
use crate::tag_sets::Pair;
use polars::prelude::*;
use tagledger_model::{KeyCase, Retention, Taggable, Text, Timestamp};
use tagledger_taxonomy::{Conflict, Declared, KeyId, decode_label, duration_seconds};

/// Names of the columns; only this module and `context` spell them.
pub(crate) mod column {
    use tagledger_taxonomy::KeyId;

    pub(crate) const TAGGABLE: &str = "taggable";
    pub(crate) const OWN_TAGS: &str = "own_tags";
    pub(crate) const REPEATS_KEY: &str = "repeats_key";
    pub(crate) const STAGE: &str = "stage";
    pub(crate) const OUTSIDE_STAGE: &str = "outside_stage";
    pub(crate) const SAID_TWICE: &str = "said_twice";
    pub(crate) const CONTRADICTED: &str = "contradicted";
    pub(crate) const NAMED: &str = "named";
    pub(crate) const MISNAMED: &str = "misnamed";
    pub(crate) const STATES_LIFETIME: &str = "states_lifetime";
    pub(crate) const EXPIRES: &str = "expires";
    pub(crate) const ATTACHED: &str = "attached";
    pub(crate) const UNANSWERED: &str = "unanswered";
    pub(crate) const RUNNING: &str = "running";
    pub(crate) const STATE_SINCE: &str = "state_since";
    pub(crate) const RETENTION_DAYS: &str = "retention_days";
    pub(crate) const KEPT_FOREVER: &str = "kept_forever";
    pub(crate) const SEEN: &str = "seen";
    pub(crate) const DESCRIBED: &str = "described";

    pub(crate) fn key(key: KeyId, what: &str) -> String {
        format!("k{}_{what}", key.0)
    }
}

fn column<T, N>(name: impl Into<PlSmallStr>, values: T) -> Column
where
    Series: NamedFrom<T, N>,
    N: ?Sized,
{
    Series::new(name.into(), values).into_column()
}

/// One row per resource.
pub(crate) fn resources(inventory: &Inventory) -> DataFrame {
    let (parts, rows) = (&inventory.parts, inventory.len());
    let taggable: BooleanChunked = inventory
        .taggable
        .iter()
        .map(|t| match t {
            Taggable::Yes => Some(true),
            Taggable::No => Some(false),
            Taggable::Unknown => None,
        })
        .collect();
    let own: UInt32Chunked = parts.resources.sets.iter().map(|s| parts.sets.own(*s)).collect();
    let ignores_case: Vec<bool> = parts.clouds.iter().map(|cloud| cloud.grammar.key_case == KeyCase::Ignored).collect();
    let sets = parts.resources.sets.iter().zip(parts.resources.every());
    let repeats: BooleanChunked = sets.map(|(set, common)| parts.sets.repeats(*set).filter(|_| ignores_case[usize::from(common.cloud)])).collect();
    let mut columns = vec![
        taggable.with_name(column::TAGGABLE.into()).into_column(),
        own.with_name(column::OWN_TAGS.into()).into_column(),
        repeats.with_name(column::REPEATS_KEY.into()).into_column(),
    ];
    let (has_stage, outside) = stage(inventory);
    columns.push(has_stage.with_name(column::STAGE.into()).into_column());
    columns.push(outside.with_name(column::OUTSIDE_STAGE.into()).into_column());
    let (states, expires) = lifetimes(inventory);
    columns.push(states.with_name(column::STATES_LIFETIME.into()).into_column());
    columns.push(expires.with_name(column::EXPIRES.into()).into_column());
    state_columns(inventory, &mut columns);
    for (key, _) in parts.taxonomy.ids() {
        key_columns(inventory, key, &mut columns);
    }
    // Every column was made with one value per resource, so their heights agree.
    DataFrame::new(rows, columns).unwrap_or_else(|_| DataFrame::empty())
}

/// Whether anything says the stage of a resource's container, and whether the resource's own word is an Environment that does not belong there: null
/// where it has no word of its own that the taxonomy knows.
fn stage(inventory: &Inventory) -> (BooleanChunked, BooleanChunked) {
    let parts = &inventory.parts;
    let Some(environment) = parts.taxonomy.key("Environment") else {
        let none = || std::iter::repeat_n(None::<bool>, inventory.len()).collect();
        return (std::iter::repeat_n(Some(false), inventory.len()).collect(), none());
    };
    let mut held: Vec<u32> = Vec::new();
    let mut last: Option<&Declared> = None;
    let both: Vec<(bool, Option<bool>)> = (0..inventory.len())
        .map(|row| {
            let stage = inventory.resolved.stage(parts, row);
            // Neighbours share their container: the address of its stage saves the look-up.
            if let Some(stage) = stage.filter(|stage| !last.is_some_and(|last| std::ptr::eq(last, *stage))) {
                held = stage.environments.iter().map(|name| parts.dictionary.code(environment, name)).collect();
                last = Some(stage);
            }
            let own = parts.sets.states(parts.resources.sets[row]).map_or(0, |states| states[environment.index()].value);
            (stage.is_some(), (stage.is_some() && own != 0).then(|| !held.contains(&own)))
        })
        .collect();
    (both.iter().map(|(has, _)| Some(*has)).collect(), both.iter().map(|(_, outside)| *outside).collect())
}

/// Whether a resource has a lifetime, by a tag, else by what its cloud says of it, else by its Environment, and the first moment after it; null where the statement cannot be read or
/// counts from an unknown creation. What a plan is about to make has its whole duration before it.
fn lifetimes(inventory: &Inventory) -> (BooleanChunked, Int64Chunked) {
    let parts = &inventory.parts;
    let ranks: Vec<Option<usize>> = parts.sets.pairs.iter().map(|p| lifetime_rank(parts, p)).collect();
    let ends = inventory.facts.ends.over(inventory.len(), |end| Some(end.value.0));
    let lent = environment_lifetimes(inventory);
    if ranks.iter().all(Option::is_none) && ends.iter().all(Option::is_none) && lent.is_none() {
        return (std::iter::repeat_n(Some(false), inventory.len()).collect(), std::iter::repeat_n(None::<i64>, inventory.len()).collect());
    }
    let rows = (0..inventory.len()).map(|row| {
        let created = || if parts.resources.unborn.contains(&crate::intern::number(row)) { i64::MAX } else { parts.resources.created.get(row) };
        if let Some(pair) = lifetime_pair(parts, parts.resources.sets[row], |pair| ranks[pair as usize]) {
            return Some(expiry(pair.value.as_ref(), created()));
        }
        if ends[row].is_some() {
            return ends[row].map(Some);
        }
        // Only what could carry a later date outlives its Environment's lifetime; where the tags were not read, one of them may say so.
        // A plan does not show when what it changes was made, and does not have to answer for its age.
        let is_asked = inventory.taggable[row] == Taggable::Yes && inventory.live_id(crate::intern::number(row)).is_none();
        let seconds = lent.as_ref().filter(|_| is_asked).and_then(|lent| lent(row))?;
        Some(parts.sets.own(parts.resources.sets[row]).and_then(|_| after(created(), seconds)))
    });
    let all: Vec<Option<Option<i64>>> = rows.collect();
    (all.iter().map(|l| Some(l.is_some())).collect(), all.iter().map(|l| l.flatten()).collect())
}

/// The position of a tag's key among the lifetime keys.
pub(crate) fn lifetime_rank(parts: &Parts, pair: &Pair) -> Option<usize> {
    parts.taxonomy.lifetime_keys.iter().position(|key| parts.names(std::slice::from_ref(key), pair))
}

/// The tag of a set that states a lifetime. Of several, the one whose key the taxonomy lists first counts, then the first in the
/// order of its words: the order of tags says nothing.
pub(crate) fn lifetime_pair(parts: &Parts, set: u32, rank: impl Fn(u32) -> Option<usize>) -> Option<&Pair> {
    parts.sets.own(set)?;
    let stating = parts.sets.pairs_of(set).iter().filter_map(|p| Some((rank(*p)?, &parts.sets.pairs[*p as usize])));
    stating.min_by(|(a, one), (b, other)| (a, &one.key, &one.value).cmp(&(b, &other.key, &other.value))).map(|(_, pair)| pair)
}

/// The first moment after a stated lifetime.
fn expiry(value: Option<&Text>, created: i64) -> Option<i64> {
    let value = decode_label(value?.trim()).into_owned();
    if let Some(moment) = Timestamp::parse(&value) {
        // A bare day counts to its end.
        return Some(if value.len() == 10 { moment.0 + 86_400 } else { moment.0 });
    }
    after(created, duration_seconds(&value)?)
}

fn after(created: i64, seconds: i64) -> Option<i64> {
    (created != NO_TIME).then(|| created.saturating_add(seconds))
}

/// For how long what is in the Environment of a row may live; none where the taxonomy limits no Environment.
fn environment_lifetimes(inventory: &Inventory) -> Option<impl Fn(usize) -> Option<i64>> {
    let parts = &inventory.parts;
    let key = parts.taxonomy.key("Environment")?;
    let limits: Vec<(u32, i64)> =
        parts.taxonomy.environments.iter().filter_map(|(name, environment)| Some((parts.dictionary.code(key, name), environment.lifetime?))).collect();
    (!limits.is_empty()).then_some(move |row| {
        let code = crate::judge::environment_code(inventory, key, row);
        limits.iter().find(|(of, _)| code != 0 && *of == code).map(|(_, seconds)| *seconds)
    })
}

/// The state of each resource: null where no source shows it, which is most of them.
fn state_columns(inventory: &Inventory, columns: &mut Vec<Column>) {
    let (facts, rows) = (&inventory.facts, inventory.len());
    let flag = |of: Vec<Option<bool>>| -> BooleanChunked { of.into_iter().collect() };
    let days = |retention: &Known<Retention>| match retention.value {
        Retention::Days(days) => Some(days),
        Retention::Forever => None,
    };
    let since: Int64Chunked = facts.since.over(rows, |since| Some(since.0)).into_iter().collect();
    let days: UInt32Chunked = facts.retention.over(rows, days).into_iter().collect();
    columns.extend([
        flag(facts.attached.over(rows, |fact| Some(fact.value))).with_name(column::ATTACHED.into()).into_column(),
        flag(facts.unanswered.over(rows, |_| Some(true))).with_name(column::UNANSWERED.into()).into_column(),
        flag(facts.running.over(rows, |fact| Some(fact.value))).with_name(column::RUNNING.into()).into_column(),
        flag(facts.retention.over(rows, |fact| Some(fact.value == Retention::Forever))).with_name(column::KEPT_FOREVER.into()).into_column(),
        since.with_name(column::STATE_SINCE.into()).into_column(),
        days.with_name(column::RETENTION_DAYS.into()).into_column(),
    ]);
}

fn key_columns(inventory: &Inventory, key: KeyId, columns: &mut Vec<Column>) {
    let (parts, rows) = (&inventory.parts, inventory.len());
    let asked_by_kind = asked(inventory, key);
    let mut own: Vec<u8> = Vec::with_capacity(rows);
    let (mut own_value, mut standing, mut value) = (Vec::with_capacity(rows), Vec::with_capacity(rows), Vec::with_capacity(rows));
    let (mut flags, mut provenance, mut asked, mut present) =
        (Vec::with_capacity(rows), Vec::with_capacity(rows), Vec::with_capacity(rows), Vec::with_capacity(rows));
    for row in 0..rows {
        let state = parts.sets.states(parts.resources.sets[row]).map_or(tagledger_taxonomy::KeyState::UNDETERMINED, |s| s[key.index()]);
        let effective = inventory.resolved.effective(parts, row, key);
        own.push(state.standing as u8);
        own_value.push(state.value);
        standing.push(effective.standing as u8);
        value.push(effective.value);
        provenance.push(effective.provenance as u8);
        let conflict = [Conflict::Certain, Conflict::Possible].map(|one| state.conflict == one);
        let set = [state.nonstandard_key, state.nonstandard_value, conflict[0], conflict[1]];
        flags.push(set.into_iter().rev().fold(0_u8, |bits, is| bits << 1 | u8::from(is)));
        present.push(state.tag != tagledger_taxonomy::NO_TAG);
        let common = parts.resources.at(row);
        asked.push(asked_by_kind[&(common.cloud, common.kind)]);
    }
    let name = |what| column::key(key, what);
    columns.push(column(name("own"), own));
    columns.push(column(name("own_value"), own_value));
    columns.push(column(name("standing"), standing));
    columns.push(column(name("value"), value));
    columns.push(column(name("provenance"), provenance));
    columns.push(column(name("flags"), flags));
    columns.push(column(name("asked"), asked));
    columns.push(column(name("present"), present));
}

/// Whether a key is asked for, per cloud and kind.
fn asked(inventory: &Inventory, key: KeyId) -> rustc_hash::FxHashMap<(u8, u32), bool> {
    let parts = &inventory.parts;
    let mut by_kind = rustc_hash::FxHashMap::default();
    for Common { cloud, kind, .. } in parts.resources.every().copied() {
        by_kind.entry((cloud, kind)).or_insert_with(|| {
            let facts = &parts.clouds[usize::from(cloud)];
            let native = &parts.kinds[kind as usize];
            let shared = facts.kinds.find(native).map(|k| k.shared);
            parts.taxonomy.asks(key, facts.id.as_str(), native, shared)
        });
    }
    by_kind
}

/// One row per scope: its stage, and whether anything is known of it that a rule could judge.
pub(crate) fn scopes(inventory: &Inventory) -> Result<DataFrame, EngineError> {
    let scopes = &inventory.parts.scopes;
    let seen = scopes.iter().map(is_seen).collect();
    let described = scopes.iter().map(|s| s.described.then_some(true)).collect();
    containers(&inventory.resolved.scopes, seen, described)
}

/// One row per resource group: the same.
pub(crate) fn groups(inventory: &Inventory) -> Result<DataFrame, EngineError> {
    let (groups, scopes) = (&inventory.parts.groups, &inventory.parts.scopes);
    let seen = groups.iter().map(|group| is_seen(&scopes[group.scope as usize])).collect();
    containers(&inventory.resolved.groups, seen, groups.iter().map(|_| Some(true)).collect())
}

/// Whether rules are asked about a scope, and about the groups in it.
pub(crate) fn is_seen(scope: &ScopeRow) -> bool {
    scope.active && !scope.merged && !scope.id.is_empty()
}

fn containers(stages: &[ContainerStage], seen: BooleanChunked, described: BooleanChunked) -> Result<DataFrame, EngineError> {
    let flags = |of: fn(&ContainerStage) -> Option<bool>| -> BooleanChunked { stages.iter().map(of).collect() };
    let column = |flags: BooleanChunked, name: &str| flags.with_name(name.into()).into_column();
    let columns = vec![
        column(flags(|c| Some(c.stage.is_some())), column::STAGE),
        column(seen, column::SEEN),
        column(described, column::DESCRIBED),
        column(flags(|c| Some(c.is_said_twice || c.is_tag_unclear)), column::SAID_TWICE),
        // What is clear speaks for itself, whatever the tag may mean.
        column(flags(|c| if c.against.is_none() && c.is_tag_unclear { None } else { Some(c.against.is_some()) }), column::CONTRADICTED),
        column(flags(|c| Some(c.name_counts())), column::NAMED),
        column(flags(ContainerStage::is_misnamed), column::MISNAMED),
    ];
    Ok(DataFrame::new(stages.len(), columns)?)
}
