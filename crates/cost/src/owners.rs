//! Who owns a bill row: its id, as bills write ids, is matched with the inventory.
//!
//! Bills write a resource's full id in one cloud and a bare name in another, change its case, put a project's number for its id,
//! or name a part of a resource. Nothing here asks which cloud it is: every match is tried by the shape of the id.

use rustc_hash::FxHashMap;
use std::hash::{BuildHasher, Hasher};
use tagledger_engine::{Inventory, UNKNOWN_SCOPE};
use tagledger_model::Text;

/// "Nothing found".
pub(crate) const NONE: u32 = u32::MAX;

/// An index over an inventory for the ids that bills write.
pub struct Owners<'i> {
    inventory: &'i Inventory,
    /// An id as inventories write it → the resource. It is the look-up that nearly every bill row makes.
    exact: ByDigest,
    /// The lower-cased canonical id → resource; `NONE` where two differ only by case.
    by_id: ByDigest,
    /// Scope row and last part of the id → resource; `NONE` where it is not unique. Names of what bills call by a bare name alone.
    by_name: ByDigest,
    digest: Digest,
    groups: FxHashMap<(u8, Text), u32>,
    scopes: FxHashMap<(u8, Text), u32>,
    /// Services whose names stand before a path, `//compute.googleapis.com/`: few.
    services: Vec<Text>,
    /// Per cloud, the row of the scope that stands for "the export does not say whose it is".
    nobodys: FxHashMap<u8, u32>,
}

/// 128-bit digests of texts, under seeds of this process: a map of digests needs no texts, and nobody outside can aim at a collision.
#[derive(Debug, Clone, Default)]
pub(crate) struct Digest {
    seeds: [foldhash::quality::RandomState; 2],
}

impl Digest {
    /// The digest of a number and a text.
    pub fn of(&self, number: u32, text: &str) -> u128 {
        let half = |seed: &foldhash::quality::RandomState| {
            let mut hasher = seed.build_hasher();
            hasher.write_u32(number);
            hasher.write(text.as_bytes());
            u128::from(hasher.finish())
        };
        half(&self.seeds[0]) << 64 | half(&self.seeds[1])
    }
}

/// What an id says on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    /// Resource row.
    pub resource: u32,
    /// Group row, of the resource or named within the id.
    pub group: u32,
}

impl Owner {
    pub const NOBODY: Self = Self { resource: NONE, group: NONE };
}

/// Rows by the digest of a text: half of it finds an entry, a quarter checks it. Small entries keep the table in the processor's cache.
#[derive(Default)]
pub(crate) struct ByDigest(FxHashMap<u64, (u32, u32)>);

impl ByDigest {
    fn with_capacity(rows: usize) -> Self {
        Self(FxHashMap::with_capacity_and_hasher(rows, rustc_hash::FxBuildHasher))
    }

    /// Notes the row that a text means; one that two mean stands for neither.
    fn note(&mut self, digest: u128, row: u32) {
        let (key, check) = halves(digest);
        self.0.entry(key).and_modify(|entry| entry.1 = NONE).or_insert((check, row));
    }

    /// Notes what was made of a text last; it must not be `NONE`.
    pub fn put(&mut self, digest: u128, made: u32) {
        let (key, check) = halves(digest);
        self.0.insert(key, (check, made));
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[inline]
    pub fn find(&self, digest: u128) -> Option<u32> {
        let (key, check) = halves(digest);
        self.0.get(&key).filter(|(c, row)| *c == check && *row != NONE).map(|(_, row)| *row)
    }
}

/// A digest as the key and check of a small table.
#[expect(clippy::cast_possible_truncation, reason = "parts of a digest are as good as the whole, 96 bits suffice")]
fn halves(digest: u128) -> (u64, u32) {
    ((digest >> 64) as u64, digest as u32)
}

/// Texts that are looked up side by side.
pub(crate) const SIDE_BY_SIDE: usize = 64;

/// Sets the digests of names apart from those of ids, and names that are unique without a scope apart from other names.
const NAMES: u32 = 1 << 16;
const UNIQUE: u32 = 1 << 24;

/// An id in lower case; nearly all are plain letters, which need no look at what Unicode says.
fn lowered(mut id: Text) -> Text {
    if !id.is_ascii() {
        return id.to_lowercase();
    }
    id.make_ascii_lowercase();
    id
}

fn last_part(id: &str) -> &str {
    id.rsplit(['/', ':']).next().unwrap_or(id)
}

/// The name by which a bill may call what has this id, and among what it is looked for; none where bills name it in full.
///
/// AWS names buckets, whose ARNs hold no account, and what some of its services made the name of themselves (`i-0ab…`, `vol-0cd…`). A queue, a table or a
/// function that somebody gave the same name as a bucket is billed by its ARN; so is a parameter or a log group that is called after a machine.
fn bare_name(id: &str) -> Option<(u32, &str)> {
    const THAT_NAME: [&str; 5] = ["ec2", "elasticfilesystem", "fsx", "workspaces", "directconnect"];
    let name = last_part(id);
    let Some(arn) = id.strip_prefix("arn:") else { return Some((NAMES, name)) };
    if id.contains(":::") {
        return Some((UNIQUE, name));
    }
    let mut parts = arn.splitn(5, ':');
    let (service, resource) = (parts.nth(1)?, parts.nth(2)?);
    let is_made = || name.rsplit_once('-').is_some_and(|(_, made)| made.len() >= 8 && made.bytes().any(|b| b.is_ascii_digit()));
    (THAT_NAME.contains(&service) && resource.matches(['/', ':']).count() == 1 && is_made()).then_some((NAMES, name))
}

impl<'i> Owners<'i> {
    /// Indexes an inventory.
    pub fn new(inventory: &'i Inventory) -> Self {
        let rows = inventory.len();
        let [mut exact, mut by_id, mut by_name] = [(); 3].map(|()| ByDigest::with_capacity(rows));
        let digest = Digest::default();
        let mut services: Vec<Text> = Vec::new();
        for row in 0..u32::try_from(rows).unwrap_or(u32::MAX) {
            let (cloud, id) = (u32::from(inventory.cloud_of(row)), inventory.id(row));
            exact.note(digest.of(cloud, &id), row);
            if let Some(live) = inventory.live_id(row) {
                by_id.note(digest.of(cloud, &live.to_lowercase()), row);
            }
            let id = lowered(id);
            if let Some(service) = service(&id).filter(|service| services.last().is_none_or(|last| last != service)) {
                // Those of one kind mostly come after each other.
                match services.iter().position(|known| known == service) {
                    Some(at) => services[at..].rotate_left(1),
                    None => services.push(Text::new(service)),
                }
            }
            if let Some((among, name)) = bare_name(&id) {
                by_name.note(digest.of(among + inventory.scope_of(row), name), row);
            }
            by_id.note(digest.of(cloud, &id), row);
        }
        let groups = (0_u32..).zip(inventory.groups()).map(|(row, g)| ((g.cloud, g.id.to_lowercase()), row)).collect();
        let mut scopes = FxHashMap::default();
        for (row, scope) in (0_u32..).zip(inventory.scopes()).filter(|(_, s)| !s.merged) {
            for id in scope.aliases.iter().chain([&scope.id]) {
                scopes.insert((scope.cloud, id.to_lowercase()), row);
            }
        }
        let nobodys = (0_u32..).zip(inventory.scopes()).filter(|(_, s)| s.id == UNKNOWN_SCOPE).map(|(row, s)| (s.cloud, row)).collect();
        Self { inventory, exact, by_id, by_name, digest, groups, scopes, services, nobodys }
    }

    /// The inventory.
    pub fn inventory(&self) -> &'i Inventory {
        self.inventory
    }

    /// The clouds in which a bill row of this cloud is looked for: its own, or every one when the provider is not known.
    fn clouds(&self, cloud: u8) -> std::ops::Range<u8> {
        let known = u8::try_from(self.inventory.clouds().len()).unwrap_or(u8::MAX);
        if cloud < known { cloud..cloud + 1 } else { 0..known }
    }

    /// The scope that a bill's sub-account id means: by itself or, for a path, by its last part. An id that two clouds
    /// have means neither when the row does not say which.
    pub(crate) fn scope(&self, cloud: u8, sub_account: &str) -> u32 {
        let id = Text::new(sub_account.trim()).to_lowercase();
        let last = Text::new(last_part(&id));
        if id.is_empty() {
            return NONE;
        }
        let mut hits = self.clouds(cloud).filter_map(|c| self.scopes.get(&(c, id.clone())).or_else(|| self.scopes.get(&(c, last.clone()))));
        match (hits.next(), hits.next()) {
            (Some(row), None) => *row,
            _ => NONE,
        }
    }

    /// The resource whose canonical id is written exactly so.
    #[inline]
    pub(crate) fn exactly(&self, cloud: u8, id: &str) -> Option<u32> {
        self.exact.find(self.digest.of(cloud.into(), id))
    }

    /// The same for many ids, one for each, with `NONE` for what is not found or not asked. Looked up side by side, since nearly every one waits for memory.
    pub(crate) fn exactly_each<'t>(&self, ids: impl Iterator<Item = Option<(u8, &'t str)>>, mut found: impl FnMut(&[u32])) {
        let mut digests = ids.map(|id| id.map(|(cloud, id)| self.digest.of(cloud.into(), id)));
        let (mut asked, mut rows) = ([None; SIDE_BY_SIDE], [NONE; SIDE_BY_SIDE]);
        loop {
            let mut count = 0;
            for (slot, digest) in asked.iter_mut().zip(&mut digests) {
                *slot = digest;
                count += 1;
            }
            for (row, digest) in rows.iter_mut().zip(&asked[..count]) {
                *row = digest.and_then(|digest| self.exact.find(digest)).unwrap_or(NONE);
            }
            found(&rows[..count]);
            if count < SIDE_BY_SIDE {
                break;
            }
        }
    }

    /// The resource that a bill row is about, given the cloud and the scope that the row names.
    pub(crate) fn resource(&self, cloud: u8, scope: u32, id: &str) -> Owner {
        // Where the provider is not known the scope says which cloud it is.
        let cloud = if scope != NONE && self.clouds(cloud).len() > 1 { self.inventory.scopes()[scope as usize].cloud } else { cloud };
        let mut hits = self.clouds(cloud).map(|c| self.resource_in(c, scope, id)).filter(|o| *o != Owner::NOBODY);
        match (hits.next(), hits.next()) {
            (Some(owner), None) => owner,
            _ => Owner::NOBODY,
        }
    }

    fn resource_in(&self, cloud: u8, scope: u32, id: &str) -> Owner {
        let exact = self.exactly(cloud, id.trim());
        let id = lowered(Text::new(id.trim().trim_end_matches('/')));
        let lowered = |id: &str| self.by_id.find(self.digest.of(cloud.into(), id));
        let found = exact
            .or_else(|| lowered(&id))
            .or_else(|| self.by_alias(cloud, &id, &lowered))
            .or_else(|| by_parent(&id, &lowered))
            .or_else(|| by_part(&id, &lowered))
            .or_else(|| self.by_path(cloud, &id, &lowered));
        // A bare name counts only within its own scope; the last part of a full id never does, since it names another thing there.
        // What has an id without a scope in it is unique without one, so it may be any scope's.
        let is_bare = !id.contains(['/', ':']);
        let own = Some(scope).filter(|s| *s != NONE && self.inventory.scopes()[*s as usize].cloud == cloud);
        let bare = || {
            let scopes = || own.into_iter().chain(self.nobodys.get(&cloud).copied()).filter(|_| is_bare);
            [UNIQUE, NAMES].into_iter().find_map(|among| scopes().find_map(|scope| self.by_name.find(self.digest.of(among + scope, &id))))
        };
        let resource = found.or_else(bare).unwrap_or(NONE);
        let group = if resource == NONE { self.group_in(cloud, &id) } else { self.inventory.group_of(resource).unwrap_or(NONE) };
        Owner { resource, group }
    }

    /// The id with every part that is another id of a scope put right.
    fn by_alias(&self, cloud: u8, id: &str, lowered: &dyn Fn(&str) -> Option<u32>) -> Option<u32> {
        let mut changed = false;
        let parts: Vec<&str> = id
            .split('/')
            .map(|part| match self.scopes.get(&(cloud, Text::new(part))) {
                Some(row) => {
                    let own = self.inventory.scopes()[*row as usize].id.as_str();
                    changed |= own != part;
                    own
                }
                None => part,
            })
            .collect();
        if changed { lowered(&parts.join("/")) } else { None }
    }

    /// What a path without its service names, where only one service has it: `projects/p/zones/z/instances/i`, alone or at the end of an address.
    fn by_path(&self, cloud: u8, id: &str, lowered: &dyn Fn(&str) -> Option<u32>) -> Option<u32> {
        let of_address = || id.find("/projects/").filter(|_| id.starts_with("https://")).map(|at| &id[at + 1..]);
        let path = if id.starts_with("projects/") { Some(id) } else { of_address() };
        // A bucket has one such path under its full name as well.
        let bucket = path.or_else(|| id.strip_prefix("//storage.googleapis.com/")).and_then(|path| path.strip_prefix("projects/_/buckets/"));
        if let Some(bucket) = bucket {
            return lowered(&format!("//storage.googleapis.com/{}", bucket.split('/').next().unwrap_or(bucket)));
        }
        let path = path?;
        let whole = |service: &Text| format!("{service}{path}");
        let mut hits = self.services.iter().filter_map(|service| {
            let id = whole(service);
            lowered(&id).or_else(|| self.by_alias(cloud, &id, lowered))
        });
        hits.next().filter(|_| hits.next().is_none())
    }

    /// The longest beginning of a path that is a known group.
    fn group_in(&self, cloud: u8, id: &str) -> u32 {
        let mut rest = id;
        while let Some((shorter, _)) = rest.rsplit_once('/') {
            if let Some(row) = self.groups.get(&(cloud, Text::new(shorter))) {
                return *row;
            }
            rest = shorter;
        }
        NONE
    }
}

/// The service before a path, with the slashes around it.
fn service(id: &str) -> Option<&str> {
    let end = id.strip_prefix("//")?.find('/')?;
    id.get(..end + 3)
}

/// An ARN that names a part: a version or an alias of a function behind its name, an object in a bucket, the streams of a log
/// group, a stage of an API or an index of a table.
fn by_part(id: &str, lowered: &dyn Fn(&str) -> Option<u32>) -> Option<u32> {
    let resource = id.strip_prefix("arn:")?.splitn(5, ':').nth(4)?;
    let start = id.len() - resource.len();
    let end = if id[..start].ends_with(":::") { resource.find('/') } else { resource.match_indices(':').nth(1).map(|(at, _)| at) };
    let part = || match id.split(':').nth(2)? {
        "apigateway" => resource.find("/stages/"),
        "dynamodb" => ["/index/", "/stream/"].into_iter().find_map(|part| resource.find(part)),
        _ => None,
    };
    lowered(&id[..start + end.or_else(part)?])
}

/// A path names a part of a resource when its last pair of parts is cut off and the rest is one.
fn by_parent(id: &str, lowered: &dyn Fn(&str) -> Option<u32>) -> Option<u32> {
    let start = id.find("/providers/")? + "/providers/".len();
    let mut rest = id;
    loop {
        rest = rest.rsplit_once('/')?.0.rsplit_once('/')?.0;
        // What is left must still name a kind and a resource below the provider.
        if rest.len() <= start || rest[start..].matches('/').count() < 2 {
            return None;
        }
        if let Some(row) = lowered(rest) {
            return Some(row);
        }
    }
}

impl std::fmt::Debug for Owners<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Owners").field("resources", &self.by_id.0.len()).finish_non_exhaustive()
    }
}
