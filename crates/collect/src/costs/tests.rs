use super::*;
use std::sync::Mutex;

/// What was asked, month by month.
static ASKED: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Fake(String);

impl CostSource for Fake {
    fn identity(&self) -> String {
        self.0.clone()
    }

    fn ask<'a>(&'a self, months: &'a [Month], out: &'a mut CostRows) -> AskedCosts<'a> {
        Box::pin(async move {
            if self.0 == "empty" {
                return Ok(());
            }
            out.holds(&["BillingPeriodStart", "BilledCost"]);
            for month in months {
                ASKED.lock().unwrap().push(format!("{} {month}", self.0));
                out.row(*month, &[&format!("{month}-01"), "1"])?;
            }
            if self.0 == "breaks" {
                return Err(CollectError::Unreachable("gone".to_owned()).into());
            }
            if self.0 == "partly" {
                out.is_part("said".to_owned());
            } else {
                out.note("said".to_owned());
            }
            Ok(())
        })
    }
}

static SERVICE: CostService = CostService {
    scheme: "fake",
    name: "Fake",
    example: "fake://whoever",
    columns: &["BillingPeriodStart", "BilledCost", "Tags"],
    operations: &[],
    gib_setting: None,
    open: |address, _| {
        let identity = address.rest.clone();
        Ok(Box::pin(async move {
            let source: Box<dyn CostSource> = Box::new(Fake(identity));
            Ok(source)
        }))
    },
};

fn ask(at: &str, now: &str, cache: &Path) -> Result<CostsKept, CostsError> {
    let (settings, keys): (_, TagKeys) = (Settings::default(), Arc::new(|_| None));
    let now = Timestamp::parse(now).unwrap();
    costs(CostsWanted { service: &SERVICE, at, settings: &settings, keys, names: String::new(), now, cache, announce: Box::new(|_| {}) })
}

/// The months that were asked of one identity since it was last asked about this.
fn asked(of: &str) -> Vec<String> {
    let mut all = ASKED.lock().unwrap();
    let (own, others) = all.drain(..).partition(|one: &String| one.starts_with(of));
    *all = others;
    own.into_iter().map(|one| one[of.len() + 1..].to_owned()).collect()
}

#[test]
fn a_month_is_asked_for_until_it_cannot_change() {
    let folder = tempfile::tempdir().unwrap();
    let at = "fake://one?months=3";
    let kept = ask(at, "2026-11-10", folder.path()).unwrap();
    assert_eq!(asked("one"), ["2026-09", "2026-10", "2026-11"]);
    assert_eq!(kept.files.len(), 3);
    assert_eq!(std::fs::read_to_string(&kept.files[1]).unwrap(), "BillingPeriodStart,BilledCost\n2026-10-01,1\n");
    assert_eq!(kept.notes[1], "said");
    ask(at, "2026-11-10T05:59:00Z", folder.path()).unwrap();
    assert_eq!(asked("one"), Vec::<String>::new(), "an answer of this hour");
    ask(at, "2026-11-10T06:00:00Z", folder.path()).unwrap();
    assert_eq!(asked("one"), ["2026-10", "2026-11"], "September was over for long when it was asked for, October was not");
    ask(at, "2026-11-17", folder.path()).unwrap();
    ask(at, "2026-11-30", folder.path()).unwrap();
    assert_eq!(asked("one"), ["2026-10", "2026-11", "2026-11"]);
}

#[test]
fn what_was_shown_in_part_or_kept_by_another_version_is_asked_for_again() {
    let folder = tempfile::tempdir().unwrap();
    for at in ["fake://partly?months=2", "fake://whole?months=2"] {
        ask(at, "2026-11-28", folder.path()).unwrap();
        ask(at, "2026-11-29", folder.path()).unwrap();
    }
    assert_eq!(asked("partly"), ["2026-10", "2026-11", "2026-10", "2026-11"], "somebody may show the rest by now");
    assert_eq!(asked("whole"), ["2026-10", "2026-11", "2026-11"]);
    let beside = folder.path().join("asked/fake/whole/whole/2026-10.json");
    let text = std::fs::read_to_string(&beside).unwrap();
    std::fs::write(&beside, text.replace(env!("CARGO_PKG_VERSION"), "0.0.1")).unwrap();
    ask("fake://whole?months=2", "2026-11-29", folder.path()).unwrap();
    assert_eq!(asked("whole"), ["2026-10"]);
}

#[test]
fn a_month_without_costs_has_the_names_of_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let kept = ask("fake://empty?months=1", "2026-11-10", folder.path()).unwrap();
    assert_eq!(std::fs::read_to_string(&kept.files[0]).unwrap(), "BillingPeriodStart,BilledCost,Tags\n");
}

#[test]
fn what_breaks_off_or_is_cut_short_is_asked_for_again() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(ask("fake://breaks", "2026-11-10", folder.path()).unwrap_err().to_string(), "no answer: gone");
    let kept: Vec<_> = std::fs::read_dir(folder.path().join("asked/fake/breaks/breaks")).unwrap().collect();
    assert!(kept.is_empty(), "{kept:?}");
    let kept = ask("fake://two?months=1", "2026-11-10", folder.path()).unwrap();
    std::fs::write(&kept.files[0], "BillingPeriodStart,Bil").unwrap();
    asked("two");
    ask("fake://two?months=1", "2026-11-10", folder.path()).unwrap();
    assert_eq!(asked("two"), ["2026-11"]);
}

#[test]
fn answers_to_one_are_never_taken_for_those_to_another() {
    let name = |text: &str| kept::name(text);
    assert_eq!((name(""), name("a/../b"), name("Ab-1_")), ("-".to_owned(), "a%2f%2e%2e%2fb".to_owned(), "Ab-1_".to_owned()));
    let (long, other) = ("x".repeat(300), "x".repeat(301));
    assert!(name(&long).len() < 200 && name(&long) != name(&other));
}
