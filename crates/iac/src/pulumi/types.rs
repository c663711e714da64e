//! Where the types of Pulumi's packages hold tags.

use crate::found::Carries;
use crate::reader::squeezed;
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

/// Where a type of another tool over the same providers holds its tags: by the names of its package, group and kind, compared without case and
/// separators.
pub(crate) fn fold(package: &str, name: &str) -> Option<Carries> {
    let wanted = squeezed(name);
    MODULES.iter().filter(|((of, _), _)| *of == package).find_map(|((_, module), lines)| {
        let module = squeezed(module);
        let named = |known: &str| {
            let known = squeezed(known);
            known == wanted || wanted.strip_prefix(module.as_str()).is_some_and(|rest| rest == known)
        };
        lines.iter().find(|(_, names)| wanted.starts_with(module.as_str()) && names.split(' ').any(named)).map(|(carries, _)| *carries)
    })
}
