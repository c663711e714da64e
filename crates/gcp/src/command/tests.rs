use super::*;

fn on<'a>(kind: &'a str, id: &'a str) -> ResourceRef<'a> {
    ResourceRef { id, kind, scope: "p", region: None }
}

fn set(key: &str, value: Option<&str>) -> Suggestion {
    Suggestion::SetTag { key: key.to_owned(), value: value.map(str::to_owned) }
}

const DISK: &str = "//compute.googleapis.com/projects/p/zones/europe-west1-b/disks/d1";

/// Kind, name, and the line for `environment=production`. Each, and its form that takes a label away, was given to gcloud 528.0.0,
/// which accepted every argument and stopped only for want of credentials.
const LINES: &[(&str, &str, &str)] = &[
    (
        "compute.googleapis.com/Instance",
        "//compute.googleapis.com/projects/p/zones/europe-west1-b/instances/vm",
        "gcloud compute instances add-labels vm --zone=europe-west1-b --project=p --labels=environment=production",
    ),
    ("compute.googleapis.com/Disk", DISK, "gcloud compute disks add-labels d1 --zone=europe-west1-b --project=p --labels=environment=production"),
    (
        "compute.googleapis.com/Disk",
        "//compute.googleapis.com/projects/p/regions/europe-west1/disks/d1",
        "gcloud compute disks add-labels d1 --region=europe-west1 --project=p --labels=environment=production",
    ),
    (
        "compute.googleapis.com/Snapshot",
        "//compute.googleapis.com/projects/p/global/snapshots/s",
        "gcloud compute snapshots add-labels s --project=p --labels=environment=production",
    ),
    (
        "compute.googleapis.com/Image",
        "//compute.googleapis.com/projects/p/global/images/i",
        "gcloud compute images add-labels i --project=p --labels=environment=production",
    ),
    (
        "compute.googleapis.com/Address",
        "//compute.googleapis.com/projects/p/regions/europe-west1/addresses/a",
        "gcloud beta compute addresses update a --region=europe-west1 --project=p --update-labels=environment=production",
    ),
    (
        "compute.googleapis.com/GlobalAddress",
        "//compute.googleapis.com/projects/p/global/addresses/a",
        "gcloud beta compute addresses update a --global --project=p --update-labels=environment=production",
    ),
    (
        "compute.googleapis.com/ForwardingRule",
        "//compute.googleapis.com/projects/p/regions/europe-west1/forwardingRules/f",
        "gcloud compute forwarding-rules update f --region=europe-west1 --project=p --update-labels=environment=production",
    ),
    (
        "compute.googleapis.com/VpnTunnel",
        "//compute.googleapis.com/projects/p/regions/europe-west1/vpnTunnels/v",
        "gcloud beta compute vpn-tunnels update v --region=europe-west1 --project=p --update-labels=environment=production",
    ),
    (
        "storage.googleapis.com/Bucket",
        "//storage.googleapis.com/shop-data",
        "gcloud storage buckets update gs://shop-data --update-labels=environment=production",
    ),
    (
        "sqladmin.googleapis.com/Instance",
        "//cloudsql.googleapis.com/projects/p/instances/db",
        "gcloud beta sql instances patch db --project=p --update-labels=environment=production",
    ),
    (
        "cloudresourcemanager.googleapis.com/Project",
        "//cloudresourcemanager.googleapis.com/projects/p",
        "gcloud alpha projects update p --update-labels=environment=production",
    ),
    (
        "pubsub.googleapis.com/Topic",
        "//pubsub.googleapis.com/projects/p/topics/t",
        "gcloud pubsub topics update t --project=p --update-labels=environment=production",
    ),
    (
        "pubsub.googleapis.com/Subscription",
        "//pubsub.googleapis.com/projects/p/subscriptions/s",
        "gcloud pubsub subscriptions update s --project=p --update-labels=environment=production",
    ),
    (
        "container.googleapis.com/Cluster",
        "//container.googleapis.com/projects/p/zones/europe-west1-b/clusters/c",
        "gcloud container clusters update c --location=europe-west1-b --project=p --update-labels=environment=production",
    ),
    (
        "run.googleapis.com/Service",
        "//run.googleapis.com/projects/p/locations/europe-west1/services/s",
        "gcloud run services update s --region=europe-west1 --project=p --update-labels=environment=production",
    ),
    (
        "run.googleapis.com/Job",
        "//run.googleapis.com/projects/p/locations/europe-west1/jobs/j",
        "gcloud run jobs update j --region=europe-west1 --project=p --update-labels=environment=production",
    ),
    (
        "redis.googleapis.com/Instance",
        "//redis.googleapis.com/projects/p/locations/europe-west1/instances/r",
        "gcloud redis instances update r --region=europe-west1 --project=p --update-labels=environment=production",
    ),
    (
        "secretmanager.googleapis.com/Secret",
        "//secretmanager.googleapis.com/projects/p/secrets/s",
        "gcloud secrets update s --project=p --update-labels=environment=production",
    ),
    (
        "cloudkms.googleapis.com/CryptoKey",
        "//cloudkms.googleapis.com/projects/p/locations/global/keyRings/r/cryptoKeys/k",
        "gcloud kms keys update k --keyring=r --location=global --project=p --update-labels=environment=production",
    ),
    (
        "dataproc.googleapis.com/Cluster",
        "//dataproc.googleapis.com/projects/p/regions/europe-west1/clusters/c",
        "gcloud dataproc clusters update c --region=europe-west1 --project=p --update-labels=environment=production",
    ),
    (
        "file.googleapis.com/Instance",
        "//file.googleapis.com/projects/p/locations/europe-west1-b/instances/f",
        "gcloud filestore instances update f --location=europe-west1-b --project=p --update-labels=environment=production",
    ),
    (
        "artifactregistry.googleapis.com/Repository",
        "//artifactregistry.googleapis.com/projects/p/locations/europe-west1/repositories/r",
        "gcloud artifacts repositories update r --location=europe-west1 --project=p --update-labels=environment=production",
    ),
];

#[test]
fn every_kind_has_its_own_line() {
    for (kind, id, line) in LINES {
        assert_eq!(command(&set("environment", Some("production")), &on(kind, id)).as_deref(), Some(*line));
    }
    let tried: Vec<String> = LINES.iter().map(|(kind, ..)| kind.to_lowercase()).collect();
    let untried = RECIPES.iter().map(|(kind, ..)| *kind).filter(|kind| !tried.iter().any(|t| t == kind)).collect::<Vec<_>>();
    assert_eq!(untried, ["compute.googleapis.com/regiondisk", "compute.googleapis.com/globalforwardingrule"], "these two are other names of kinds above");
}

#[test]
fn labels_are_taken_away_and_renamed() {
    let bucket = on("storage.googleapis.com/bucket", "//storage.googleapis.com/shop");
    let removed = |on: &ResourceRef<'_>| command(&Suggestion::RemoveTag { key: "env".to_owned() }, on).unwrap();
    assert_eq!(removed(&bucket), "gcloud storage buckets update gs://shop --remove-labels=env");
    assert!(
        removed(&on("compute.googleapis.com/disk", DISK)).starts_with("gcloud compute disks remove-labels d1 ")
            && removed(&on("compute.googleapis.com/disk", DISK)).ends_with(" --labels=env")
    );
    let renamed = command(&Suggestion::RenameTag { from: "env".to_owned(), to: "environment".to_owned() }, &bucket).unwrap();
    assert_eq!(
        renamed,
        "gcloud storage buckets update gs://shop '--update-labels=environment=<value of env>' && gcloud storage buckets update gs://shop --remove-labels=env"
    );
    assert!(command(&set("costcenter", None), &bucket).unwrap().ends_with(" '--update-labels=costcenter=<value>'"));
}

#[test]
fn a_kind_without_a_recipe_has_no_command() {
    assert_eq!(command(&set("owner", None), &on("bigquery.googleapis.com/dataset", "//bigquery.googleapis.com/projects/p/datasets/d")), None);
    assert_eq!(command(&Suggestion::Other { text: "delete it".to_owned() }, &on("compute.googleapis.com/disk", DISK)), None);
}

#[test]
fn hostile_text_stays_one_word_or_gives_no_command() {
    for (key, value) in
        [("env", "a,b=c"), ("env", "Prod"), ("env", "$(id)"), ("Env", "prod"), ("env=x,y", "prod"), ("-env", "prod"), ("", "prod"), ("env", "a\u{3}")]
    {
        assert_eq!(command(&set(key, Some(value)), &on("compute.googleapis.com/disk", DISK)), None, "{key} {value}");
    }
    let odd = on("storage.googleapis.com/bucket", "//storage.googleapis.com/a';rm -rf ~;'");
    assert!(command(&set("env", Some("prod")), &odd).unwrap().starts_with(r"gcloud storage buckets update 'gs://a'\'';rm -rf ~;'\''' --update"));
    assert_eq!(command(&set("env", Some("prod")), &on("pubsub.googleapis.com/topic", "//pubsub.googleapis.com/projects/p/topics/--quiet")), None);
    assert_eq!(command(&set("env", Some("prod")), &on("pubsub.googleapis.com/topic", "//pubsub.googleapis.com/projects/p/topics/a\u{1b}[2J")), None);
    assert!(command(&set("größe", Some("groß_1-a")), &odd).is_some(), "international letters are allowed");
}
