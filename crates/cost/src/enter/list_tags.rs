//! Tags as a list of keys and values, as BigQuery writes labels, and tags that are bound to a resource or to something above it: those have a namespace.

use super::EachPairs;
use crate::cells::{Broken, Texts};
use crate::columns::{SORT, member_of};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use tagledger_model::Binding;

/// Stands in the place of a namespace where there is none.
const NO_NAMESPACE: &str = "n/a";

/// Hands over the tags of each row that has a list, or those of one sort.
pub(super) fn list_tags(array: &ArrayRef, sort: Option<&str>, each: EachPairs<'_>) -> Result<(), Broken> {
    let no_tags = || Broken { row: 0, what: format!("the column has the type {}, which is no list of keys and values", array.data_type()) };
    let list = array.as_list_opt::<i32>().ok_or_else(no_tags)?;
    let records = list.values().as_struct_opt().ok_or_else(no_tags)?;
    let (keys, values) = (member_of(records, "key").ok_or_else(no_tags)?, member_of(records, "value").ok_or_else(no_tags)?);
    let (keys, values) = (Texts::of(&keys).map_err(|_| no_tags())?, Texts::of(&values).map_err(|_| no_tags())?);
    let either = |names: [&str; 2]| names.iter().find_map(|name| member_of(records, name));
    let (namespaces, inherited) = (either(["namespace", "x_namespace"]), either(["inherited", "x_inherited"]));
    let namespaces = namespaces.as_ref().map(Texts::of).transpose().map_err(|_| no_tags())?;
    let is_inherited = |at: usize| inherited.as_ref().and_then(|array| array.as_boolean_opt()).is_some_and(|lent| lent.is_valid(at) && lent.value(at));
    let sorts = member_of(records, SORT).filter(|_| sort.is_some());
    let sorts = sorts.as_ref().map(Texts::of).transpose().map_err(|_| no_tags())?;
    let is_asked = |at: &usize| sorts.as_ref().is_none_or(|sorts| sorts.text(*at).zip(sort).is_some_and(|(one, asked)| one.eq_ignore_ascii_case(asked)));
    let mut bound: Vec<String> = Vec::new();
    for row in (0..list.len()).filter(|row| !list.is_null(*row)) {
        let offset = |at: usize| usize::try_from(list.value_offsets()[at]).unwrap_or(0);
        let all = offset(row)..offset(row + 1);
        let Some(namespaces) = &namespaces else {
            each(row, &mut all.filter(is_asked).filter_map(|at| Some((keys.text(at)?, values.text(at)))));
            continue;
        };
        bound.clear();
        bound.extend(all.clone().filter(is_asked).map(|at| {
            let (namespace, name) = (namespaces.text(at).unwrap_or_default(), keys.text(at).unwrap_or_default());
            match namespace {
                NO_NAMESPACE => name.to_owned(),
                namespace => Binding { namespace, name, inherited: is_inherited(at) }.to_string(),
            }
        }));
        each(row, &mut all.filter(is_asked).zip(&bound).filter_map(|(at, key)| keys.text(at).map(|_| (key.as_str(), values.text(at)))));
    }
    Ok(())
}
