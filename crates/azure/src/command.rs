//! The command of the `az` command line that carries out a suggestion.

use tagledger_collect::{ResourceRef, shell_quote};
use tagledger_model::{Suggestion, is_invisible};

/// `az tag update`, which takes resources, resource groups and subscriptions by id and leaves all other tags alone.
pub(crate) fn command(mend: &Suggestion, on: &ResourceRef<'_>) -> Option<String> {
    if !on.id.starts_with('/') {
        return None;
    }
    let call =
        |operation: &str, tag: &str| Some(format!("az tag update --resource-id {} --operation {operation} --tags {}", shell_quote(on.id), shell_quote(tag)));
    let set = |key: &str, value: &str| call("Merge", &format!("{}={}", plain_key(key)?, plain_value(value)?));
    let unset = |key: &str| call("Delete", plain_key(key)?);
    let text = match mend {
        Suggestion::SetTag { key, value } => set(key, value.as_deref().unwrap_or("<value>"))?,
        // Azure compares names without case, so that a change of case alone is written over the old spelling only after that is gone.
        Suggestion::RenameTag { from, to } if from.eq_ignore_ascii_case(to) => format!("{} && {}", unset(from)?, set(to, &format!("<value of {from}>"))?),
        // Otherwise the new name is written first, so that a failure in between loses nothing.
        Suggestion::RenameTag { from, to } => format!("{} && {}", set(to, &format!("<value of {from}>"))?, unset(from)?),
        Suggestion::RemoveTag { key } => unset(key)?,
        Suggestion::Other { .. } => return None,
    };
    // A control character in a pasted line speaks to the terminal, whatever the quotes say, and a bidi override shows another line than the one that is run.
    (!text.chars().any(is_invisible)).then_some(text)
}

/// The command line takes `@` for a file to read, `-` for an option and the first `=` for the end of the name; it has no escape for them.
fn plain_key(key: &str) -> Option<&str> {
    (!key.is_empty() && !key.starts_with(['@', '-']) && !key.contains('=')).then_some(key)
}

/// A value that begins with `@` would be read from that file.
fn plain_value(value: &str) -> Option<&str> {
    (!value.starts_with('@')).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: ResourceRef<'static> =
        ResourceRef { id: "/subscriptions/s-1/resourceGroups/rg", kind: "microsoft.resources/subscriptions/resourcegroups", scope: "s-1", region: None };

    fn set(key: &str, value: Option<&str>) -> Option<String> {
        command(&Suggestion::SetTag { key: key.to_owned(), value: value.map(str::to_owned) }, &GROUP)
    }

    #[test]
    fn the_commands_read_as_a_person_would_write_them() {
        assert_eq!(
            set("Environment", Some("production")).unwrap(),
            "az tag update --resource-id /subscriptions/s-1/resourceGroups/rg --operation Merge --tags Environment=production"
        );
        assert!(set("CostCenter", None).unwrap().ends_with(" --operation Merge --tags 'CostCenter=<value>'"));
        let removed = command(&Suggestion::RemoveTag { key: "env".to_owned() }, &GROUP).unwrap();
        assert!(removed.ends_with(" --operation Delete --tags env"));
        let renamed = |from: &str| command(&Suggestion::RenameTag { from: from.to_owned(), to: "Environment".to_owned() }, &GROUP).unwrap();
        assert!(renamed("env").find("Merge").unwrap() < renamed("env").find("Delete").unwrap());
        assert!(renamed("ENVIRONMENT").find("Delete").unwrap() < renamed("ENVIRONMENT").find("Merge").unwrap());
        assert_eq!(command(&Suggestion::Other { text: "delete it".to_owned() }, &GROUP), None);
    }

    #[test]
    fn hostile_text_stays_one_word_or_gives_no_command() {
        assert!(set("K'; rm -rf ~ #", Some("$(id)`id`\"")).unwrap().ends_with(r#" --tags 'K'\''; rm -rf ~ #=$(id)`id`"'"#));
        for (key, value) in [("@/etc/passwd", "x"), ("Owner", "@/etc/passwd"), ("--help", "x"), ("a=b", "x"), ("", "x"), ("Owner", "a\u{3}b"), ("Own\ner", "x")]
        {
            assert_eq!(set(key, Some(value)), None, "{key} {value}");
        }
        assert_eq!(command(&Suggestion::RemoveTag { key: "env".to_owned() }, &ResourceRef { id: "--ids", ..GROUP }), None);
        assert!(set("Owner", Some("a@b")).unwrap().ends_with("--tags Owner=a@b"));
    }
}
