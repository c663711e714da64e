//! Addresses and the blocks that make them.

use super::*;

fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn line(map: &mut SourceMap, sources: &ModuleSources, address: &str) -> Option<(String, u32, u32)> {
    let block = map.locate(&Address::parse(address).unwrap(), sources)?;
    let file = block.file.strip_prefix(&map.root).unwrap().display().to_string();
    Some((file, block.line, block.end_line))
}

#[test]
fn blocks_are_found_through_modules() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    put(
        root,
        "main.tf",
        "# one\nresource \"aws_s3_bucket\" \"a\" {\n  bucket = \"x\"\n}\n\nmodule \"m\" {\n  source = \"./modules/m\"\n}\nmodule \"far\" {\n  source = \"example/vpc/aws\"\n}\n",
    );
    put(root, "modules/m/it.tf", "module \"n\" {\n  source = \"../n\"\n}\n");
    put(root, "modules/n/x.tf", "resource \"aws_sqs_queue\" \"q\" {}\n");
    put(root, "modules/n/x.tofu", "\nresource \"aws_sqs_queue\" \"q\" {}\n");
    put(root, "broken.tf", "resource \"a\" {\n");
    put(root, ".terraform/modules/modules.json", "{\"Modules\":[{\"Key\":\"far\",\"Dir\":\".terraform/modules/far\"},{\"Key\":\"m\",\"Dir\":\"modules/m\"}]}");
    put(root, ".terraform/modules/far/main.tf", "resource \"aws_vpc\" \"v\" {}\n");
    let mut sources = ModuleSources::default();
    sources.add("m", "./modules/m");
    sources.add("far", "example/vpc/aws");
    let mut map = SourceMap::new(root);
    assert_eq!(line(&mut map, &sources, "aws_s3_bucket.a[0]"), Some(("main.tf".to_owned(), 2, 4)));
    // OpenTofu's own file shadows the other, and the source of a nested module is read where the plan does not say it.
    assert_eq!(line(&mut map, &sources, "module.m[\"k.1\"].module.n.aws_sqs_queue.q"), Some(("modules/n/x.tofu".to_owned(), 2, 2)));
    // What somebody else wrote is mended at its call.
    assert_eq!(line(&mut map, &sources, "module.far.aws_vpc.v"), Some(("main.tf".to_owned(), 9, 11)));
    assert_eq!(line(&mut map, &sources, "aws_s3_bucket.nowhere"), None);
    assert!(map.notes().iter().any(|note| note.contains("broken.tf")), "{:?}", map.notes());
    assert!(!SourceMap::new(&root.join("nowhere")).has_sources());
}

#[test]
fn json_has_lines_too() {
    let main = r#"{
  "//": {"a": 1},
  "resource": {
    "x": {
      "y": {
        "tags": {"resource": {}}
      },
      "list": [ { "a": 1 } ]
    },
    "z": [ {
		"w" : {}, "v"
        : {} } ]
  },
  "module": [ {
    "net": { "source": "./net" } }, { "other": {} }
  ],
  "data": {"x": {"only_read": {}}}
}
"#;
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "cdk.tf.json", &main.replace("\\t", "\t"));
    put(folder.path(), "net/main.tofu.json", r#"[{"resource": [{"x": [{"y": {}}]}]}]"#);
    put(folder.path(), "broken.tf.json", "{\"resource\": [");
    let mut map = SourceMap::new(folder.path());
    let mut at = |address: &str| {
        let block = map.locate(&Address::parse(address).unwrap(), &ModuleSources::default())?;
        Some((block.line, block.column, block.end_line))
    };
    assert_eq!((at("x.y"), at("x.list")), (Some((5, 7, 7)), Some((8, 7, 8))));
    assert_eq!((at("z.w"), at("z.v")), (Some((11, 3, 11)), Some((11, 13, 12))));
    assert_eq!((at("module.other.x.y"), at("module.net.x.y")), (Some((15, 39, 15)), Some((1, 24, 1))));
    assert_eq!((at("x.only_read"), at("x.gone")), (None, None));
    assert_eq!(map.notes().len(), 1, "{:?}", map.notes());
}

#[test]
fn modules_are_followed_where_init_or_the_call_says() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let manifest = r#"{"Modules": [{"Key": "", "Dir": "."}, {"Key": "a", "Dir": "m"}, {"Key": "a.b", "Dir": "vendor/b"}, {"Key": "vpc", "Dir": ".terraform/modules/vpc"}]}"#;
    put(root, ".terraform/modules/modules.json", manifest);
    put(root, ".terraform/modules/vpc/main.tf", "resource \"x\" \"y\" {}\n");
    put(root, "main.tf", "module \"vpc\" {\n  source = \"x/y/z\"\n}\nmodule \"net\" { source = \"./net\" }\n");
    put(root, "m/main.tf", "\nresource \"x\" \"y\" {}\n");
    put(root, "vendor/b/main.tf", "\n\nresource \"x\" \"y\" {}\n");
    put(root, "net/main.tf", "\n\n\nresource \"x\" \"y\" {}\nmodule \"vpc\" {\n  source = \"x/y/z\"\n}\n");
    let mut map = SourceMap::new(root);
    let mut registry = ModuleSources::default();
    registry.add("vpc", "x/y/z");
    registry.add("vpc.sub", "./modules/sub");
    for said in [&ModuleSources::default(), &registry] {
        let mut at = |address: &str| line(&mut map, said, address).map(|(file, line, _)| format!("{file}:{line}"));
        assert_eq!(at("module.a.x.y").as_deref(), Some("m/main.tf:2"));
        assert_eq!(at("module.a.module.b.x.y").as_deref(), Some("vendor/b/main.tf:3"));
        assert_eq!(at("module.net.x.y").as_deref(), Some("net/main.tf:4"));
        assert_eq!(at("module.vpc.x.y").as_deref(), Some("main.tf:1"));
        assert_eq!(at("module.vpc.module.sub[0].x.y").as_deref(), Some("main.tf:1"));
        assert_eq!(at("module.net.module.vpc.x.y").as_deref(), Some("net/main.tf:5"));
        assert_eq!(at("module.unknown.x.y"), None);
    }
    // Where the folder is gone, or the block in it, the call is what is left.
    let mut gone = ModuleSources::default();
    gone.add("net", "./gone");
    assert_eq!(line(&mut map, &gone, "module.net.x.y"), Some(("main.tf".to_owned(), 4, 4)));
    assert_eq!(line(&mut map, &ModuleSources::default(), "module.net.x.renamed"), Some(("main.tf".to_owned(), 4, 4)));
}

#[test]
fn what_cannot_be_read_is_noted_once() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    put(root, "a.tf", "resource \"x\" \"y\" {\n  a = [\n}\n");
    put(root, "b.tf", "\u{feff}# x\r\nresource \"x\" \"z\" {\r\n  a = 1\r\n}\r\n");
    put(root, ".terraform/modules/modules.json", "[");
    std::fs::write(root.join("d.tf"), [0xff, 0xfe, 0x00]).unwrap();
    std::fs::create_dir(root.join("e.tf")).unwrap();
    let mut map = SourceMap::new(root);
    for _ in 0..2 {
        let none = ModuleSources::default();
        assert_eq!((line(&mut map, &none, "x.y"), line(&mut map, &none, "module.m.x.y")), (None, None));
        assert_eq!(line(&mut map, &none, "x.z"), Some(("b.tf".to_owned(), 2, 4)));
    }
    assert_eq!(map.notes().len(), 4, "{:?}", map.notes());
    for (note, part) in map.notes().iter().zip(["a.tf: cannot be read (line 3", "(it is not UTF-8)", "(it is no plain file)", "modules.json: cannot be read ("])
    {
        assert!(note.contains(part), "{note}");
    }
}

#[test]
fn paths_stay_as_the_user_named_them() {
    for (path, expected) in [(".", ""), ("", ""), ("./a/./b/../c", "a/c"), ("../x", "../x"), ("a/../../x", "../x"), ("/a/../..", "/"), ("/a/b", "/a/b")] {
        assert_eq!(normal(Path::new(path)), Path::new(expected), "{path}");
    }
}

#[test]
fn depth_is_bounded() {
    // The parser refuses what is deeper than 64, and must not take forever for what is just below.
    for deep in [60, 50_000] {
        for (open, inside, close) in [
            ("[", "", "]"),
            ("{a=", "1", "}"),
            ("f(", "1", ")"),
            ("!", "1", ""),
            ("-", "1", ""),
            ("(", "1", ")"),
            ("1 + ", "1", ""),
            ("true ? 1 : ", "1", ""),
            ("\"${", "1", "}\""),
            ("[for a in b : ", "1", "]"),
        ] {
            let text = format!("a = {}{inside}{}\n", open.repeat(deep), close.repeat(deep));
            let _ = hcl::blocks(&text, Path::new("x.tf"));
        }
        let _ = hcl::blocks(&format!("{}{}\n", "a {\n".repeat(deep), "}\n".repeat(deep)), Path::new("x.tf"));
        let _ = hcl::blocks(&format!("a = b{}\n", ".c[0].*".repeat(deep)), Path::new("x.tf"));
        let _ = json::blocks(&format!("{}1{}", "{\"resource\":[".repeat(deep), "]}".repeat(deep)), Path::new("x.tf.json"));
    }
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "main.tf", "module \"a\" {\n  source = \"./\"\n}\n");
    let mut map = SourceMap::new(folder.path());
    assert_eq!(line(&mut map, &ModuleSources::default(), &("module.a.".repeat(20_000) + "x.y")), Some(("main.tf".to_owned(), 1, 3)));
}

proptest::proptest! {
    #[test]
    fn nothing_panics(text in ".{0,60}", like in "(resource |\"a\" |[a-c{}\\[\\]()\"=,.\n #/<$%?:*!0-9-]){0,40}", json in "([{}\\[\\],:]|\"resource\"|\"module\"|\"a\"|1){0,30}") {
        for text in [&text, &like, &json] {
            let _ = hcl::blocks(text, Path::new("x.tf"));
            let _ = json::blocks(text, Path::new("x.tf.json"));
        }
    }
}
