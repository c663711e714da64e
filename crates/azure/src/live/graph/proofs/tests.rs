use super::*;

fn said(user: &str) -> Proof {
    Proof { user: Some(Text::new(user)), ..Proof::default() }
}

fn is_used(kind: &str, user: &str) -> Option<bool> {
    facts(kind, Some("x"), &[], &said(user)).and_then(|facts| facts.attached).map(|fact| fact.value)
}

#[test]
fn each_kind_is_judged_by_what_uses_it() {
    for one in USES {
        match one.reads {
            Reads::User => {
                assert_eq!((is_used(one.kind, ""), is_used(one.kind, "/subscriptions/s/x")), (Some(false), Some(true)), "{}", one.kind);
            }
            Reads::Named => {
                assert_eq!((is_used(one.kind, "0"), is_used(one.kind, "2"), is_used(one.kind, "")), (Some(false), Some(true), Some(false)));
            }
            Reads::Count => {
                assert_eq!((is_used(one.kind, "0"), is_used(one.kind, "2"), is_used(one.kind, "")), (Some(false), Some(true), None), "{}", one.kind);
            }
            Reads::State(used, free) => {
                assert!(used.iter().all(|word| is_used(one.kind, word) == Some(true)) && free.iter().all(|word| is_used(one.kind, word) == Some(false)));
                assert_eq!((is_used(one.kind, "ActiveSAS"), is_used(one.kind, "")), (None, None), "{}", one.kind);
            }
            Reads::Pools => {
                let pool = |addresses: &str| format!(r#"[{{"properties": {{"backendAddresses": {addresses}}}}}, {{"properties": {{}}}}]"#);
                let told = [pool("[]"), pool(r#"[{"ipAddress": "10.0.0.1"}]"#), String::new(), "no json".to_owned()];
                assert_eq!(told.map(|text| is_used(one.kind, &text)), [Some(false), Some(true), Some(false), None]);
            }
        }
    }
    assert_eq!(is_used("microsoft.network/publicipaddresses", UNKNOWN), None, "one of a prefix");
    assert_eq!(is_used("microsoft.keyvault/vaults", ""), None, "a kind that is not there to be attached");
    assert_eq!(facts(DISK, None, &[], &Proof::default()), None, "a source that does not ask");
}

#[test]
fn what_stands_by_is_no_orphan() {
    let judged = |name: &str, key: &str| facts(DISK, Some(name), &[RawTag::own(key, "x")], &said("Unattached")).is_some();
    assert!(judged("data-1", "Environment"));
    for name in ["vm1-OsDisk-ASRReplica", "ms-asr-1", "asrseeddisk-x"] {
        assert!(!judged(name, "Environment"), "{name}");
    }
    for key in ["ASR-ReplicaDisk", "RSVaultBackup", "kubernetes.io-created-for-pvc-name"] {
        assert!(!judged("data-1", key), "{key}");
    }
    let hung = Proof { managed_by: Some(Text::new("/subscriptions/s/vm")), ..said("Unattached") };
    assert!(facts(DISK, None, &[], &hung).unwrap().attached.unwrap().value, "what it hangs on is said outright");
}

#[test]
fn states_and_days_are_read_and_what_is_on_the_way_is_not() {
    let of = |power: &str| facts("microsoft.compute/virtualmachines", None, &[], &Proof { power: Some(Text::new(power)), ..Proof::default() });
    assert!(of("PowerState/running").unwrap().running.unwrap().value);
    assert!(!of("PowerState/stopped").unwrap().running.unwrap().value);
    assert_eq!(of("PowerState/starting"), None);
    let ends = |kind: &str, date: &str| facts(kind, None, &[], &Proof { ends: Some(Text::new(date)), ..Proof::default() }).and_then(|facts| facts.ends);
    assert_eq!(ends(CERTIFICATE, "2026-05-01T12:00:00Z").map(|end| end.value), Timestamp::parse("2026-05-01T12:00:00Z"));
    assert_eq!((ends(CERTIFICATE, "soon"), ends(DISK, "2026-05-01T12:00:00Z")), (None, None));
    let days = |kind: &str, days: &str| {
        facts(kind, None, &[], &Proof { retention: Some(Text::new(days)), ..Proof::default() }).and_then(|facts| facts.retention).map(|fact| fact.value)
    };
    assert_eq!(days("microsoft.operationalinsights/workspaces", "30"), Some(Retention::Days(30)));
    assert_eq!(days("microsoft.operationalinsights/workspaces", "-1"), Some(Retention::Forever));
    assert_eq!(days("microsoft.compute/disks", "30"), None);
}
