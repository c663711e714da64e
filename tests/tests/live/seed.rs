//! Estates that servers are filled with. What is in them is written here, what must be found in them in `truth`.

use super::truth::{TEMPLATES, Template};
use serde_json::{Value, json};
use tagledger_tests::Desk;

pub const ACCOUNT: &str = "111122223333";
pub const REGIONS: [&str; 3] = ["eu-west-1", "us-east-1", "ap-southeast-2"];

const TAXONOMY: &str = "version: 1\nkeys:\n  Environment: { required: true, values: { production: [prod] } }\n";

/// A desk whose taxonomy asks for one key.
pub fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    desk
}

/// A settings file.
pub fn file(settings: &Value) -> String {
    json!({"version": 1, "clouds": {"aws": settings}}).to_string()
}

/// One account with two Regions of 250 keys each: tagged, stripped of their tags, and never tagged, which the Tagging API does not list. No service's own
/// call lists them. `explorer` says where there are views.
pub fn account(explorer: &Value, weather: &Value) -> Value {
    let key = |region: &str, n: usize| {
        // Every tenth was never tagged; every other fifth was, once.
        let tags = if n.is_multiple_of(5) { json!({}) } else { json!({"Environment": "prod"}) };
        let life = if n.is_multiple_of(10) { "never" } else { "tagged" };
        json!({"account": "one", "region": region, "kind": "kms:key", "name": format!("k{n}"), "arn": format!("arn:aws:kms:{{region}}:{{account}}:key/k{n}"),
            "tags": tags, "life": life})
    };
    let resources: Vec<Value> = ["eu-west-1", "us-east-1"].iter().flat_map(|region| (0..250).map(|n| key(region, n))).collect();
    json!({"accounts": [{"name": "one", "id": ACCOUNT}], "caller": "one", "regions": ["eu-west-1", "us-east-1"], "resources": resources,
        "explorer": explorer, "weather": weather, "page": {"ListResources": 100}, "emulator": "none"})
}

/// An index with a view that has no tags, and one that has them.
pub fn index(region: &str) -> Value {
    json!({"account": "one", "region": region, "views": [{"name": "bare"}, {"name": "tags", "properties": ["tags"]}]})
}

/// Both Regions with an index of their own.
pub fn indexes() -> Value {
    json!([index("eu-west-1"), index("us-east-1")])
}

/// The accounts of the organisation: five that are asked, and two that are not any more.
pub const ACTIVE: [&str; 5] = ["management", "shop-prod", "shop-test", "data-prod", "sandbox"];

fn members() -> Value {
    let member = |n: u32, name: &str, above: &str, state: &str, tags: Value| json!({"name": name, "id": format!("{:012}", 100_000_000_000_u64 + u64::from(n)), "above": above, "state": state, "tags": tags});
    json!([
        member(1, "management", "r-ab12", "ACTIVE", json!({"Owner": "platform"})),
        member(2, "shop-prod", "ou-ab12-shop0001", "ACTIVE", json!({"Owner": "shop", "Environment": "production"})),
        member(3, "shop-test", "ou-ab12-shop0001", "ACTIVE", json!({})),
        member(4, "data-prod", "ou-ab12-work0001", "ACTIVE", json!({})),
        member(5, "sandbox", "ou-ab12-work0001", "ACTIVE", json!({"Owner": "nobody"})),
        member(6, "left", "ou-ab12-work0001", "SUSPENDED", json!({})),
        member(7, "gone", "r-ab12", "CLOSED", json!({})),
        {"name": "stranger", "id": "999988887777", "stranger": true},
    ])
}

/// A kind, what a resource of it needs, and whether a service's own call lists it.
pub struct Kind {
    pub name: &'static str,
    pub more: &'static [(&'static str, &'static str)],
    /// The form of its ARN, where the emulator is not asked to make it.
    arn: Option<&'static str>,
}

const fn made(name: &'static str, more: &'static [(&'static str, &'static str)]) -> Kind {
    Kind { name, more, arn: None }
}

const fn told(name: &'static str, arn: &'static str) -> Kind {
    Kind { name, more: &[], arn: Some(arn) }
}

/// What is put into every Region; `on` and `of` name another resource of the list.
pub const KINDS: &[Kind] = &[
    made("ec2:instance", &[]),
    made("ec2:volume", &[("on", "ec2:instance")]),
    made("ec2:volume", &[]),
    made("ec2:snapshot", &[("of", "ec2:volume")]),
    made("ec2:elastic-ip", &[]),
    made("ec2:elastic-ip", &[("on", "ec2:instance")]),
    made("ec2:network-interface", &[]),
    made("ec2:natgateway", &[]),
    made("elasticloadbalancing:loadbalancer/app", &[]),
    made("elasticloadbalancing:targetgroup", &[("of", "elasticloadbalancing:loadbalancer/app")]),
    made("elasticloadbalancing:loadbalancer", &[]),
    made("rds:db", &[]),
    made("rds:snapshot", &[("of", "rds:db")]),
    made("logs:log-group", &[]),
    made("lambda:function", &[]),
    made("s3:bucket", &[]),
    made("dynamodb:table", &[]),
    made("ecs:cluster", &[]),
    made("eks:cluster", &[]),
    made("sqs:queue", &[]),
    made("sns:topic", &[]),
    made("secretsmanager:secret", &[]),
    told("kms:key", "arn:aws:kms:{region}:{account}:key/{name}"),
    told("ecr:repository", "arn:aws:ecr:{region}:{account}:repository/{name}"),
    told("states:statemachine", "arn:aws:states:{region}:{account}:stateMachine:{name}"),
];

/// The name of a resource: unique in its account, and fit for every service. Buckets share one space with everybody's.
fn name(account: &str, region: &str, at: usize) -> String {
    format!("{account}-{region}-{}-{at}", KINDS[at].name.rsplit([':', '/']).next().unwrap()).chars().take(31).collect()
}

/// The resources of one Region of one account. Every kind meets another template in each, so that all meet all in the end.
fn region(account: &str, region: &str, turn: usize) -> Vec<Value> {
    let mut all = Vec::new();
    for (at, kind) in KINDS.iter().enumerate() {
        let template: &Template = &TEMPLATES[(at + turn * 5) % TEMPLATES.len()];
        // Only what describes itself can have what the emulator, like AWS, refuses to write.
        let template = if kind.arn.is_none() && template.foreign { &TEMPLATES[0] } else { template };
        let name = format!("r{turn}-{at}-{}", name(account, region, at)).trim_end_matches('-').to_owned();
        let name: String = name.chars().take(31).collect::<String>().trim_end_matches('-').to_owned();
        let mut resource = json!({"account": account, "region": region, "kind": kind.name, "name": name, "tags": template.tags(), "life": template.life,
            "template": template.name});
        for (member, of) in kind.more {
            let (_, other) = all.iter().rev().find(|(kind, _): &&(&str, Value)| kind == of).unwrap();
            resource[*member] = other["name"].clone();
        }
        if let Some(arn) = kind.arn {
            resource["arn"] = json!(arn.replace("{name}", &name));
        }
        all.push((kind.name, resource));
    }
    all.into_iter().map(|(_, resource)| resource).collect()
}

/// An organisation with an index of the whole of it, and an account outside of it whose key its view shows all the same.
pub fn organization() -> Value {
    let mut resources: Vec<Value> = Vec::new();
    for (turn, account) in ACTIVE.iter().enumerate() {
        for (at, name) in REGIONS.iter().enumerate() {
            // Each account has everything in one Region; in the others what is not made, only told.
            let is_full = turn % REGIONS.len() == at;
            resources.extend(region(account, name, turn * REGIONS.len() + at).into_iter().filter(|resource| is_full || resource.get("arn").is_some()));
        }
    }
    for (account, region) in [("left", "eu-west-1"), ("gone", "us-east-1"), ("stranger", "eu-west-1")] {
        resources.push(json!({"account": account, "region": region, "kind": "kms:key", "name": "theirs", "arn": "arn:aws:kms:{region}:{account}:key/theirs"}));
    }
    resources.push(json!({"account": "shop-prod", "region": "us-east-1", "kind": "cloudfront:distribution", "name": "edge", "tags": {}, "template": "never"}));
    // One ARN that two Regions list.
    resources.push(json!({"account": "sandbox", "region": "us-east-1", "kind": "ecr:repository", "name": "twice", "also_in": ["eu-west-1"],
        "arn": "arn:aws:ecr:us-east-1:{account}:repository/twice", "tags": {"Environment": "prd", "Application": "shop"}, "template": "alias of a value"}));
    let units = json!([
        {"id": "ou-ab12-work0001", "name": "Workloads", "parent": "r-ab12", "tags": {"Division": "retail"}},
        {"id": "ou-ab12-shop0001", "name": "Shop", "parent": "ou-ab12-work0001", "tags": {}},
    ]);
    let wide = json!({"name": "all", "properties": ["tags"], "wide": true, "strangers": true});
    json!({"accounts": members(), "caller": "management", "regions": REGIONS, "resources": resources,
        "organization": {"id": "o-exampleorg1", "root": {"id": "r-ab12", "tags": {}}, "units": units, "empty_page": true},
        "role": {"name": "audit/tagledger", "external_id": "between-us"},
        "explorer": [{"account": "management", "region": "eu-west-1", "gathers": ["us-east-1", "ap-southeast-2"], "views": [{"name": "bare"}, wide]}],
        "aggregators": [{"account": "management", "region": "eu-west-1", "name": "everything", "wide": true, "regions": REGIONS}],
        "page": {"ListAccounts": 3, "ListResources": 50, "GetResources": 10, "SelectAggregateResourceConfig": 20, "ListRegions": 2, "ListIndexesForMembers": 2}})
}

/// The same without what only the emulator can make, which takes its time.
pub fn light(weather: &Value) -> Value {
    let mut estate = organization();
    estate["resources"].as_array_mut().unwrap().retain(|resource| resource.get("arn").is_some());
    estate["emulator"] = json!("none");
    estate["weather"] = weather.clone();
    estate
}

/// Settings that ask all of it.
pub fn whole() -> Value {
    json!({"organization": true, "role": {"name": "audit/tagledger", "external_id": "between-us"}, "pace": "none"})
}
