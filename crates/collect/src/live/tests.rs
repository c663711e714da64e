use super::*;
use crate::{Journal, Settings};
use std::sync::atomic::{AtomicU64, Ordering};
use tagledger_model::{CloudId, Further, NativeId, Observed, Origin, Outcome, RawResource, Scope, Taggable, Timestamp};

static INFO: CollectorInfo = CollectorInfo { id: "fake", summary: "", operations: &[], rank: 1, blind_spot: None, whole: true };

/// Pages of one resource each, and what goes wrong where.
#[derive(Default)]
struct Fake {
    asked: AtomicU64,
}

fn resource(scope: &str, name: &str) -> Found {
    Found::Resource(RawResource {
        cloud: CloudId::new("here"),
        scope: scope.into(),
        region: None,
        group: None,
        id: NativeId::exact(format!("{scope}/{name}")),
        kind: "thing".into(),
        name: None,
        tags: Observed::Known(Vec::new()),
        further: Further::None,
        taggable: Taggable::Unknown,
        created: None,
        changed: None,
        facts: None,
        origin: Origin::Live { collector: INFO.id },
    })
}

impl Fake {
    async fn page(&self, place: &str, token: Option<String>) -> Result<Page, CollectError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let at: u64 = token.as_deref().map_or(0, |token| token.parse().unwrap());
        match (place, at) {
            // The third page is refused the first time.
            ("passing" | "unsure", 2) if self.asked.load(Ordering::Relaxed) < 4 => return Err(CollectError::Throttled("wait".to_owned())),
            ("stale", 2) if self.asked.load(Ordering::Relaxed) < 4 => return Err(CollectError::StaleToken("unknown".to_owned())),
            ("endless", 2) => return Ok((Vec::new(), Some("2".to_owned()))),
            ("lasting", 2) => return Err(CollectError::Unreachable("nobody".to_owned())),
            ("hanging", 2) => std::future::pending().await,
            _ => {}
        }
        Ok((vec![resource("one", &format!("{place}{at}"))], (at < 3).then(|| (at + 1).to_string())))
    }
}

impl Collector for Fake {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn collect<'a>(&'a self, targets: &'a [Target], out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            if targets.len() > 1 {
                out.give(vec![resource("one", "a"), resource("two", "b"), resource("two", "c"), resource("three", "d")]).await;
                out.missing(&targets[0], CollectError::NotEnabled("is off".to_owned()));
                return Ok(());
            }
            match targets[0].region.as_deref().unwrap() {
                "denied" => Err(CollectError::Denied { permission: "x:List".to_owned() }),
                "off" => Err(CollectError::NotEnabled("is off".to_owned())),
                "broken" => {
                    out.give(vec![resource("one", "before")]).await;
                    panic!("by a mistake")
                }
                "flawed" => {
                    out.flaw(CollectError::Denied { permission: "x:ListTags".to_owned() });
                    pages(out, |token| self.page("flawed", token)).await
                }
                "unsure" => {
                    if self.asked.load(Ordering::Relaxed) == 0 {
                        out.flaw(CollectError::Throttled("wait".to_owned()));
                    }
                    pages(out, |token| self.page("unsure", token)).await
                }
                place => pages(out, |token| self.page(place, token)).await,
            }
        })
    }
}

struct Cloudlet {
    places: Vec<&'static str>,
    fake: Arc<Fake>,
}

impl Connection for Cloudlet {
    fn discover(&self) -> Asked<'_, Discovery> {
        Box::pin(async move {
            if self.places.is_empty() {
                return Err(CollectError::NoCredentials("nobody".to_owned()));
            }
            let scope = Scope {
                cloud: CloudId::new("here"),
                id: "one".into(),
                aliases: Vec::new(),
                name: None,
                ancestors: Vec::new(),
                tags: Observed::Unknown,
                active: true,
            };
            let at = |scope: &str, region: Option<&str>| Target { scope: scope.into(), region: region.map(Text::from) };
            let job = |place: &&str| match *place {
                "several" => Job { collector: Arc::<Fake>::clone(&self.fake), targets: vec![at("one", None), at("two", None)] },
                place => Job { collector: Arc::<Fake>::clone(&self.fake), targets: vec![at("one", Some(place))] },
            };
            Ok(Discovery { found: vec![Found::Scope(scope)], work: self.places.iter().map(job).collect(), coverage: Vec::new() })
        })
    }
}

/// What a scan of these places says: its rows, the names it found, and how often pages were asked for.
fn scan(places: &[&'static str], journal: Option<&mut Journal>, stop: Stop) -> Result<(Vec<Coverage>, Vec<String>, u64), LiveError> {
    let fake = Arc::new(Fake::default());
    let connection: Arc<dyn Connection> = Arc::new(Cloudlet { places: places.to_vec(), fake: Arc::clone(&fake) });
    let connections = vec![Connecting { cloud: CloudId::new("here"), connection: Box::pin(async move { Ok(connection) }) }];
    let (mut names, stopping) = (Vec::new(), stop.clone());
    let options = LiveOptions { at_once: 2, journal, stop, until: None, progress: &mut |_, _| {} };
    let rows = collect(connections, options, &mut |found| {
        if let Found::Resource(resource) = found {
            names.push(resource.id.canonical.to_string());
            // What a journal hands over was found by another scan.
            if fake.asked.load(Ordering::Relaxed) > 0 && names.last().is_some_and(|name| name.ends_with("hanging1")) {
                stopping.stop(Stopped::Interrupted);
            }
        }
    })?;
    names.sort();
    Ok((rows, names, fake.asked.load(Ordering::Relaxed)))
}

fn told(rows: &[Coverage]) -> Vec<(&str, &Outcome)> {
    rows.iter().map(|row| (row.region.as_deref().unwrap_or("-"), &row.outcome)).collect()
}

fn partial(count: u64, why: &str) -> Outcome {
    Outcome::Partial { count, why: why.to_owned() }
}

#[test]
fn every_target_leaves_one_row() {
    let (rows, ..) = scan(&["ok", "denied", "off", "lasting", "endless", "broken"], None, Stop::default()).unwrap();
    assert!(matches!(&rows[0].outcome, Outcome::Partial { count: 1, why } if why.contains("broke down")), "{:?}", rows[0]);
    assert_eq!(
        told(&rows[1..]),
        [
            ("denied", &Outcome::Denied { permission: "x:List".to_owned() }),
            ("endless", &partial(2, "the answer is not what the service promises: one page names itself as the next")),
            ("lasting", &partial(2, "no answer: nobody")),
            ("off", &Outcome::Skipped { why: "is off".to_owned() }),
            ("ok", &Outcome::Complete { count: 4 }),
        ]
    );
}

#[test]
fn one_call_for_many_targets_is_counted_for_each() {
    let (rows, names, _) = scan(&["several"], None, Stop::default()).unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row.scope.as_str(), &row.outcome)).collect();
    assert_eq!(told, [("one", &Outcome::Skipped { why: "is off".to_owned() }), ("two", &Outcome::Complete { count: 2 })]);
    assert_eq!(names.len(), 4);
}

#[test]
fn what_passes_is_gone_on_with_from_its_page_and_what_is_stale_from_the_beginning() {
    let (rows, names, asked) = scan(&["passing"], None, Stop::default()).unwrap();
    assert_eq!((told(&rows)[0].1, names.len()), (&Outcome::Complete { count: 4 }, 4));
    assert_eq!(asked, 5, "no page is asked for again but the one that was refused");
    let (rows, names, _) = scan(&["stale"], None, Stop::default()).unwrap();
    assert_eq!(told(&rows)[0].1, &Outcome::Complete { count: 4 }, "counted anew");
    assert_eq!(names.len(), 6, "two pages came twice: the inventory knows them by their ids");
}

#[test]
fn what_could_not_be_read_whole_is_said_and_is_not_gone_on_from_behind() {
    let (rows, names, asked) = scan(&["flawed"], None, Stop::default()).unwrap();
    assert_eq!((told(&rows)[0].1, names.len()), (&partial(4, "permission x:ListTags is missing"), 4));
    assert_eq!(asked, 4, "what is not allowed is not asked for again");
    let (rows, _, asked) = scan(&["unsure"], None, Stop::default()).unwrap();
    assert_eq!(told(&rows)[0].1, &Outcome::Complete { count: 4 });
    assert_eq!(asked, 7, "three pages, and then all of them once more");
}

#[test]
fn what_was_stopped_is_kept_and_labelled() {
    let (rows, names, _) = scan(&["hanging", "lasting", "hanging"], None, Stop::default()).unwrap();
    assert!(names.contains(&"one/hanging1".to_owned()));
    assert!(rows.iter().all(|row| row.outcome.is_incomplete()), "{rows:?}");
    assert!(rows.iter().any(|row| matches!(&row.outcome, Outcome::Partial { why, .. } if why == "interrupted")), "{rows:?}");
    assert_eq!(rows.len(), 3);
}

#[test]
fn a_later_scan_goes_on_where_this_one_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let (path, now) = (folder.path().join("journal"), Timestamp::parse("2026-11-01").unwrap());
    let mut journal = Journal::begin(&path, now).unwrap();
    scan(&["ok", "hanging", "several"], Some(&mut journal), Stop::default()).unwrap();
    drop(journal);
    // A killed program leaves half an entry.
    let torn = std::fs::read(&path).unwrap();
    std::fs::write(&path, [&torn[..], &200_u32.to_le_bytes(), b"the beginning of an entry"].concat()).unwrap();

    let later = Timestamp(now.0 + 3600);
    let mut journal = Journal::resume(&path, later).unwrap();
    assert_eq!(journal.began(), Some(now));
    let (rows, mut names, asked) = scan(&["ok", "several"], Some(&mut journal), Stop::default()).unwrap();
    assert_eq!(asked, 0, "what was finished is not asked for again");
    assert_eq!(told(&rows).iter().filter(|(_, outcome)| matches!(outcome, Outcome::Complete { .. })).count(), 2);
    names.dedup();
    assert_eq!(names.iter().filter(|name| name.contains("ok")).count(), 4);
    assert!(Journal::resume(&path, later).unwrap_err().to_string().contains("another scan"), "two scans would mix their pages");
    drop(journal);
    // What this scan does not ask for is not handed over, whatever is kept of it.
    let mut journal = Journal::resume(&path, later).unwrap();
    let (rows, mut names, _) = scan(&["several"], Some(&mut journal), Stop::default()).unwrap();
    names.dedup();
    assert_eq!((rows.len(), names.iter().filter(|name| name.contains("ok")).count(), names.len()), (2, 0, 4));
    drop(journal);
    let journal = Journal::resume(&path, Timestamp(now.0 + 48 * 3600)).unwrap();
    assert_eq!(journal.began(), None, "what is older than a day is asked for again");
}

#[test]
fn what_was_stopped_before_anything_was_known_says_so() {
    let stop = Stop::default();
    stop.stop(Stopped::Interrupted);
    let (rows, names, asked) = scan(&["ok"], None, stop).unwrap();
    assert_eq!((told(&rows), names.len(), asked), (vec![("-", &Outcome::Failed { why: "interrupted".to_owned() })], 0, 0));
}

#[test]
fn a_cloud_that_cannot_be_asked_is_an_error() {
    let said = scan(&[], None, Stop::default()).unwrap_err().to_string();
    assert_eq!(said, "here: nobody");
}

#[test]
fn settings_answer_by_their_names() {
    let mut settings = Settings::default();
    settings.set("names", crate::Value::Texts(vec!["a".to_owned()]));
    settings.set("on", crate::Value::Flag(true));
    assert_eq!((settings.texts("names").len(), settings.flag("on"), settings.flag("off"), settings.text("names")), (1, true, false, None));
}
