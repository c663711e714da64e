//! What `tagledger.yaml` makes of a live scan: which cloud is asked, as whom and where. The cloud here knows who the caller is and refuses the rest.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use tagledger_tests::{Call, Desk};

const IDENTITY: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
    <Arn>arn:aws:iam::111122223333:user/u</Arn><UserId>U</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

/// A cloud that refuses, and remembers by which keys it was asked. It ends with the test.
struct Refusal {
    port: u16,
    keys: Arc<Mutex<BTreeSet<String>>>,
}

impl Refusal {
    fn begin() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, keys) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(BTreeSet::new())));
        let seen = Arc::clone(&keys);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let seen = Arc::clone(&seen);
                std::thread::spawn(move || answer(stream, &seen));
            }
        });
        Self { port, keys }
    }

    fn keys(&self) -> Vec<String> {
        std::mem::take(&mut *self.keys.lock().unwrap()).into_iter().collect()
    }

    fn scan(&self, desk: &Desk, words: &str) -> Call {
        let call = desk.call(&format!("scan --out run --now 2026-11-01 {words}")).env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port));
        let call = call.env("AWS_CONFIG_FILE", desk.path("config")).env("AWS_SHARED_CREDENTIALS_FILE", "none").env("AWS_EC2_METADATA_DISABLED", "true");
        call.env("AWS_ACCESS_KEY_ID", "").env("AWS_SECRET_ACCESS_KEY", "").env("AWS_PROFILE", "own").env("AWS_REGION", "eu-west-1")
    }
}

/// How a service says no: <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-query-api.html>, the query and REST protocols, JSON.
fn refusal(service: &str, body: &str) -> &'static str {
    match service {
        "ec2" => "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors><RequestID>r</RequestID></Response>",
        "s3" => "<Error><Code>AccessDenied</Code><Message>no</Message></Error>",
        _ if service == "cloudfront" || body.contains("Action=") => {
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
        }
        _ => "{\"__type\":\"AccessDeniedException\"}",
    }
}

/// Reads one request, and answers it.
fn answer(mut stream: TcpStream, keys: &Mutex<BTreeSet<String>>) {
    let (mut text, mut chunk) = (String::new(), [0; 4096]);
    loop {
        let Ok(read @ 1..) = stream.read(&mut chunk) else { return };
        text.push_str(&String::from_utf8_lossy(&chunk[..read]));
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(|n| n.parse::<usize>().unwrap()));
        if body.len() < length.unwrap_or(0) {
            continue;
        }
        let signed: Vec<&str> = head.split("Credential=").nth(1).unwrap_or_default().split('/').collect();
        keys.lock().unwrap().extend(signed.first().map(|key| (*key).to_owned()));
        let (status, body) = if body.contains("Action=GetCallerIdentity") { ("200 OK", IDENTITY) } else { ("403 Forbidden", refusal(signed[3], body)) };
        // The client may have gone: a refused test says more than a broken server.
        let _sent =
            write!(stream, "HTTP/1.1 {status}\r\nx-amzn-ErrorType: AccessDeniedException\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        return;
    }
}

fn desk(settings: &str) -> Desk {
    let desk = Desk::laid();
    desk.put("tagledger.yaml", format!("version: 1\n{settings}"));
    let profile = |name: &str| format!("[profile {name}]\naws_access_key_id = AKID{name}\naws_secret_access_key = s\n");
    desk.put("config", ["own", "filed", "flagged"].map(profile).concat());
    desk
}

/// The Regions that the last run was refused in.
fn regions(desk: &Desk) -> Vec<String> {
    let report = desk.report("run");
    let rows = report["coverage"].as_array().unwrap().iter().filter(|row| row["outcome"] == "denied");
    let regions: BTreeSet<String> = rows.filter_map(|row| row["region"].as_str().map(str::to_owned)).collect();
    regions.into_iter().collect()
}

#[test]
fn the_file_says_which_cloud_is_asked_as_whom_and_where_and_flags_say_otherwise() {
    let cloud = Refusal::begin();
    let desk = desk("clouds: { aws: { profile: filed, regions: [eu-central-1, us-east-1] } }\nscan: { concurrency: 2 }\n");
    cloud.scan(&desk, "").exits(3);
    assert_eq!((regions(&desk), cloud.keys()), (vec!["eu-central-1".to_owned(), "us-east-1".to_owned()], vec!["AKIDfiled".to_owned()]));
    // What is forbidden stays so until somebody acts: nothing is left to go on with.
    assert!(!desk.path(".run.collected").exists());
    cloud.scan(&desk, "--region ap-south-1 ap-south-1 --profile flagged").exits(3);
    assert_eq!((regions(&desk), cloud.keys()), (vec!["ap-south-1".to_owned()], vec!["AKIDflagged".to_owned()]));
    // A profile that is named counts more than keys that happen to be in the environment.
    cloud.scan(&desk, "--region ap-south-1").env("AWS_ACCESS_KEY_ID", "AKIDlying").env("AWS_SECRET_ACCESS_KEY", "around").exits(3);
    assert_eq!(cloud.keys(), ["AKIDfiled"]);
    // Naming the cloud takes nothing away from what the file says of it; naming files takes the clouds away.
    cloud.scan(&desk, "--cloud aws --cloud aws --region ap-south-1").exits(3);
    assert_eq!((regions(&desk), cloud.keys()), (vec!["ap-south-1".to_owned()], vec!["AKIDfiled".to_owned()]));
    cloud.scan(&desk, "--from inventory.csv").exits(0);
    assert_eq!((regions(&desk).len(), cloud.keys().len()), (0, 0));
    // Without the file, whoever the environment says.
    std::fs::rename(desk.path("tagledger.yaml"), desk.path("other.yaml")).unwrap();
    cloud.scan(&desk, "--cloud aws --region eu-west-3").exits(3);
    assert_eq!((regions(&desk), cloud.keys()), (vec!["eu-west-3".to_owned()], vec!["AKIDown".to_owned()]));
    cloud.scan(&desk, "").env("TAGLEDGER_CONFIG", "other.yaml").exits(3);
    assert_eq!(cloud.keys(), ["AKIDfiled"]);
}

#[test]
fn accounts_that_are_left_out_leave_a_row_and_are_not_asked() {
    let cloud = Refusal::begin();
    let desk = desk("clouds: { aws: { skip_accounts: [\"111122223333\"], regions: [eu-central-1] } }\n");
    cloud.scan(&desk, "").exits(3);
    let coverage = desk.report("run")["coverage"].clone();
    assert_eq!((coverage[0]["outcome"].as_str(), coverage[0]["why"].as_str()), (Some("skipped"), Some("skip_accounts names it")), "{coverage}");
    assert_eq!(regions(&desk).len(), 0);
    // An organisation that may not be listed is no organisation of one account: nothing of it is asked.
    desk.put("tagledger.yaml", "version: 1\nclouds: { aws: { organization: true } }\n");
    let done = cloud.scan(&desk, "").exits(2);
    assert!(done.err.contains("permission organizations:ListAccounts is missing"), "{}", done.err);
    assert_eq!(desk.names().iter().filter(|name| name.starts_with('.')).count(), 0, "{:?}", desk.names());
}
