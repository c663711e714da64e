//! A Terraform plan of any size: what a large stack's `terraform show -json` looks like, with the parts that a tag auditor must read and
//! the larger ones that it must not stumble over.

use crate::random::Rng;
use std::io::{self, BufWriter, Write};
use std::path::Path;

const TYPES: [&str; 6] = ["aws_instance", "aws_s3_bucket", "aws_sqs_queue", "aws_iam_role_policy", "aws_cloudwatch_log_group", "aws_db_instance"];

/// The keys that its resources have, most of them.
const TAXONOMY: &str = "version: 1
keys:
  Environment: { required: true, values: { production: [prod], test: [], staging: [] } }
  Application: { required: true, pattern: \"[a-z][a-z0-9-]{1,62}\" }
  Owner: { required: true }
  CostCenter: { required: true }
  DataClass: { required: true, values: { none: [], internal: [], confidential: [], personal: [] } }
";

/// Writes a plan of about so many bytes as `plan.json` into a folder, with a taxonomy beside it; gives the number of resources.
pub fn write(folder: &Path, bytes: u64, seed: u64) -> io::Result<u64> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("taxonomy.yaml"), TAXONOMY)?;
    let mut out = BufWriter::new(std::fs::File::create(folder.join("plan.json"))?);
    let mut random = Rng::of(seed, 31, 0);
    // A resource takes its place in the changes, in the planned values and in the configuration.
    let resources = (bytes / 2_283).max(1);
    let tags: Vec<String> = (0..resources).map(|n| tags(&mut random, n)).collect();
    write!(out, "{{\"format_version\":\"1.2\",\"terraform_version\":\"1.14.0\",\"planned_values\":{{\"root_module\":{{\"resources\":[")?;
    for (n, tags) in (0_u64..).zip(&tags) {
        let kind = kind(n);
        write!(out, "{}{{\"address\":\"{kind}.r{n}\",\"mode\":\"managed\",\"type\":\"{kind}\",\"name\":\"r{n}\",\"values\":{}}}", comma(n), after(n, tags))?;
    }
    write!(out, "]}}}},\"resource_changes\":[")?;
    for (n, tags) in (0_u64..).zip(&tags) {
        let kind = kind(n);
        write!(
            out,
            "{}{{\"address\":\"{kind}.r{n}\",\"mode\":\"managed\",\"type\":\"{kind}\",\"name\":\"r{n}\",\"provider_name\":\"registry.terraform.io/hashicorp/aws\",\"change\":{{\"actions\":[\"create\"],\"before\":null,\"after\":{},\"after_unknown\":{{\"arn\":true,\"id\":true,\"tags_all\":{}}},\"before_sensitive\":false,\"after_sensitive\":{{\"tags\":{{}}}}}}}}",
            comma(n),
            after(n, tags),
            if tags == "null" { "true" } else { "{}" }
        )?;
    }
    write!(
        out,
        "],\"configuration\":{{\"provider_config\":{{\"aws\":{{\"name\":\"aws\",\"full_name\":\"registry.terraform.io/hashicorp/aws\",\"expressions\":{{}}}}}},\"root_module\":{{\"resources\":["
    )?;
    for (n, tags) in (0_u64..).zip(&tags) {
        let kind = kind(n);
        let set = if tags == "null" { "" } else { ",\"tags\":{\"references\":[\"local.tags\",\"var.environment\"]}" };
        write!(
            out,
            "{}{{\"address\":\"{kind}.r{n}\",\"mode\":\"managed\",\"type\":\"{kind}\",\"name\":\"r{n}\",\"provider_config_key\":\"aws\",\"expressions\":{{\"name\":{{\"references\":[\"var.name\"]}},\"policy\":{{\"references\":[\"data.aws_iam_policy_document.p.json\",\"data.aws_iam_policy_document.p\"]}}{set}}},\"schema_version\":1}}",
            comma(n)
        )?;
    }
    write!(out, "]}}}}}}")?;
    out.flush()?;
    Ok(resources)
}

fn comma(n: u64) -> &'static str {
    if n == 0 { "" } else { "," }
}

fn kind(n: u64) -> &'static str {
    TYPES[usize::try_from(n % 6).unwrap_or(0)]
}

/// The tags of a resource: most have them, some lack one, some have none.
fn tags(random: &mut Rng, n: u64) -> String {
    let environment = random.pick(&["production", "prod", "test", "staging"]);
    match random.below(10) {
        0 => "null".to_owned(),
        1 => format!("{{\"Environment\":\"{environment}\",\"Name\":\"r{n}\"}}"),
        _ => format!(
            "{{\"Environment\":\"{environment}\",\"Application\":\"app-{}\",\"Owner\":\"team-{}@example.com\",\"CostCenter\":\"CC-{}\",\"DataClass\":\"internal\",\"Name\":\"r{n}\"}}",
            n % 40,
            n % 12,
            n % 30
        ),
    }
}

/// Attributes as providers list them all, set or not.
fn after(n: u64, tags: &str) -> String {
    let policy = r#"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:PutObject\"],\"Resource\":\"*\"}]}"#;
    let (with_tags, merged) = if kind(n) == "aws_iam_role_policy" {
        (String::new(), String::new())
    } else {
        (format!(",\"tags\":{tags}"), if tags == "null" { String::new() } else { format!(",\"tags_all\":{tags}") })
    };
    format!(
        "{{\"name\":\"r{n}\",\"name_prefix\":null,\"description\":\"resource number {n} of a generated plan\",\"kms_key_id\":null,\"policy\":\"{policy}\",\"retention_in_days\":30,\"skip_destroy\":false,\"timeouts\":null,\"deletion_protection\":true,\"vpc_security_group_ids\":[\"sg-{n}a\",\"sg-{n}b\"],\"availability_zone\":\"eu-west-1a\",\"monitoring\":null,\"ebs_optimized\":null,\"metadata_options\":[{{\"http_endpoint\":\"enabled\",\"http_tokens\":\"required\",\"http_put_response_hop_limit\":1}}]{with_tags}{merged}}}"
    )
}
