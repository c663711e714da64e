use super::*;

fn read(text: &str) -> Result<(Vec<Scope>, Vec<String>), ReadError> {
    let (mut scopes, mut incomplete) = (Vec::new(), Vec::new());
    let document = Document::from_bytes("accounts.json", text.as_bytes().to_vec())?;
    assert!(ListAccounts.recognises(&Sample::of(&document)), "{text}");
    ListAccounts.read(&document, &mut |found| match found {
        Found::Scope(scope) => scopes.push(scope),
        Found::Incomplete(why) => incomplete.push(why),
        other => panic!("{other:?}"),
    })?;
    Ok((scopes, incomplete))
}

fn account(rest: &str) -> String {
    format!(
        "{{\"Accounts\": [{{\"Id\": \"111122223333\", \"Arn\": \"arn:aws:organizations::999900001111:account/o-abcdefghij/111122223333\", \"Name\": \"Prod <1>\"{rest}}}]}}"
    )
}

fn steps(rest: &str) -> Vec<(String, String)> {
    read(&account(rest)).unwrap().0[0].ancestors.iter().map(|c| (c.kind.to_string(), c.id.to_string())).collect()
}

#[test]
fn an_account_is_a_scope_whose_tags_are_not_known() {
    let (scopes, incomplete) = read(&account(r#", "Email": "x@example.com", "JoinedTimestamp": 1700000000.25"#)).unwrap();
    assert_eq!(
        (scopes[0].id.as_str(), scopes[0].name.as_deref(), &scopes[0].tags, scopes[0].active),
        ("111122223333", Some("Prod <1>"), &Observed::Unknown, true)
    );
    assert!(incomplete.is_empty());
}

#[test]
fn the_path_is_read_from_the_account_upwards() {
    let path = r#", "Paths": ["o-abcdefghij/r-ab12/ou-ab12-workload/ou-ab12-prodprod/111122223333/"]"#;
    let expected = [("units", "ou-ab12-prodprod"), ("units", "ou-ab12-workload"), ("units", "r-ab12"), ("organizations", "o-abcdefghij")];
    assert_eq!(steps(path), expected.map(|(k, i)| (k.to_owned(), i.to_owned())));
    assert_eq!(steps(""), [("organizations".to_owned(), "o-abcdefghij".to_owned())]);
    assert_eq!(steps(r#", "Paths": []"#).len(), 1);
}

#[test]
fn state_beats_status() {
    let active = |rest: &str| read(&account(rest)).unwrap().0[0].active;
    assert!(active(r#", "Status": "ACTIVE""#));
    assert!(active(r#", "State": "PENDING_ACTIVATION""#));
    assert!(!active(r#", "Status": "ACTIVE", "State": "CLOSED""#));
    assert!(!active(r#", "Status": "SUSPENDED""#));
    assert!(!active(r#", "State": "PENDING_CLOSURE""#));
    assert!(active(r#", "Status": "SUSPENDED", "State": "ACTIVE""#));
}

#[test]
fn a_leftover_token_is_said_and_a_cut_file_refused() {
    let text = account("");
    assert_eq!(read(&text.replace("]}", "], \"NextToken\": \"abc\"}")).unwrap().1, [MORE_PAGES]);
    let error =
        ListAccounts.read(&Document::from_bytes("accounts.json", text.as_bytes()[..text.len() - 8].to_vec()).unwrap(), &mut |_| {}).unwrap_err().to_string();
    assert!(error.starts_with("accounts.json:1:") && error.contains("cut off"), "{error}");
    let error = read(&text.replace("\"Name\"", "\"Paths\": 3, \"Name\"")).unwrap_err().to_string();
    assert!(error.starts_with("accounts.json:1:"), "{error}");
}
