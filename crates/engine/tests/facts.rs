//! What sources know of the state of a resource, and which sources knew it, whatever the order in which they are read.

#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;
use tagledger_engine::{Context, Inventory, InventoryBuilder, Reader};
use tagledger_model::{CloudId, Fact, Facts, Further, NativeId, Observed, Origin, RawResource, Retention, Taggable, Text, Timestamp};
use tagledger_taxonomy::{Known, Taxonomy};

const READERS: [Reader; 4] = [
    Reader { id: "tags", rank: 30, is_blind: true },
    Reader { id: "index", rank: 20, is_blind: false },
    Reader { id: "volumes", rank: 40, is_blind: false },
    Reader { id: "other tags", rank: 40, is_blind: true },
];

fn taxonomy() -> Arc<Taxonomy> {
    let known = Known { rules: &[], clouds: &[] };
    let missing = |_: &Path| Err(std::io::Error::from(std::io::ErrorKind::NotFound));
    Arc::new(tagledger_taxonomy::parse(Path::new("t.yaml"), "version: 1\nkeys:\n  Owner: {}\n", &known, &missing).unwrap().taxonomy)
}

fn resource(id: &str, reader: usize, facts: Option<Facts>) -> RawResource {
    RawResource {
        cloud: CloudId::new("aws"),
        scope: Text::new("111111111111"),
        region: None,
        group: None,
        id: NativeId::exact(id),
        kind: Text::new("ec2:volume"),
        name: None,
        tags: Observed::Unknown,
        further: Further::None,
        taggable: Taggable::Unknown,
        created: None,
        changed: None,
        facts: facts.map(Box::new),
        origin: Origin::Live { collector: READERS[reader].id },
    }
}

fn inventory(resources: &[RawResource]) -> Inventory {
    let mut builder = InventoryBuilder::new(&taxonomy(), &[], &READERS);
    for resource in resources {
        builder.resource(resource);
    }
    builder.finish()
}

fn state(attached: bool, since: Option<i64>) -> Facts {
    Facts { attached: Some(Fact::new(attached, "Attachments", if attached { "1" } else { "0" })), since: since.map(Timestamp), ..Facts::default() }
}

fn facts(inventory: &Inventory) -> Facts {
    inventory.resource(0).facts().unwrap_or_default()
}

#[test]
fn known_beats_unknown_and_the_higher_rank_wins_fact_by_fact() {
    let low = Facts { retention: Some(Fact::new(Retention::Days(30), "r", "30")), ..state(false, Some(5)) };
    let high = Facts { source: Some(Fact::new(Text::new("v-9"), "VolumeId", "v-9")), ..state(true, None) };
    let both = facts(&inventory(&[resource("v", 1, Some(low.clone())), resource("v", 2, Some(high.clone()))]));
    assert_eq!((both.attached, both.retention, both.source), (high.attached, low.retention, high.source));
    assert_eq!(both.since, None, "the day of a detachment that nobody believes");
    let same = facts(&inventory(&[resource("v", 1, Some(state(true, Some(5)))), resource("v", 2, Some(state(true, None)))]));
    assert_eq!(same.since, Some(Timestamp(5)), "the same state, and a day that only the lower rank knows");
}

#[test]
fn an_answer_of_any_rank_beats_none() {
    let open = || Facts { unanswered: Some(Text::new("Health = not answered")), ..Facts::default() };
    let answered = facts(&inventory(&[resource("v", 2, Some(open())), resource("v", 1, Some(state(false, None)))]));
    assert_eq!((answered.attached.map(|fact| fact.value), answered.unanswered), (Some(false), None));
    let not = facts(&inventory(&[resource("v", 2, Some(open())), resource("v", 1, Some(Facts { since: Some(Timestamp(5)), ..Facts::default() }))]));
    assert_eq!((not.attached, not.unanswered), (None, open().unanswered));
}

#[test]
fn resources_without_facts_have_none_and_columns_say_so() {
    let kept = Facts { retention: Some(Fact::new(Retention::Forever, "r", "null")), ..Facts::default() };
    let inventory = inventory(&[
        resource("a", 0, None),
        resource("b", 0, Some(Facts::default())),
        resource("c", 0, Some(state(false, Some(0)))),
        resource("d", 0, Some(kept)),
    ]);
    let known: Vec<bool> = (0..4).map(|row| inventory.resource(row).facts().is_some()).collect();
    assert_eq!(known, [false, false, true, true]);
    let frame = inventory.frame();
    let column = |name: &str| -> Vec<Option<bool>> { frame.column(name).unwrap().bool().unwrap().iter().collect() };
    assert_eq!(column("attached"), [None, None, Some(false), None]);
    assert_eq!(column("running"), [None; 4]);
    assert_eq!(column("kept_forever"), [None, None, None, Some(true)]);
    let cx = Context::new(&inventory, Timestamp(3 * 86_400 - 1));
    assert!(cx.is_known(|f| f.attached.is_some()) && !cx.is_known(|f| f.running.is_some()));
}

#[test]
fn what_only_sources_with_a_blind_spot_know_is_marked() {
    let seen = [resource("a", 0, None), resource("b", 0, None), resource("b", 1, None), resource("c", 3, None), resource("c", 0, None), resource("d", 2, None)];
    let inventory = inventory(&seen);
    let marked: Vec<bool> = (0..4).map(|row| inventory.resource(row).has_only_blind_sources()).collect();
    assert_eq!(marked, [true, false, true, false]);
    assert_eq!(inventory.resource(2).sources(), ["tags", "other tags"]);
}

fn any_facts() -> impl Strategy<Value = Option<Facts>> {
    let flag = || proptest::option::of((any::<bool>(), "[ab]").prop_map(|(value, said)| Fact::new(value, "f", &said)));
    let days = prop_oneof![Just(Retention::Forever), (1..3_u32).prop_map(Retention::Days)];
    let retention = proptest::option::of((days, "[ab]").prop_map(|(value, said)| Fact::new(value, "r", &said)));
    let source = proptest::option::of("[xy]".prop_map(|id| Fact::new(Text::new(&id), "s", &id)));
    let since = proptest::option::of((0..3_i64).prop_map(Timestamp));
    let open = proptest::option::of("[uv]".prop_map(|field| Text::new(&field)));
    let facts = (flag(), flag(), since, retention, source, open).prop_map(|(attached, running, since, retention, source, open)| Facts {
        ends: since.map(|end| Fact::new(end, "e", "x")),
        unanswered: open.filter(|_| attached.is_none()),
        attached,
        running,
        since,
        retention,
        source,
    });
    proptest::option::of(facts)
}

proptest! {
    #[test]
    fn the_order_of_sources_does_not_matter(said in proptest::collection::vec((0..READERS.len(), any_facts()), 1..6), at in any::<prop::sample::Index>()) {
        let mut all: Vec<RawResource> = said.into_iter().map(|(reader, facts)| resource("v", reader, facts)).collect();
        let first = facts(&inventory(&all));
        let turn = at.index(all.len());
        all.rotate_left(turn);
        prop_assert_eq!(&facts(&inventory(&all)), &first);
        all.reverse();
        prop_assert_eq!(&facts(&inventory(&all)), &first);
        // What is read twice says nothing new.
        let twice: Vec<RawResource> = all.iter().chain(&all).cloned().collect();
        prop_assert_eq!(&facts(&inventory(&twice)), &first);
        // Whatever is believed, some source said so.
        let said = |test: &dyn Fn(&Facts) -> bool| all.iter().filter_map(|r| r.facts.as_deref()).any(test);
        prop_assert_eq!(first.attached.is_some(), said(&|f| f.attached.is_some()));
        prop_assert!(first.running.is_none() || said(&|f| f.running == first.running));
        prop_assert!(first.since.is_none() || said(&|f| f.since == first.since));
    }
}
