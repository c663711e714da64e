use super::*;
use serde_json::json;

const AT: &str = "https://www.googleapis.com/compute/v1/projects/shop/global";

fn judged(parts: &[(&str, &str, Value)]) -> Vec<Option<bool>> {
    let mut balancers = Balancers::default();
    let mut rules = Vec::new();
    for (kind, name, data) in parts {
        let id = format!("//compute.googleapis.com/projects/shop/global/{name}");
        let late = Late { id: Text::from(id.to_lowercase()), kind: Text::new(kind), scope: Text::new("shop") };
        if kind.contains("forwarding") {
            rules.push(late.id.clone());
        }
        balancers.take(&format!("compute.googleapis.com/{kind}"), &id, data.as_object().unwrap(), || late);
    }
    let judged: Vec<_> = balancers.judged().collect();
    rules.iter().map(|rule| judged.iter().find(|(late, _)| late.id == *rule).map(|(_, fact)| fact.value)).collect()
}

fn link(name: &str) -> String {
    format!("{AT}/{name}")
}

#[test]
fn a_rule_is_used_when_its_way_ends_at_something_that_works() {
    let way = |backends: Value| {
        [
            ("globalforwardingrule", "forwardingRules/r", json!({"target": link("targetHttpsProxies/p")})),
            ("targethttpsproxy", "targetHttpsProxies/p", json!({"urlMap": link("urlMaps/m")})),
            (
                "urlmap",
                "urlMaps/m",
                json!({"defaultService": link("backendServices/none"), "pathMatchers": [{"pathRules": [{"paths": ["/x"], "service": link("backendServices/b")}]}]}),
            ),
            ("backendservice", "backendServices/none", json!({})),
            ("backendservice", "backendServices/b", json!({"backends": backends})),
        ]
    };
    assert_eq!(judged(&way(json!([{"group": "g"}]))), [Some(true)]);
    assert_eq!(judged(&way(json!([]))), [Some(false)]);
    assert_eq!(judged(&way(json!([]))[..4]), [None], "a part that is not seen may lead somewhere");
}

#[test]
fn other_ways() {
    let pool = |instances: Value| ("targetpool", "targetPools/p", json!({"instances": instances}));
    let rule = |to: &str| ("forwardingrule", "forwardingRules/r", json!({"target": to}));
    assert_eq!(judged(&[rule(&link("targetPools/p")), pool(json!([]))]), [Some(false)]);
    assert_eq!(judged(&[rule(&link("targetPools/p")), pool(json!(["i"]))]), [Some(true)]);
    assert_eq!(judged(&[rule("all-apis")]), [Some(true)]);
    assert_eq!(judged(&[rule(&link("serviceAttachments/s"))]), [Some(true)]);
    assert_eq!(judged(&[("forwardingrule", "forwardingRules/r", json!({}))]), [Some(false)]);
    let internal = ("forwardingrule", "forwardingRules/r", json!({"backendService": link("backendServices/b")}));
    assert_eq!(judged(&[internal, ("regionbackendservice", "backendServices/b", json!({"backends": []}))]), [Some(false)]);
    let redirect = ("urlmap", "urlMaps/m", json!({"defaultUrlRedirect": {"httpsRedirect": true}}));
    let proxy = ("regiontargethttpproxy", "targetHttpProxies/p", json!({"urlMap": link("urlMaps/m")}));
    assert_eq!(judged(&[rule(&link("targetHttpProxies/p")), proxy.clone(), redirect]), [Some(true)]);
    let circle = ("targetpool", "targetPools/p", json!({"backupPool": link("targetPools/p")}));
    assert_eq!(judged(&[rule(&link("targetPools/p")), circle]), [Some(false)]);
}
