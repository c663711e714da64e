//! How teams write tags: the habits of misspelling, forgetting and copying that estates really have.

use crate::{
    estate::{Estate, Resource},
    kinds::Cloud,
    labels,
    random::Rng,
    tag::{Meaning, Said, Tag, Value},
    vocabulary::{DATA_CLASSES, ENVIRONMENTS, Key, hostile},
};

/// Writes tags of one cloud, keeping what each means.
#[derive(Debug)]
pub struct Writer {
    cloud: Cloud,
    rng: Rng,
    tags: Vec<Tag>,
}

impl Writer {
    /// An empty set of tags.
    pub fn new(cloud: Cloud, rng: Rng) -> Self {
        Self { cloud, rng, tags: Vec::new() }
    }

    /// The tags.
    pub fn finish(self) -> Vec<Tag> {
        self.tags
    }

    fn push(&mut self, key: &str, value: &str, meaning: Meaning) {
        let value = if self.cloud == Cloud::Gcp { labels::encode(value) } else { value.to_owned() };
        self.tags.push(Tag { key: key.to_owned(), value, meaning });
    }

    /// A recognised value, its key or its spelling wrong on request.
    pub fn known(&mut self, key: Key, value: Value, wrong_key: bool, wrong_value: bool) {
        let spelt = self.key_spelling(key, wrong_key, None);
        let canonical = value.canonical();
        let others: &[&str] = match (&value, self.cloud) {
            (Value::Environment(i), Cloud::Gcp) => ENVIRONMENTS[usize::from(*i)].lower,
            (Value::Environment(i), _) => ENVIRONMENTS[usize::from(*i)].spellings,
            (Value::DataClass(i), Cloud::Gcp) => DATA_CLASSES[usize::from(*i)].2,
            (Value::DataClass(i), _) => DATA_CLASSES[usize::from(*i)].1,
            _ => &[],
        };
        let written = if wrong_value && !others.is_empty() { (*self.rng.pick(others)).to_owned() } else { canonical.clone() };
        let standard = written == canonical;
        self.push(spelt, &written, Meaning::Key(key, !wrong_key, Said::Value(value, standard)));
    }

    /// The same with one given misspelling of the key, as a team uses it everywhere.
    fn habitual(&mut self, key: Key, value: Value, style: Option<usize>, wrong_value: bool) {
        let before = self.tags.len();
        self.known(key, value, style.is_some(), wrong_value);
        let spelt = self.key_spelling(key, style.is_some(), style);
        if let Some(tag) = self.tags.get_mut(before) {
            spelt.clone_into(&mut tag.key);
        }
    }

    fn key_spelling(&mut self, key: Key, wrong: bool, style: Option<usize>) -> &'static str {
        let wrongs = key.misspellings(self.cloud);
        match style {
            _ if !wrong => key.standard(self.cloud),
            Some(style) => wrongs[style % wrongs.len()],
            None => wrongs[self.rng.index(wrongs.len())],
        }
    }

    fn other(&mut self, key: Key, said: Said, value: &str, style: Option<usize>) {
        let spelt = self.key_spelling(key, style.is_some(), style);
        self.push(spelt, value, Meaning::Key(key, style.is_none(), said));
    }
}

/// The tags of a resource that can carry some.
pub fn write(estate: &Estate, resource: &Resource) -> Vec<Tag> {
    let mut w = Writer::new(resource.cloud, Rng::of(estate.spec().seed, 21, resource.index));
    vendor(&mut w, resource);
    if !(resource.legacy || w.rng.chance(85)) {
        let team = crate::random::mix(estate.spec().seed ^ 0x7ea3 ^ u64::from(resource.owner));
        for key in Key::ALL {
            key_tags(&mut w, estate, resource, key, team);
        }
        free(&mut w, estate, resource);
        lifetime(&mut w, estate);
    }
    w.finish()
}

/// One key: forgotten, empty, unknown, contradictory, or well meant and spelt as the team spells.
fn key_tags(w: &mut Writer, estate: &Estate, resource: &Resource, key: Key, team: u64) {
    let shifted = team >> (key as u64 * 8);
    let careful = team % 100 < 45;
    let habit = usize::try_from(shifted & 0xff).unwrap_or(0);
    // A careful team errs on one resource in twelve, a careless one keeps its own spelling nearly everywhere.
    let style = if w.rng.chance(if careful { 80 } else { 850 }) { Some(if careful { w.rng.index(8) } else { habit }) } else { None };
    let wrong_value = w.rng.chance(if careful { 80 } else { 550 });
    let absent = match key {
        Key::Environment | Key::Owner => 70,
        Key::Application => 110,
        Key::CostCenter => 150,
        Key::DataClass if resource.kind.holds_data => 220,
        Key::DataClass => 750,
    };
    let blank = if resource.cloud == Cloud::Gcp { 0 } else { 12 };
    let mut roll = w.rng.below(1000);
    let mut under = |share: u64| {
        let hit = roll < share;
        roll = roll.wrapping_sub(share);
        hit
    };
    if under(absent) {
        return;
    }
    if under(20) {
        return w.other(key, Said::Empty, "", style);
    }
    if under(blank) {
        let white = *w.rng.pick(&[" ", "  ", "\t"]);
        return w.other(key, Said::Empty, white, style);
    }
    if under(25) && !key.unknown_values().is_empty() {
        let unknown = *w.rng.pick(key.unknown_values());
        return w.other(key, Said::Unknown, unknown, style);
    }
    if key == Key::Environment && under(18) {
        return aliases_twice(w, resource.environment, true);
    }
    if key == Key::Environment && under(10) {
        return aliases_twice(w, resource.environment, false);
    }
    let value = match key {
        Key::Environment => Value::Environment(resource.environment),
        Key::Application => Value::Application(resource.application),
        Key::Owner => Value::Text(crate::vocabulary::owner(resource.owner)),
        Key::CostCenter => Value::Text(estate.cost_center_of(resource.application)),
        Key::DataClass => Value::DataClass(resource.data_class),
    };
    w.habitual(key, value, style, wrong_value);
}

/// `env` and `stage` side by side, contradicting each other or not.
fn aliases_twice(w: &mut Writer, environment: u8, contradict: bool) {
    let other = if contradict { (environment + 3) % 8 } else { environment };
    for (key, value) in [("env", environment), ("stage", other)] {
        let canonical = ENVIRONMENTS[usize::from(value)].name;
        w.push(key, canonical, Meaning::Key(Key::Environment, false, Said::Value(Value::Environment(value), true)));
    }
}

/// What the platform writes by itself.
fn vendor(w: &mut Writer, resource: &Resource) {
    if !w.rng.chance(180) {
        return;
    }
    match resource.cloud {
        Cloud::Aws => {
            let stack = format!("{}-stack", crate::vocabulary::application(resource.application));
            w.push("aws:cloudformation:stack-name", &stack, Meaning::Vendor);
            if w.rng.chance(500) {
                w.push("aws:cloudformation:logical-id", "Main", Meaning::Vendor);
            }
        }
        Cloud::Azure => w.push(&format!("hidden-link:/app-insights/{}", resource.name), "Resource", Meaning::Vendor),
        Cloud::Gcp => w.push("goog-terraform-provisioned", "true", Meaning::Vendor),
    }
}

/// Tags of the user outside the taxonomy, hostile ones among them.
fn free(w: &mut Writer, estate: &Estate, resource: &Resource) {
    if resource.cloud == Cloud::Aws && w.rng.chance(550) {
        w.push("Name", &resource.name, Meaning::Free);
    }
    if w.rng.chance(250) {
        w.push(if resource.cloud == Cloud::Gcp { "managed-by" } else { "ManagedBy" }, "terraform", Meaning::Free);
    }
    if resource.cloud != Cloud::Aws || !w.rng.chance(60) {
        hostile_tag(w, estate, resource);
        return;
    }
    w.push("Backup", "true", Meaning::Free);
    hostile_tag(w, estate, resource);
}

/// Hostile text goes where any text is recognised (Owner), where none is (Environment), and beside the taxonomy. Labels cannot hold it.
fn hostile_tag(w: &mut Writer, estate: &Estate, resource: &Resource) {
    if resource.cloud == Cloud::Gcp || !w.rng.chance(estate.spec().hostile_per_mille) {
        return;
    }
    let text = hostile(w.rng.index(7));
    match w.rng.below(3) {
        0 => {
            w.tags.retain(|t| !matches!(t.meaning, Meaning::Key(Key::Owner, ..)));
            w.other(Key::Owner, Said::Value(Value::Text(text.clone()), true), &text, None);
        }
        1 => {
            w.tags.retain(|t| !matches!(t.meaning, Meaning::Key(Key::Environment, ..)));
            w.other(Key::Environment, Said::Unknown, &text, None);
        }
        _ => w.push("Comment", &text, Meaning::Free),
    }
}

/// A date on which, or a time after which, the resource is to go. Durations only where the inventory tells the time of creation: on Google.
fn lifetime(w: &mut Writer, estate: &Estate) {
    if !w.rng.chance(45) {
        return;
    }
    let expired = w.rng.chance(550);
    if w.cloud == Cloud::Gcp && w.rng.chance(500) {
        let value = if expired { "14d" } else { "3650d" };
        return w.push("ttl", value, Meaning::Lifetime(expired));
    }
    let days = 5 + i64::try_from(w.rng.below(150)).unwrap_or(0);
    let moment = estate.spec().now + crate::calendar::DAY * if expired { -days } else { 30 + days };
    let key = match (w.cloud, w.rng.chance(700)) {
        (Cloud::Gcp, true) => "expireson",
        (_, true) => "ExpiresOn",
        (_, false) => "expires-on",
    };
    w.push(key, &crate::calendar::date(moment), Meaning::Lifetime(expired));
}
