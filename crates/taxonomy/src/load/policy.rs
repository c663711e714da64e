//! `requirements:`, `rules:` and `waivers:`: what is asked, how loudly, and what is excepted.

use super::keys::check_value;
use super::{Known, KnownRule};
use crate::yaml::{Node, Reader, Shape, Word, suggest};
use crate::{Key, KeyId, OptionShape, Requirement, RuleOption, RuleSetting, Waiver, duration};
use std::collections::BTreeMap;
use tagledger_model::{Amount, Level};
use wildmatch::WildMatch;

/// Reads `requirements:`.
pub(super) fn requirements(reader: &mut Reader<'_>, node: &Node, keys: &[Key], known: &Known<'_>) -> Vec<Requirement> {
    reader.items(node, "`requirements`").iter().filter_map(|item| requirement(reader, item, keys, known)).collect()
}

fn requirement(reader: &mut Reader<'_>, node: &Node, keys: &[Key], known: &Known<'_>) -> Option<Requirement> {
    let mut fields = reader.fields(node, "a requirement")?;
    let at = fields.at;
    let key = fields.need(reader, "key", "Name the key that this entry narrows");
    let key = key.and_then(|n| reader.word(n, "`key`")).and_then(|word| find_key(reader, keys, word));
    let kinds = fields.take("kinds").map(|n| reader.words(n, "`kinds`")).unwrap_or_default();
    let clouds = fields.take("clouds").map(|n| reader.words(n, "`clouds`")).unwrap_or_default();
    for cloud in &clouds {
        known.check_cloud(reader, *cloud);
    }
    let required = fields.take("required").map_or(Some(true), |n| reader.flag(n, "`required`"))?;
    fields.finish(reader);
    if required && kinds.is_empty() && clouds.is_empty() {
        reader.warning(at, "This requirement narrows nothing", "Name `kinds` or `clouds`, or take the entry away");
    }
    let texts = |words: Vec<Word<'_>>| words.into_iter().map(|w| w.text.to_owned()).collect();
    Some(Requirement { key: key?, kinds: texts(kinds), clouds: texts(clouds), required, place: reader.place(at) })
}

/// The key of that exact name; else a mistake.
pub(super) fn find_key(reader: &mut Reader<'_>, keys: &[Key], word: Word<'_>) -> Option<KeyId> {
    let found = keys.iter().position(|k| k.name == word.text).and_then(|i| u8::try_from(i).ok()).map(KeyId);
    if found.is_none() && !keys.is_empty() {
        let help = suggest(word.text, "keys", keys.iter().map(|k| k.name.as_str()));
        reader.error(word.at, format!("`{}` is no key of this taxonomy", word.text.escape_debug()), help);
    }
    found
}

/// Reads `rules:`.
pub(super) fn rules(reader: &mut Reader<'_>, node: &Node, keys: &[Key], known: &Known<'_>) -> BTreeMap<String, RuleSetting> {
    let mut settings = BTreeMap::new();
    for (id, node) in reader.entries(node, "`rules`") {
        let rule = find_rule(reader, known, id);
        if let Some(setting) = setting(reader, id, node, keys, rule) {
            settings.insert(id.text.to_owned(), setting);
        }
    }
    settings
}

fn find_rule<'k>(reader: &mut Reader<'_>, known: &Known<'k>, word: Word<'_>) -> Option<&'k KnownRule<'k>> {
    let found = known.rules.iter().find(|r| r.id == word.text);
    if found.is_none() {
        let help = suggest(word.text, "rules", known.rules.iter().map(|r| r.id));
        reader.error(word.at, format!("Unknown rule `{}`", word.text.escape_debug()), help);
    }
    found
}

fn setting(reader: &mut Reader<'_>, id: Word<'_>, node: &Node, keys: &[Key], rule: Option<&KnownRule<'_>>) -> Option<RuleSetting> {
    let place = reader.place(id.at);
    if !matches!(node.shape, Shape::Map(_)) {
        if node.is_null() {
            reader.error(id.at, format!("The rule `{}` has no level", id.text.escape_debug()), "Write off, info, warn or error after it");
            return None;
        }
        let level = reader.word(node, "The level of a rule").and_then(|word| level(reader, word))?;
        return Some(RuleSetting { level: Some(level), options: BTreeMap::new(), place });
    }
    let mut fields = reader.fields(node, "a rule")?;
    let level = fields.take("level").and_then(|n| reader.word(n, "`level`")).and_then(|word| level(reader, word));
    let mut options = BTreeMap::new();
    let mut alone = Vec::new();
    for (name, value) in fields.rest(reader) {
        // Options of a rule that is not known cannot be judged.
        let option = rule.and_then(|rule| rule.options.iter().find(|option| option.name == name.text));
        if let Some(rule) = rule.filter(|_| option.is_none()) {
            let help = suggest(name.text, "options of this rule", ["level"].into_iter().chain(rule.options.iter().map(|option| option.name)));
            reader.error(name.at, format!("The rule `{}` has no option `{}`", rule.id, name.text.escape_debug()), help);
        }
        let words = reader.word_or_words(value, "An option");
        if let Some(option) = option {
            check_option(reader, option, value, &words, keys);
            alone.extend(option.beside.map(|other| (name, other)));
        }
        options.insert(name.text.to_owned(), words.into_iter().map(|w| w.text.to_owned()).collect());
    }
    for (name, other) in alone.into_iter().filter(|(_, other)| !options.contains_key(*other)) {
        reader.error(name.at, format!("`{}` says nothing without `{other}`", name.text), format!("Write `{other}` beside it, or take it away"));
    }
    Some(RuleSetting { level, options, place })
}

/// What stands behind an option is what it may be.
fn check_option(reader: &mut Reader<'_>, option: &RuleOption, node: &Node, words: &[Word<'_>], keys: &[Key]) {
    match option.shape {
        OptionShape::Words => {}
        OptionShape::Amount => {
            for word in words.iter().filter(|word| amount(word.text).is_none()) {
                reader.error(word.at, format!("`{}` is no amount", word.text.escape_debug()), "Write a number such as 100 or 0.50, without a currency");
            }
        }
        OptionShape::Duration => drop(reader.seconds(node, &format!("`{}`", option.name))),
        OptionShape::ValuesOf(name) => match keys.iter().find(|key| key.name == name) {
            Some(key) => {
                for word in words {
                    // A mistake is written down where it is found.
                    let _is_value = check_value(reader, key, *word);
                }
            }
            None => {
                reader.error(node.at, format!("`{}` needs a key named {name}", option.name), format!("Declare `{name}` under `keys`, or take the option away"));
            }
        },
    }
}

/// An amount that is not negative.
pub(super) fn amount(text: &str) -> Option<Amount> {
    Amount::parse(text).ok().map(|(amount, _)| amount).filter(|amount| *amount >= Amount::ZERO)
}

fn level(reader: &mut Reader<'_>, word: Word<'_>) -> Option<Level> {
    let level = Level::from_word(word.text);
    if level.is_none() {
        let help = suggest(word.text, "levels", ["off", "info", "warn", "error"]);
        reader.error(word.at, format!("`{}` is no level", word.text.escape_debug()), help);
    }
    level
}

/// Reads `waivers:`.
pub(super) fn waivers(reader: &mut Reader<'_>, node: &Node, keys: &[Key], known: &Known<'_>) -> Vec<Waiver> {
    reader.items(node, "`waivers`").iter().filter_map(|item| waiver(reader, item, keys, known)).collect()
}

/// True for text that may match more than itself.
fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

fn waiver(reader: &mut Reader<'_>, node: &Node, keys: &[Key], known: &Known<'_>) -> Option<Waiver> {
    let mut fields = reader.fields(node, "a waiver")?;
    let at = fields.at;
    let rule = fields.need(reader, "rule", "Name the rule it is about, or `*` for every rule").and_then(|n| reader.word(n, "`rule`"));
    if let Some(rule) = rule {
        let is_match = |id: &str| WildMatch::new(rule.text).matches(id);
        if !is_pattern(rule.text) {
            find_rule(reader, known, rule);
        } else if !known.rules.iter().any(|known| is_match(known.id)) {
            reader.error(rule.at, format!("No rule is called like `{}`", rule.text.escape_debug()), "Name a rule, or a pattern that matches one, such as `*`");
        }
    }
    let mut pattern = |name: &'static str| fields.take(name).map(|n| reader.word(n, &format!("`{name}`")));
    let (resource, scope, kind, fingerprint) = (pattern("resource"), pattern("scope"), pattern("kind"), pattern("fingerprint"));
    let has_pattern = resource.is_some() || scope.is_some() || kind.is_some();
    match &fingerprint {
        None if !has_pattern => {
            let help = "Add `resource`, `scope` or `kind` with a pattern, or `fingerprint` of one finding";
            reader.error(at, "This waiver covers nothing", help);
        }
        Some(Some(fingerprint)) if has_pattern => {
            reader.error(fingerprint.at, "This waiver has both a pattern and `fingerprint`", "Keep one: a fingerprint already names rule, resource and key");
        }
        Some(Some(f)) if f.text.len() != 16 || !f.text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) => {
            reader.error(f.at, format!("`{}` is no fingerprint", f.text.escape_debug()), "Copy the 16 hexadecimal digits of the finding");
        }
        _ => {}
    }
    let key = fields.take("key").and_then(|n| reader.word(n, "`key`"));
    if let Some(key) = key {
        if !is_pattern(key.text) {
            find_key(reader, keys, key);
        } else if !keys.iter().any(|known| WildMatch::new(key.text).matches(&known.name)) {
            reader.error(key.at, format!("No key is called like `{}`", key.text.escape_debug()), "Name a key, or a pattern that matches one");
        }
    }
    let reason = fields.need(reader, "reason", "Say why the exception is accepted").and_then(|n| reader.word(n, "`reason`"));
    let owner = fields.need(reader, "owner", "Say who answers for it").and_then(|n| reader.word(n, "`owner`"));
    let expires = fields.need(reader, "expires", "Say the last day it counts: `expires: YYYY-MM-DD`").and_then(|n| reader.word(n, "`expires`"));
    let expires_at = expires.and_then(|day| {
        let end = duration::day_end(day.text);
        if end.is_none() {
            reader.error(day.at, format!("`{}` is no day", day.text.escape_debug()), "Write a day that exists as YYYY-MM-DD");
        }
        end
    });
    fields.finish(reader);
    let text = |word: Word<'_>| word.text.to_owned();
    Some(Waiver {
        rule: text(rule?),
        resource: resource.flatten().map(text),
        scope: scope.flatten().map(text),
        kind: kind.flatten().map(text),
        fingerprint: fingerprint.flatten().map(text),
        key: key.map(text),
        reason: text(reason?),
        owner: text(owner?),
        expires: text(expires?),
        expires_at: expires_at?,
        place: reader.place(at),
    })
}
