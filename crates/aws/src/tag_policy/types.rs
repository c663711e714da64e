//! Which types of resources a tag policy knows.

use crate::kinds::KINDS;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use tagledger_collect::AskedOf;
use tagledger_model::{Kind, Taggable};

/// A service, and the types of it that can be reported without a required tag.
struct Service {
    name: &'static str,
    /// Whether values can be enforced on all of it.
    enforced: bool,
    types: Vec<&'static str>,
}

static SERVICES: LazyLock<Vec<Service>> = LazyLock::new(|| {
    let lines = include_str!("types.tsv").lines().filter(|line| !line.starts_with('#'));
    let service = |line: &'static str| {
        let mut columns = line.split('\t');
        let (name, enforced, types) = (columns.next()?, columns.next()?, columns.next()?);
        Some(Service { name, enforced: enforced == "yes", types: types.split(' ').collect() })
    };
    lines.filter_map(service).collect()
});

/// The word for all types of a service.
const ALL: &str = "ALL_SUPPORTED";

impl Service {
    /// The type that a kind has here: by its own name, or by that of what it is a sort of, such as a load balancer.
    fn type_of(&self, kind: &str) -> Option<&'static str> {
        let own = kind.strip_prefix(self.name)?.strip_prefix(':')?;
        let sort = |name: &&&str| own.strip_prefix(name.to_ascii_lowercase().as_str()).is_some_and(|rest| rest.starts_with('/'));
        self.types.iter().find(|name| name.eq_ignore_ascii_case(own)).or_else(|| self.types.iter().find(sort)).copied()
    }
}

/// The types of which a key is asked, and the kinds of ours that no type stands for.
pub(super) fn of(asked: &AskedOf) -> (Vec<String>, Vec<&'static str>) {
    let kinds = match asked {
        AskedOf::Nothing => return (Vec::new(), Vec::new()),
        AskedOf::Everything => return (SERVICES.iter().map(|service| format!("{}:{ALL}", service.name)).collect(), unknown()),
        AskedOf::Kinds(kinds) => kinds,
    };
    let (mut types, mut found) = (Vec::new(), BTreeSet::new());
    for service in SERVICES.iter() {
        let mut asked = BTreeSet::new();
        for (kind, name) in kinds.iter().filter_map(|kind| Some((*kind, service.type_of(kind)?))) {
            found.insert(kind);
            asked.insert(name);
        }
        if asked.len() == service.types.len() {
            types.push(format!("{}:{ALL}", service.name));
        } else {
            types.extend(asked.iter().map(|name| format!("{}:{name}", service.name)));
        }
    }
    (types, kinds.iter().filter(|kind| !found.contains(*kind)).copied().collect())
}

/// The kinds that can carry tags and that no type stands for.
fn unknown() -> Vec<&'static str> {
    let is_known = |kind: &&Kind| SERVICES.iter().any(|service| service.type_of(kind.native).is_some());
    let taggable = KINDS.iter().filter(|kind| kind.taggable == Taggable::Yes);
    let mut kinds: Vec<&str> = taggable.filter(|kind| !is_known(kind)).map(|kind| kind.native).collect();
    kinds.sort_unstable();
    kinds
}

/// The services on which values can be enforced, of those of which a key is asked; of all where it is asked of none.
pub(super) fn enforced(asked: &AskedOf) -> Vec<String> {
    let is_asked = |service: &&Service| match asked {
        AskedOf::Nothing | AskedOf::Everything => true,
        // A service is enforced as a whole, so that it must be asked as a whole: another type of it may say what it likes.
        AskedOf::Kinds(kinds) => service.types.iter().all(|name| kinds.iter().any(|kind| service.type_of(kind) == Some(*name))),
    };
    SERVICES.iter().filter(|service| service.enforced).filter(is_asked).map(|service| format!("{}:{ALL}", service.name)).collect()
}

/// What types stand for, as patterns over kinds; none where they are all that there are.
pub(super) fn patterns(types: &[String]) -> Option<Vec<String>> {
    let is_whole = |service: &Service| types.iter().any(|named| *named == format!("{}:{ALL}", service.name));
    if SERVICES.iter().all(is_whole) {
        return None;
    }
    Some(types.iter().flat_map(|named| kinds_of(named)).collect())
}

/// The kinds that a type stands for; its own name where it is none of ours.
fn kinds_of(named: &str) -> Vec<String> {
    let (service, name) = named.split_once(':').unwrap_or((named, "*"));
    if name == ALL || name == "*" {
        return vec![format!("{}:*", service.to_ascii_lowercase())];
    }
    let known = SERVICES.iter().find(|known| known.name == service);
    let is_of = |kind: &&Kind| kind.taggable == Taggable::Yes && known.and_then(|known| known.type_of(kind.native)).is_some_and(|of| of == name);
    let mut kinds: Vec<String> = KINDS.iter().filter(is_of).map(|kind| kind.native.to_owned()).collect();
    kinds.sort_unstable();
    if kinds.is_empty() { vec![named.to_ascii_lowercase()] } else { kinds }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_stands_for_a_kind_that_can_carry_tags() {
        let mut before = "";
        for service in SERVICES.iter() {
            assert!(before < service.name, "{} is not in order", service.name);
            before = service.name;
            assert!(!service.types.is_empty() && service.types.is_sorted(), "{}", service.name);
            for name in &service.types {
                let stands = KINDS.iter().filter(|kind| kind.taggable == Taggable::Yes).any(|kind| service.type_of(kind.native) == Some(*name));
                assert!(stands, "{}:{name}", service.name);
            }
        }
        let lines = include_str!("types.tsv").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(lines, SERVICES.len(), "a line has another shape");
    }

    #[test]
    fn a_service_that_is_asked_whole_is_said_whole() {
        let (types, unknown) =
            of(&AskedOf::Kinds(vec!["dynamodb:table", "ec2:volume", "elasticloadbalancing:loadbalancer/app", "es:domain", "states:statemachine"]));
        assert_eq!(types, ["dynamodb:ALL_SUPPORTED", "ec2:volume", "elasticloadbalancing:loadbalancer", "states:stateMachine"]);
        assert_eq!(unknown, ["es:domain"], "what no type stands for is said");
        assert_eq!(enforced(&AskedOf::Kinds(vec!["dynamodb:table", "ec2:volume"])), ["dynamodb:ALL_SUPPORTED"]);
        let (all, beyond) = of(&AskedOf::Everything);
        assert!(all.contains(&"ec2:ALL_SUPPORTED".to_owned()) && beyond.contains(&"es:domain") && !beyond.contains(&"ec2:instance"), "{beyond:?}");
    }

    #[test]
    fn what_is_read_back_matches_the_same_kinds() {
        let types =
            ["dynamodb:ALL_SUPPORTED", "states:stateMachine", "elasticloadbalancing:loadbalancer", "guardduty:detector", "new:thing"].map(str::to_owned);
        let balancers = ["", "/app", "/gwy", "/net"].map(|sort| format!("elasticloadbalancing:loadbalancer{sort}"));
        let [first, second, third, last] = ["dynamodb:*", "states:statemachine", "guardduty:detector", "new:thing"].map(str::to_owned);
        assert_eq!(patterns(&types), Some([vec![first, second], balancers.to_vec(), vec![third, last]].concat()));
        assert_eq!(patterns(&of(&AskedOf::Everything).0), None);
    }
}
