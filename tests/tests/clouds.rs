//! Three clouds asked in one scan: one report, one taxonomy, one bill.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tagledger_tests::{Desk, Server, records, why};

const ACCOUNT: &str = "111122223333";
const SUBSCRIPTION: &str = "0b1f6471-1bf0-4dda-aec3-000000000001";
const TENANT: &str = "7b1c9a52-3d0e-4c7f-9e55-0c2f6a1d8e40";
const CLIENT: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

const TAXONOMY: &str = "version: 1
keys:
  Environment: { required: true, aliases: [env], values: { demo: [], production: [prod] } }
";

/// A key with the tag as one team writes it, and one as another does; and one that nobody ever tagged.
fn aws() -> Value {
    let key = |name: &str, tags: Value| json!({"account": "one", "region": "eu-west-1", "kind": "kms:key", "name": name, "arn": format!("arn:aws:kms:{{region}}:{{account}}:key/{name}"), "tags": tags, "life": if tags == json!({}) { "never" } else { "tagged" }});
    json!({
        "accounts": [{"name": "one", "id": ACCOUNT}], "caller": "one", "regions": ["eu-west-1"], "emulator": "none",
        "resources": [key("k1", json!({"Environment": "demo"})), key("k2", json!({"environment": "demo"})), key("k3", json!({}))],
        "explorer": [{"account": "one", "region": "eu-west-1", "views": [{"name": "tags", "properties": ["tags"]}]}],
    })
}

fn azure() -> Value {
    let good = json!({"Environment": "demo"});
    json!({
        "tenant": TENANT, "clients": [{"id": CLIENT, "secret": "secret"}], "management_groups": [],
        "subscriptions": [{"id": SUBSCRIPTION, "name": "one", "state": "Enabled", "above": TENANT, "tags": good}],
        "groups": [{"subscription": "one", "name": "rg", "location": "westeurope", "tags": good}],
        "resources": [{"subscription": "one", "group": "rg", "type": "Microsoft.KeyVault/vaults", "name": "kv", "location": "westeurope", "tags": {"ENVIRONMENT": "Demo"}, "properties": {}}],
    })
}

fn gcp() -> Value {
    json!({
        "projects": [{"id": "shop", "number": "1001", "name": "Shop", "labels": {"environment": "demo"}}],
        "assets": [{"project": "shop", "type": "secretmanager.googleapis.com/Secret", "name": "//secretmanager.googleapis.com/projects/shop/secrets/s", "labels": {"environment": "demo"}}],
    })
}

/// What each of them cost, in the words of the bills.
const BILL: &str = "BilledCost,EffectiveCost,ListCost,ContractedCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ProviderName,SubAccountId,ServiceName,ResourceId,Tags
1.25,1.25,1.25,1.25,EUR,2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,AWS,111122223333,KMS,arn:aws:kms:eu-west-1:111122223333:key/k1,
2.50,2.50,2.50,2.50,EUR,2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,AWS,111122223333,KMS,arn:aws:kms:eu-west-1:111122223333:key/k2,
4.00,4.00,4.00,4.00,EUR,2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,Microsoft,0b1f6471-1bf0-4dda-aec3-000000000001,Key Vault,/subscriptions/0b1f6471-1bf0-4dda-aec3-000000000001/resourcegroups/rg/providers/microsoft.keyvault/vaults/kv,
8.00,8.00,8.00,8.00,EUR,2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,Google Cloud,shop,Secret Manager,//secretmanager.googleapis.com/projects/shop/secrets/s,
16.00,16.00,16.00,16.00,EUR,2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,AWS,111122223333,KMS,arn:aws:kms:eu-west-1:111122223333:key/k3,
";

#[test]
fn one_scan_over_three_clouds_gives_one_report_in_which_one_environment_is_one() {
    let Some(aws) = Server::script("aws", &[], &aws().to_string()) else { return };
    let (Some(azure), Some(gcp)) = (Server::script("azure", &[], &azure().to_string()), Server::script("gcp", &[], &gcp().to_string())) else { return };
    let ports = azure.get("/-/ports");
    let (entra, google) = (format!("https://127.0.0.1:{}", ports["https"]), gcp.url());
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    desk.put("bill.csv", BILL);
    let clouds = json!({
        "aws": {},
        "azure": {"tenant": TENANT, "authority": entra, "resource_manager": entra, "audience": "https://management.azure.com"},
        "gcp": {"asset_inventory": google, "resource_manager": google, "pace": "none"},
    });
    desk.put("tagledger.yaml", json!({"version": 1, "clouds": clouds}).to_string());
    let call = desk.call("scan --bill bill.csv --out run --now 2026-11-01").env("SSL_CERT_FILE", ports["ca"].as_str().unwrap());
    let call = call.env("AZURE_CLIENT_ID", CLIENT).env("AZURE_CLIENT_SECRET", "secret").env("NO_PROXY", "127.0.0.1,localhost");
    let call = call.env("GCE_METADATA_HOST", google.trim_start_matches("http://")).env("HOME", desk.path("nobody").display().to_string());
    let done = aws.is_asked_by(call).exits(1);
    let report = desk.report("run");
    assert!(!why(&report).contains("incomplete"), "{}\n{}", why(&report), done.err);

    // However it is written: one value of one key.
    let rows = records(&desk.text("run/resources.csv"));
    let by_cloud: BTreeSet<(&str, &str)> = rows.iter().map(|row| (row["cloud"].as_str(), row["Environment"].as_str())).collect();
    assert_eq!(by_cloud, BTreeSet::from([("aws", ""), ("aws", "demo"), ("azure", "demo"), ("gcp", "demo")]));
    assert_eq!(rows.iter().filter(|row| row["Environment"] == "demo").count(), 7, "two keys, a subscription, a group and a vault, a project and a secret");

    // And one line of the bill, to the cent.
    let costs = records(&desk.text("run/cost-by-environment.csv"));
    let by_value: BTreeMap<&str, &str> = costs.iter().map(|row| (row["Environment"].as_str(), row["amount"].as_str())).collect();
    assert_eq!(by_value, BTreeMap::from([("demo", "15.75"), ("unattributed", "16.00")]));

    // What is wrong with the spelling is said of each cloud by its own rules: only Google has no other case.
    let odd: BTreeSet<(String, String)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| ["nonstandard-key", "nonstandard-value", "untagged"].contains(&f["rule"].as_str().unwrap()))
        .map(|f| (f["rule"].as_str().unwrap().to_owned(), f["cloud"].as_str().unwrap().to_owned()))
        .collect();
    let wanted = [("nonstandard-key", "aws"), ("nonstandard-key", "azure"), ("nonstandard-value", "azure"), ("untagged", "aws")];
    assert_eq!(odd, wanted.map(|(rule, cloud)| (rule.to_owned(), cloud.to_owned())).into());
}
