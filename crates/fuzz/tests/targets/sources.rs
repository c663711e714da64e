//! The source beside a plan: whoever opens a pull request writes it.

use crate::{door, plans, world};
use std::path::Path;
use tagledger_fuzz::Target;
use tagledger_iac::Options;

/// One bare bucket, and one in a module.
const PLAN: &str = r#"{"format_version": "1.2", "configuration": {"root_module": {"module_calls": {"data": {"source": "./data"}}}}, "resource_changes": [
{"address": "aws_s3_bucket.shop", "mode": "managed", "type": "aws_s3_bucket", "name": "shop", "provider_name": "registry.terraform.io/hashicorp/aws",
 "change": {"actions": ["create"], "before": null, "after": {"tags": {"Environment": "production"}, "tags_all": {"Environment": "production"}}, "after_unknown": {}}},
{"address": "module.data[\"eu.1\"].aws_s3_bucket.shop", "mode": "managed", "type": "aws_s3_bucket", "name": "shop", "provider_name": "registry.terraform.io/hashicorp/aws",
 "change": {"actions": ["create"], "before": null, "after": {"tags": null, "tags_all": {}}, "after_unknown": {}}}]}"#;

const HCL: &[&str] = &[
    "# One.\nresource \"aws_s3_bucket\" \"shop\" {\n  bucket = \"x\"\n  tags = {\n    Environment = \"production\"\n  }\n}\nmodule \"data\" {\n  source   = \"./data\"\n  for_each = toset([\"eu.1\"])\n}\n",
    "resource \"aws_s3_bucket\" \"shop\" {\n  tags = merge(local.tags, {\n    Environment = var.env == \"p\" ? \"production\" : \"test\"\n  })\n  dynamic \"rule\" {\n    for_each = { for k, v in var.x : k => v if v != null }\n    content { a = rule.value }\n  }\n}\n",
    "resource \"aws_s3_bucket\" \"shop\" { tags = \"${local.tags}\" }\nlocals {\n  text = <<-EOT\n    a ${join(\",\", [1, 2])} %{ if true }b%{ endif }\n  EOT\n}\n",
    "/* two */\nresource aws_s3_bucket shop {\n  tags = local.tags // three\n}\n",
];

pub static SOURCE: Target = Target {
    name: "source",
    samples: || HCL.iter().map(|text| text.as_bytes().to_vec()).collect(),
    words: &[
        "resource",
        "module",
        "source",
        "tags",
        "merge(",
        "<<EOT\n",
        "EOT\n",
        "${",
        "%{ if ",
        "for_each",
        "dynamic",
        "\"aws_s3_bucket\"",
        "\"shop\"",
        "./data",
        "=>",
        "...",
        "?",
        "/*",
        "#",
        "!",
        "-",
    ],
    is_packed: false,
    law: |input| {
        world::file("main.tf", input);
        world::file("data/shop.tf", input);
        let kinds = world::clouds().iter().map(|c| (c.id(), c.kinds())).collect();
        let said = plans::read_with(PLAN.as_bytes(), &Options { kinds, source_root: Some(world::folder()), ..Options::default() })?;
        // A source never makes a plan unreadable: what is wrong with it is a note.
        if said.answer.starts_with("read") { Ok(said) } else { Err(said.answer) }
    },
    door: check,
};

fn check(folder: &Path, input: &[u8]) -> Result<(), String> {
    door::put(folder, "taxonomy.yaml", world::sample("tests/tests/check/doors.yaml"));
    door::put(folder, "plan.json", PLAN);
    door::put(folder, "main.tf", input);
    door::put(folder, "data/shop.tf", input);
    let format = door::one_of(input, &["text", "json", "github", "markdown"]);
    let done = door::ends(folder, &format!("check plan.json --all --format {format}"), &[1])?;
    if done.code == 1 { Ok(()) } else { Err(format!("the source makes the plan unreadable: {}", done.err)) }
}
