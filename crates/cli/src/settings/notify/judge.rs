//! Mistakes that a table cannot say: what belongs together, what excludes each other, and secrets where none belong.

use super::{EMAIL, FROM, NAME, NONE, PASSWORD_FROM, ROUTES, SERVER, SIGN_WITH, SLACK, TEAMS, TLS, TO, URL_FROM, URL_NAME, USER, WEBHOOK};
use std::collections::BTreeSet;
use tagledger_collect::{ENV, FILE, Setting, Settings, Shape};
use tagledger_notify::{is_loopback, server};
use tagledger_taxonomy::yaml::{self, At, Node, Reader};

/// A field of a map, and its value.
pub(in crate::settings) fn field<'n>(node: &'n Node, name: &str) -> Option<(&'n Node, &'n Node)> {
    let yaml::Shape::Map(fields) = &node.shape else { return None };
    fields.iter().find(|(key, _)| is(key, name)).map(|(key, value)| (key, value))
}

fn is(node: &Node, word: &str) -> bool {
    matches!(&node.shape, yaml::Shape::Scalar { text, .. } if text == word)
}

/// Takes out of a text that will be shown with mistakes whatever may be a secret: what stands where a secret's place should be named, and the values of
/// fields that there are none of.
pub(in crate::settings) fn mask(node: &Node, table: &[Setting], text: &mut String) {
    let yaml::Shape::Map(fields) = &node.shape else { return };
    for (key, value) in fields {
        match table.iter().find(|setting| is(key, setting.name)).map(|setting| &setting.shape) {
            Some(Shape::Section(table)) => mask(value, table, text),
            Some(Shape::Sections(table)) => {
                if let yaml::Shape::List(items) = &value.shape {
                    for item in items {
                        mask(item, table, text);
                    }
                }
            }
            Some(Shape::Secret) if matches!(value.shape, yaml::Shape::Map(_)) => mask(value, tagledger_collect::SECRET, text),
            Some(Shape::Secret) | None => hide(value.at, text),
            Some(_) => {}
        }
    }
}

/// The rest of a line becomes dots, as many as it had letters: places stay where they are.
pub(in crate::settings) fn hide(at: At, text: &mut String) {
    let (line, column) = (at.line.saturating_sub(1), at.column.saturating_sub(1));
    let lines = text.split_inclusive('\n').enumerate().map(|(number, content)| {
        let dots = |(at, c): (usize, char)| if number == line && at >= column && !matches!(c, '\n' | '\r') { '•' } else { c };
        content.chars().enumerate().map(dots).collect::<String>()
    });
    *text = lines.collect();
}

/// Where a mistake is said: at a field of the map, or at the map.
fn place(node: &Node, name: &str) -> At {
    field(node, name).map_or(node.at, |(key, _)| key.at)
}

/// Says what is wrong with routes. `settings` is what was read of `node`.
pub(in crate::settings) fn judge(reader: &mut Reader<'_>, node: &Node, settings: &Settings) {
    let Some((_, list)) = field(node, ROUTES) else { return };
    let yaml::Shape::List(items) = &list.shape else { return };
    let mut names = BTreeSet::new();
    for (item, one) in items.iter().zip(settings.sections(ROUTES)) {
        if !matches!(item.shape, yaml::Shape::Map(_)) {
            continue;
        }
        match one.text(NAME) {
            None if field(item, NAME).is_none() => reader.error(item.at, "No `name` in a route", "Name it, so that messages and errors can say which it is"),
            Some(name) if !names.insert(name.to_owned()) => reader.error(place(item, NAME), format!("Two routes are called `{name}`"), "Give one another name"),
            _ => {}
        }
        channel(reader, item, one);
    }
}

fn channel(reader: &mut Reader<'_>, item: &Node, one: &Settings) {
    let channels: Vec<&'static str> = [SLACK, TEAMS, WEBHOOK, EMAIL].into_iter().filter(|name| field(item, name).is_some()).collect();
    let [name] = channels[..] else {
        let help = "Write one of slack, teams, webhook and email; a further channel is a further route";
        let (at, what) = match channels.get(1) {
            Some(second) => (place(item, second), format!("A route leads to {}", channels.join(" and "))),
            None => (item.at, "A route leads nowhere".to_owned()),
        };
        return reader.error(at, what, help);
    };
    let Some((key, node)) = field(item, name) else { return };
    if !matches!(node.shape, yaml::Shape::Map(_)) && !node.is_null() {
        return;
    }
    let empty = Settings::default();
    let way = one.section(name).unwrap_or(&empty);
    let at = |setting: &str| if field(node, setting).is_some() { place(node, setting) } else { key.at };
    for secret in [URL_FROM, SIGN_WITH, PASSWORD_FROM] {
        if let Some(said) = way.section(secret).filter(|said| said.has(ENV) == said.has(FILE)) {
            let what = if said.has(ENV) { "names a variable and a file" } else { "names neither a variable nor a file" };
            reader.error(at(secret), format!("`{secret}` {what}"), "Write `{ env: NAME }` or `{ file: PATH }`");
        }
    }
    let has = |setting: &str| field(node, setting).is_some_and(|(_, value)| !value.is_null());
    match name {
        WEBHOOK if has(URL_NAME) && has(URL_FROM) => reader.error(at(URL_FROM), "`url` and `url_from` are both given", "Keep one"),
        WEBHOOK if !has(URL_NAME) && !has(URL_FROM) => {
            reader.error(key.at, "No address in `webhook`", "Write `url`, or `url_from` where the address is a secret");
        }
        SLACK | TEAMS if !has(URL_FROM) => {
            reader.error(
                key.at,
                format!("No `url_from` in `{name}`"),
                "Write `url_from: { env: NAME }`: the address is a secret, and is not kept in this file",
            );
        }
        EMAIL => mail(reader, way, &has, &at),
        _ => {}
    }
}

fn mail(reader: &mut Reader<'_>, way: &Settings, has: &dyn Fn(&str) -> bool, at: &dyn Fn(&str) -> At) {
    for needed in [SERVER, FROM, TO] {
        if !has(needed) {
            reader.error(at(needed), format!("No `{needed}` in `email`"), "Write `server: smtp.example.com:587`, `from` and `to: […]`");
        }
    }
    if has(TO) && way.texts(TO).is_empty() {
        reader.error(at(TO), "`to` names nobody", "Write at least one address");
    }
    for (one, other) in [(USER, PASSWORD_FROM), (PASSWORD_FROM, USER)] {
        if has(one) && !has(other) {
            reader.error(at(one), format!("`{one}` without `{other}`"), "Both are needed to sign in; take both away where the server asks for none");
        }
    }
    let is_here = way.text(SERVER).and_then(server).is_none_or(|(host, _)| is_loopback(&host));
    if way.text(TLS) == Some(NONE) && has(USER) && !is_here {
        reader.error(at(TLS), "`tls: none` would send the password where anybody on the way reads it", "Write `starttls` or `implicit`");
    }
}
