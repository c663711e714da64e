//! Where the types of Pulumi's packages hold tags.

use crate::found::Carries;
use std::collections::HashMap;
use std::sync::LazyLock;

const TABLE: &str = include_str!("types.tsv");

/// A line of the table: where types hold tags, and their names.
type Line = (Carries, &'static str);

/// Lines by package and module.
static MODULES: LazyLock<HashMap<(&'static str, &'static str), Vec<Line>>> = LazyLock::new(|| {
    let mut modules: HashMap<_, Vec<Line>> = HashMap::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        if let [package, module, attribute, names] = line.split('\t').collect::<Vec<_>>()[..] {
            modules.entry((package, module)).or_default().push((if attribute == "-" { Carries::Nothing } else { Carries::At(attribute) }, names));
        }
    }
    modules
});

/// What the table says of a type such as `pkg:module/thing:Thing` or `pkg:module/v20240101:Thing`.
pub(super) fn find(kind: &str) -> Option<Carries> {
    let mut parts = kind.split(':');
    let (package, module, name) = (parts.next()?.split('_').next()?, parts.next()?, parts.next()?);
    let lines = MODULES.get(&(package, module.split('/').next()?))?;
    lines.iter().find(|(_, names)| names.split(' ').any(|known| known == name)).map(|(carries, _)| *carries)
}
