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
