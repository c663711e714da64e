//! The taxonomy to begin with: the reference, without what in it is about an example.

/// The reference taxonomy, line by line documented.
const REFERENCE: &str = include_str!("../../../../../taxonomy.yaml");

/// Parts of the reference that name accounts, people, numbers and policies of an example: they stay readable, as comments.
const EXAMPLES: [&str; 6] = ["stages", "rules", "waivers", "environments", "retention", "residency"];
/// The same within `costs`.
const COSTS: [&str; 3] = ["assign", "splits", "budgets"];

const HEAD: &str = "# Written by `tagledger init`: what your tags are called, what they may say, and what is accepted instead. Change it to your words, and hold\n\
                    # it to the form with `tagledger taxonomy check`. After a first scan `tagledger taxonomy suggest` proposes what is missing.\n";

/// The reference with its examples as comments.
pub(super) fn taxonomy() -> String {
    let mut text = HEAD.to_owned();
    let (mut top, mut below) = ("", "");
    // What the reference says of itself is above its first blank line, but for the last sentence of it.
    let lines = REFERENCE.lines().skip_while(|line| !line.starts_with("# A mistake is shown"));
    for line in lines.filter(|line| !line.contains("The line above lets editors")) {
        let (indent, said) = line.split_at(line.len() - line.trim_start().len());
        let word = said.split_once(':').map_or("", |(word, _)| word);
        match indent.len() {
            0 if is_name(word) => (top, below) = (word, ""),
            2 if is_name(word) => below = word,
            _ => {}
        }
        let is_example = EXAMPLES.contains(&top) || top == "costs" && COSTS.contains(&below) || said.contains("examples/registers/");
        let mark = if is_example && !said.is_empty() && !said.starts_with('#') { "# " } else { "" };
        text.push_str(indent);
        text.push_str(mark);
        text.push_str(said);
        text.push('\n');
    }
    text
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}
