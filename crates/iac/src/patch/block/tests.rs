use super::*;
use hcl_edit::expr::{Object, ObjectKey};
use proptest::prelude::*;

fn place(attribute: &str, syntax: TagSyntax) -> TagPlace {
    TagPlace { attribute: attribute.into(), syntax }
}

fn tags() -> TagPlace {
    place("tags", TagSyntax::HclMap)
}

fn lacks(keys: &[(&str, Option<&str>)]) -> Vec<Tag> {
    keys.iter().map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned))).collect()
}

fn usual() -> Vec<Tag> {
    lacks(&[("Environment", None), ("Owner", Some("platform"))])
}

/// The lines that are suggested for a resource with this inside, and the whole after the edit.
fn mended(inside: &str, at: &TagPlace, missing: &[Tag]) -> Option<(String, String)> {
    let text = format!("resource \"a_b\" \"c\" {{{inside}}}");
    let lines = patch_block(&text, at, missing)?;
    Some((lines, edit(&text, at, missing)?.applied(&text)))
}

fn lines(inside: &str) -> String {
    mended(inside, &tags(), &usual()).unwrap().0
}

const INTO: &str = "    Environment = \"<Environment>\" # choose one\n    Owner       = \"platform\"";
const NEW: &str = "  tags = {\n    Environment = \"<Environment>\" # choose one\n    Owner       = \"platform\"\n  }";

#[test]
fn lines_go_into_a_map_that_is_written_out() {
    let (lines, whole) = mended("\n  tags = {\n    Name = \"x\"\n  }\n", &tags(), &usual()).unwrap();
    assert_eq!(lines, INTO);
    assert_eq!(whole, format!("resource \"a_b\" \"c\" {{\n  tags = {{\n    Name = \"x\"\n{INTO}\n  }}\n}}"));
}

#[test]
fn lines_stand_as_the_others_do() {
    assert_eq!(
        lines("\n\ttags = {\n\t\tName                    = 1\n\t\t\"kubernetes.io/cluster\" = 2 # last\n\t}\n"),
        "\t\tEnvironment             = \"<Environment>\" # choose one\n\t\tOwner                   = \"platform\""
    );
    assert_eq!(lines("\n  tags = {\n  }\n"), INTO);
    assert_eq!(lines("\n  tags = { A = 1,\n    B = <<-T\n      }\n    T\n  }\n").lines().count(), 2);
}

#[test]
fn without_tags_the_whole_attribute_is_new() {
    assert_eq!(lines("\n  bucket = \"x\"\n\n  lifecycle {\n  }\n"), NEW);
    for inside in ["\n", "\n  tags = null\n", "\n  tags = {}\n"] {
        assert_eq!(lines(inside), NEW, "{inside}");
    }
    assert_eq!(lines("\n    bucket = \"x\"\n").lines().next(), Some("    tags = {"));
}

#[test]
fn what_stands_on_one_line_is_written_anew() {
    assert_eq!(lines(""), format!("resource \"a_b\" \"c\" {{\n{NEW}\n}}"));
    // What else stands on the line would be repeated.
    assert_eq!(mended(" password = \"{\" ", &tags(), &usual()), None);
    assert_eq!(lines(" tags = { A = 1 } ").lines().next(), Some("tags = {"));
    let map = "\n  tags = { Name = var.x, (local.k) = 1 }\n";
    assert_eq!(lines(map), NEW.replace("{\n", "{\n    Name        = var.x\n    (local.k)   = 1\n"));
    assert_eq!(patch_block("  resource \"a\" \"b\" {\n  }\n", &tags(), &usual()).unwrap().lines().next(), Some("    tags = {"));
}

#[test]
fn a_value_that_is_there_is_replaced_and_not_written_twice() {
    let (lines, whole) = mended("\n  tags = {\n    Owner = \"\"\n    \"Environment\" = null\n  }\n", &tags(), &usual()).unwrap();
    assert_eq!(lines, "  tags = {\n    Owner         = \"platform\"\n    \"Environment\" = \"<Environment>\" # choose one\n  }");
    assert_eq!(whole, format!("resource \"a_b\" \"c\" {{\n{lines}\n}}"));
}

#[test]
fn expressions_are_merged() {
    let rest = NEW.trim_start_matches("  tags = ");
    for (written, new) in [
        ("local.tags", "merge(local.tags, "),
        ("var.a ? local.b : {}", "merge(var.a ? local.b : {}, "),
        ("{ for k, v in var.t : k => v }", "merge({ for k, v in var.t : k => v }, "),
        ("module.tags.all[\"x\"]", "merge(module.tags.all[\"x\"], "),
        ("merge(local.a, local.b)", "merge(local.a, local.b, "),
        ("merge(local.a, { B = 1 })", "merge(local.a, { B = 1 }, "),
        ("merge(\n    local.a,\n    local.b,\n  )", "merge(\n    local.a,\n    local.b, "),
        ("merge(local.list...)", "merge(merge(local.list...), "),
        ("merge(\n    local.a # common\n  )", "merge(merge(\n    local.a # common\n  ), "),
        ("lookup(local.t, \"a\", {})", "merge(lookup(local.t, \"a\", {}), "),
    ] {
        assert_eq!(lines(&format!("\n  tags = {written}\n")), format!("  tags = {new}{rest})"), "{written}");
    }
    assert_eq!(lines("\n  tags = merge(local.a, {\n    B = 1\n  })\n"), INTO);
}

#[test]
fn what_is_not_understood_is_left_alone() {
    for inside in ["\n  tags = \"x\"\n", "\n  tags = [1]\n", "\n  tags = 1 + 2\n", "\n  tags = \"${local.t}\"\n"] {
        assert_eq!(mended(inside, &tags(), &usual()), None, "{inside}");
    }
    for text in [
        "",
        "{}",
        "{\"tags\": {}}",
        "resource {",
        "a = 1",
        "module \"a\" {\n}\n",
        "resource \"a\" \"b\" {}\nresource \"a\" \"c\" {}\n",
        "resource \"a\" \"b\" {\n  tags = {\n",
    ] {
        assert_eq!(patch_block(text, &tags(), &usual()), None, "{text}");
    }
    assert_eq!(mended("\n", &tags(), &[]), None);
    assert_eq!(mended("\n", &place("tags", TagSyntax::Map), &usual()), None);
    assert_eq!(mended("\n", &place("not a name", TagSyntax::HclMap), &usual()), None);
    assert_eq!(mended("\n  settings = {}\n", &place("settings.user_labels", TagSyntax::HclMap), &usual()), None);
}

#[test]
fn tags_may_lie_in_nested_blocks() {
    let labels = place("settings.user_labels", TagSyntax::HclMap);
    let missing = lacks(&[("owner", Some("data"))]);
    let lines = |inside: &str| mended(inside, &labels, &missing).unwrap().0;
    assert_eq!(lines("\n  name = \"x\"\n"), "  settings {\n    user_labels = {\n      owner = \"data\"\n    }\n  }");
    assert_eq!(lines("\n  settings {\n    tier = \"x\"\n  }\n"), "    user_labels = {\n      owner = \"data\"\n    }");
    assert_eq!(lines("\n  settings {\n    user_labels = {\n      a = \"x\"\n    }\n  }\n"), "      owner = \"data\"");
    assert_eq!(lines("\n  settings {}\n"), "  settings {\n    user_labels = {\n      owner = \"data\"\n    }\n  }");
    assert_eq!(mended("\n  settings { password = \"x\" }\n", &labels, &missing), None);
    let dynamic = "\n  dynamic \"settings\" {\n    for_each = [1]\n    content {\n      user_labels = local.l\n    }\n  }\n";
    assert_eq!(lines(dynamic), "      user_labels = merge(local.l, {\n        owner = \"data\"\n      })");
    let deep = mended("\n", &place("template.metadata.labels", TagSyntax::HclMap), &missing).unwrap().0;
    assert_eq!(deep, "  template {\n    metadata {\n      labels = {\n        owner = \"data\"\n      }\n    }\n  }");
}

#[test]
fn tags_may_be_blocks() {
    let blocks = place("tag", TagSyntax::HclBlocks);
    let inside = "\n  min = 1\n\n  tag {\n    key                 = \"Owner\"\n    value               = \"\"\n    propagate_at_launch = true\n  }\n";
    let (lines, whole) = mended(inside, &blocks, &usual()).unwrap();
    let value = "    value               = \"<Environment>\" # choose one\n";
    assert_eq!(lines, format!("  tag {{\n    key                 = \"Environment\"\n{value}    propagate_at_launch = true\n  }}"));
    assert_eq!(whole, format!("resource \"a_b\" \"c\" {{{inside}{lines}\n}}"));
    assert_eq!(mended(inside, &blocks, &lacks(&[("Owner", None)])), None);
    assert_eq!(mended("\n", &blocks, &usual()).unwrap().0.lines().count(), 10);
}

#[test]
fn tags_may_be_a_list() {
    let list = place("tags", TagSyntax::KeyValueList);
    let lines = |inside: &str| mended(inside, &list, &usual()).map(|(lines, _)| lines);
    let new = "    { key = \"Environment\", value = \"<Environment>\" }, # choose one\n    { key = \"Owner\", value = \"platform\" },";
    assert_eq!(lines("\n").unwrap(), format!("  tags = [\n{new}\n  ]"));
    assert_eq!(lines("\n  tags = [\n    { key = \"A\", value = \"x\" },\n  ]\n").unwrap(), new);
    assert_eq!(lines("\n  tags = [{ key = \"A\", value = \"x\" }]\n").unwrap(), format!("  tags = [\n    {{ key = \"A\", value = \"x\" }},\n{new}\n  ]"));
    assert_eq!(lines("\n  tags = local.t\n").unwrap(), format!("  tags = concat(local.t, [\n{new}\n  ])"));
    assert_eq!(lines("\n  tags = [{ key = \"Owner\", value = \"\" }, { key = \"Environment\", value = \"\" }]\n"), None);
}

#[test]
fn keys_and_values_are_inert() {
    let value = "${file(\"/x\")} %{if} \"q\" \\ \n";
    let missing = lacks(&[("a:b/c", Some(value)), ("for", Some("")), ("null", None), ("9", None), ("ok-1", None)]);
    let expected = [
        "  tags = {",
        r#"    "a:b/c" = "$${file(\"/x\")} %%{if} \"q\" \\ \n""#,
        r#"    "for"   = """#,
        r#"    "null"  = "<null>" # choose one"#,
        r#"    "9"     = "<9>" # choose one"#,
        r#"    ok-1    = "<ok-1>" # choose one"#,
        "  }",
    ];
    assert_eq!(mended("\n", &tags(), &missing).unwrap().0, expected.join("\n"));
}

/// What a block says after the edit: every key with its value.
fn said(text: &str) -> Vec<(String, String)> {
    fn of(object: &Object) -> Vec<(String, String)> {
        let name = |key: &ObjectKey| match key {
            ObjectKey::Ident(name) => name.as_str().to_owned(),
            ObjectKey::Expression(expression) => expression.as_str().unwrap_or("?").to_owned(),
        };
        object.iter().map(|(key, value)| (name(key), value.expr().as_str().unwrap_or("?").to_owned())).collect()
    }
    match &resource(text).unwrap().body.get_attribute("tags").unwrap().value {
        Expression::Object(object) => of(object),
        Expression::FuncCall(call) => call.args.iter().filter_map(Expression::as_object).flat_map(of).collect(),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn after_the_edit_every_tag_is_there(
        before in prop::sample::select(vec![
            "\n", "", "\n  tags = {}\n", "\n  tags = { A = 1 }\n", "\n  tags = {\n    A = \"x\" # y\n  }\n", "\n  tags = local.t\n",
            "\n  tags = merge(local.t, {\n  A = 1\n  })\n", "\r\n  tags = {\r\n    A = 1\r\n  }\r\n", "\n  tags = {\n    A = 1, B = 2, }\n", "\n\ttags={A=1\nB=2}\n",
        ]),
        missing in prop::collection::btree_map(any::<String>(), prop::option::of(any::<String>()), 1..4),
    ) {
        prop_assume!(!missing.contains_key("A") && !missing.contains_key("B"));
        let missing: Vec<Tag> = missing.into_iter().collect();
        let (_, whole) = mended(before, &tags(), &missing).unwrap();
        let said = said(&whole);
        for (key, value) in &missing {
            let expected = value.clone().unwrap_or_else(|| format!("<{key}>"));
            prop_assert!(said.contains(&(key.clone(), expected)), "{key:?} in {said:?}\n{whole}");
        }
        // What was there stays.
        for key in ["A", "B"].iter().filter(|key| before.contains(*key)) {
            prop_assert!(said.iter().any(|(k, _)| k == key), "{whole}");
        }
    }

    #[test]
    fn nothing_panics(text in "[ab{}\\[\\]()\"=,.\n #/<$%?:*0-9-]{0,60}", attribute in "[a-c.]{0,8}") {
        for syntax in [TagSyntax::HclMap, TagSyntax::HclBlocks, TagSyntax::KeyValueList, TagSyntax::Map] {
            let at = place(&attribute, syntax);
            let _ = patch_block(&text, &at, &usual());
            let _ = patch_block(&format!("resource a b {{\n{text}\n}}"), &at, &usual());
            let _ = patch_block(&format!("resource a b {{\na = {text}\n}}"), &at, &usual());
        }
    }
}
