//! The table of resource kinds of one cloud.

use crate::Taggable;
use std::collections::HashMap;

/// One kind of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The cloud's own name, as inventories spell it, in lower case.
    pub native: &'static str,
    /// The name shared by all clouds, `family.thing`: `storage.bucket`, `compute.disk`, `database.sql`.
    pub shared: &'static str,
    /// The Terraform resource type, where there is one.
    pub terraform: Option<&'static str>,
    /// Whether it can carry tags.
    pub taggable: Taggable,
    /// The name in the cloud's own template language, where there is one and the table says so.
    pub template: Option<&'static str>,
    /// How many tags of the user's own it may have, where that is known for certain.
    pub tag_limit: Option<u16>,
    /// The name in the cloud's bill under which its cost appears; none for a kind that costs nothing by itself, or where that is not known.
    pub billed_as: Option<&'static str>,
    /// Whether its tags appear in the cloud's bill; none where that is not known.
    pub tags_on_bill: Option<bool>,
    /// The attribute of the Terraform type that holds its tags, where the table says so.
    pub tags_at: Option<&'static str>,
    /// Whether the cloud's own search over everything shows the kind; none where that is not known.
    pub searchable: Option<bool>,
}

impl Kind {
    /// Reads a line of a table; none for a line of another shape.
    fn from_line(line: &'static str) -> Option<Self> {
        let columns: Vec<&'static str> = line.split('\t').collect();
        let [native, shared, terraform, taggable, further @ ..] = columns.as_slice() else { return None };
        let word = |column: &'static str| (column != "-").then_some(column);
        let answer = |column: &str| match column {
            "yes" => Some(Some(true)),
            "no" => Some(Some(false)),
            "-" => Some(None),
            _ => None,
        };
        let (mut tags_on_bill, mut tags_at, mut searchable) = (None, None, None);
        let (template, tag_limit, billed_as) = match *further {
            [] => (None, None, None),
            [on_bill] => {
                tags_on_bill = answer(on_bill)?;
                (None, None, None)
            }
            [attribute, searched] => {
                (tags_at, searchable) = (word(attribute), answer(searched)?);
                (None, None, None)
            }
            [template, "-", billed_as] => (word(template), None, word(billed_as)),
            [template, limit, billed_as] => (word(template), Some(limit.parse().ok()?), word(billed_as)),
            _ => return None,
        };
        let taggable = if *taggable == "yes" { Taggable::Yes } else { Taggable::No };
        Some(Self { native, shared, terraform: word(terraform), taggable, template, tag_limit, billed_as, tags_on_bill, tags_at, searchable })
    }
}

/// All kinds that a cloud's crate knows.
#[derive(Debug, Default)]
pub struct Kinds {
    by_native: HashMap<&'static str, Kind>,
    /// Of several kinds with one Terraform type the first of the table counts.
    by_terraform: HashMap<&'static str, &'static str>,
    /// The same for names in the cloud's template language.
    by_template: HashMap<&'static str, &'static str>,
    /// Lines of kinds without a shared name, searched when asked: they are many, and few are asked for.
    others: &'static str,
}

impl Kinds {
    /// Reads a table: one kind a line, columns parted by tabs: native, shared, terraform or `-`, `yes`/`no`. A table may have one column
    /// more: whether tags reach the bill, `yes`, `no` or `-`; or two: the Terraform type's attribute for tags or `-`, and whether a search shows the
    /// kind, `yes`, `no` or `-`; or three: template or `-`, tag limit or `-`, name in the bill or `-`.
    /// Lines that start with `#` are comments; a line of another shape is left out (each crate's tests hold its table to the shape).
    pub fn from_table(table: &'static str) -> Self {
        let mut kinds = Self::default();
        for kind in table.lines().filter(|l| !l.starts_with('#')).filter_map(Kind::from_line) {
            if let Some(terraform) = kind.terraform {
                kinds.by_terraform.entry(terraform).or_insert(kind.native);
            }
            if let Some(template) = kind.template {
                kinds.by_template.entry(template).or_insert(kind.native);
            }
            kinds.by_native.insert(kind.native, kind);
        }
        kinds
    }

    /// The same with a table of kinds that have no shared name: a namespace a line, then the types in it that can carry tags and those that
    /// cannot, names parted by spaces and columns by tabs, all in lower case; `-` for none.
    pub fn and_taggable(self, others: &'static str) -> Self {
        Self { others, ..self }
    }

    /// Whether a kind can carry tags, as far as the tables know; the name without case.
    pub fn taggable(&self, native: &str) -> Option<Taggable> {
        if let Some(kind) = self.find(native) {
            return Some(kind.taggable);
        }
        if self.others.is_empty() {
            return None;
        }
        let name = native.to_ascii_lowercase();
        let (namespace, kind) = name.split_once('/')?;
        let lines = self.others.lines().filter_map(|line| line.strip_prefix(namespace)?.strip_prefix('\t')?.split_once('\t'));
        let has = |names: &str| names.split(' ').any(|name| name == kind);
        lines.into_iter().find_map(|(yes, no)| if has(yes) { Some(Taggable::Yes) } else { has(no).then_some(Taggable::No) })
    }

    /// The kind by the cloud's own name, without case.
    pub fn find(&self, native: &str) -> Option<&Kind> {
        self.by_native.get(native).or_else(|| self.by_native.get(native.to_ascii_lowercase().as_str()))
    }

    /// The kind that Terraform calls so.
    pub fn by_terraform(&self, terraform: &str) -> Option<&Kind> {
        self.by_terraform.get(terraform).and_then(|native| self.by_native.get(native))
    }

    /// The kind that the cloud's template language calls so, in its own case.
    pub fn by_template(&self, template: &str) -> Option<&Kind> {
        self.by_template.get(template).and_then(|native| self.by_native.get(native))
    }

    /// How many kinds the table holds.
    pub fn len(&self) -> usize {
        self.by_native.len()
    }

    /// True for an empty table.
    pub fn is_empty(&self) -> bool {
        self.by_native.is_empty()
    }

    /// All kinds, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Kind> {
        self.by_native.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUR: &str = "# native, shared, terraform, taggable\n\nshelf:box\tstorage.bucket\tshelf_box\tyes\nshelf:label\tstorage.label\t-\tno\n";

    #[test]
    fn a_table_of_four_columns_says_nothing_of_templates_limits_and_bills() {
        let kinds = Kinds::from_table(FOUR);
        assert_eq!(kinds.len(), 2);
        let nothing_further = Kind {
            native: "shelf:box",
            shared: "storage.bucket",
            terraform: Some("shelf_box"),
            taggable: Taggable::Yes,
            template: None,
            tag_limit: None,
            billed_as: None,
            tags_on_bill: None,
            tags_at: None,
            searchable: None,
        };
        assert_eq!(kinds.find("Shelf:BOX"), Some(&nothing_further));
        assert_eq!(kinds.by_terraform("shelf_box"), Some(&nothing_further));
        assert_eq!(kinds.taggable("shelf:label"), Some(Taggable::No));
        assert_eq!(kinds.by_template("-"), None);
    }

    #[test]
    fn a_table_of_seven_columns_says_what_it_knows_and_a_dash_is_not_known() {
        let kinds = Kinds::from_table("a:b\tfamily.thing\t-\tyes\tVendor::A::B\t47\tAService\na:c\tfamily.other\t-\tno\t-\t-\t-\n");
        let known = kinds.find("a:b").unwrap();
        assert_eq!((known.template, known.tag_limit, known.billed_as), (Some("Vendor::A::B"), Some(47), Some("AService")));
        let unknown = kinds.find("a:c").unwrap();
        assert_eq!((unknown.terraform, unknown.template, unknown.tag_limit, unknown.billed_as), (None, None, None, None));
    }

    #[test]
    fn a_table_of_six_columns_says_where_tags_stand_and_what_a_search_shows() {
        let kinds = Kinds::from_table("a/b\tf.t\tx_b\tyes\tlabels\tyes\na/c\tf.t\tx_c\tyes\t-\tno\n");
        let told = ["a/b", "a/c"].map(|native| kinds.find(native).map(|kind| (kind.tags_at, kind.searchable)).unwrap());
        assert_eq!(told, [(Some("labels"), Some(true)), (None, Some(false))]);
    }

    #[test]
    fn a_table_of_five_columns_says_whether_tags_reach_the_bill() {
        let kinds = Kinds::from_table("a/b\tf.t\t-\tyes\tyes\na/c\tf.t\t-\tyes\tno\na/d\tf.t\t-\tyes\t-\n");
        let told = ["a/b", "a/c", "a/d"].map(|native| kinds.find(native).unwrap().tags_on_bill);
        assert_eq!(told, [Some(true), Some(false), None]);
    }

    #[test]
    fn of_several_kinds_with_one_template_name_the_first_counts_and_case_matters() {
        let kinds = Kinds::from_table("a:one\tf.t\tshared_type\tyes\tV::A\t-\t-\na:two\tf.t\tshared_type\tyes\tV::A\t-\t-\n");
        assert_eq!(kinds.by_template("V::A").map(|k| k.native), Some("a:one"));
        assert_eq!(kinds.by_terraform("shared_type").map(|k| k.native), Some("a:one"));
        assert_eq!(kinds.by_template("v::a"), None);
        assert_eq!(kinds.by_template("V::B"), None);
    }

    #[test]
    fn a_line_of_another_shape_is_left_out() {
        for line in
            ["a:b\tf.t\t-", "a:b\tf.t\t-\tyes\tV::A", "a:b\tf.t\t-\tyes\tV::A\tmany\t-", "a:b\tf.t\t-\tyes\tV::A\t-1\t-", "a:b\tf.t\t-\tyes\t-\t-\t-\t-"]
        {
            assert!(Kinds::from_table(line).is_empty(), "{line}");
        }
    }
}
