//! `unreleased-artifact`: what was never released runs in an Environment that takes released versions only, or what was never rehearsed in one that comes after
//! another.

use crate::words;
use std::collections::BTreeSet;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, JudgedRow, Release, Rule, RuleMeta, Subject, Table};
use tagledger_model::{Level, Suggestion, Text, Verdict};
use tagledger_taxonomy::Taxonomy;

pub struct UnreleasedArtifact;

static META: RuleMeta = RuleMeta {
    id: "unreleased-artifact",
    family: Family::MisStaged,
    level: Level::Warn,
    since: "0.1.0",
    summary: "A version that was not released, or did not run in the Environment before",
    options: &[],
    page: include_str!("../pages/unreleased-artifact.md"),
};

impl Rule for UnreleasedArtifact {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let (versions, strict) = (&cx.taxonomy().version_keys, strict(cx.taxonomy()));
        let mut checks = Vec::new();
        if !versions.is_empty() && cx.taxonomy().environments.values().any(|environment| !environment.after.is_empty()) {
            checks.push(Check::Rows { key: None, rows: unrehearsed(cx) });
        }
        if versions.is_empty() || strict.is_empty() {
            return checks;
        }
        let is_strict = cx.judged_by_environment(|environment| Some(strict.contains(environment.as_str())));
        checks.push(Check::Columns {
            table: Table::Resources,
            key: None,
            // Whether releases are asked for at all cannot be said where the Environment is not known.
            population: cx.has_tag_named(versions, |value| !value.trim().is_empty()).and(is_strict.clone().fill_null(true)).fill_null(false),
            violated: cx.has_tag_named(versions, is_unreleased).and(is_strict),
            demanded_by: None,
        });
        checks
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(resource) = hit.resource else { return words::summary(&META) };
        let keys = &resource.taxonomy().version_keys;
        let said = |tag| Some((tag, words::plain(&resource, tagledger_engine::Pair::value(tag)?.trim()).into_owned()));
        let mut unreleased: Vec<_> = resource.tags_named(keys).filter_map(said).filter(|(_, value)| is_unreleased(value)).collect();
        unreleased.sort_unstable_by_key(|(tag, _)| &tag.key);
        let Some((tag, value)) = unreleased.first() else { return words::summary(&META) };
        let what = match read(value) {
            Version::PreRelease => "a pre-release",
            Version::Released | Version::Unreadable => "which is no version",
        };
        let (wanted, suggestion) = match resource.environment().filter(|_| hit.is_violated()) {
            Some(environment) => {
                let mend = "Put a released version there; if one runs, write it into the tag".to_owned();
                (format!("and {environment} takes releases only"), Some(Suggestion::Other { text: mend }))
            }
            None => ("and which Environment it is in is not known, so whether that may be cannot be said".to_owned(), None),
        };
        Explanation {
            message: format!("`{}` says {value}, {what}, {wanted}", tag.key),
            evidence: Some(words::evidence_of(&tag.key, tag.value.as_deref())),
            provenance: words::own(&resource),
            suggestion,
            ..Explanation::default()
        }
    }
}

/// Versions that run in an Environment, and whether they ran before in one of those that come before it.
fn unrehearsed(cx: &Context<'_>) -> Vec<JudgedRow> {
    let now = cx.releases();
    let environments = &cx.taxonomy().environments;
    let asked = now.iter().filter_map(|release| Some((release, environments.get(release.environment.as_str()).filter(|one| !one.after.is_empty())?)));
    let all = || now.iter().chain(cx.ran.into_iter().flatten());
    asked
        .map(|(release, environment)| {
            let is_before = |other: &&Release| other.application == release.application && environment.after.iter().any(|name| *name == other.environment);
            let has_run = all().filter(is_before).any(|other| other.version == release.version);
            let is_known = cx.ran.is_some() && all().any(|other| is_before(&other));
            row(
                release,
                &environment.after.join(" or "),
                if has_run { None } else { Some(if is_known { Verdict::Violated } else { Verdict::Undetermined }) },
                cx,
            )
        })
        .collect()
}

fn row(release: &Release, before: &str, verdict: Option<Verdict>, cx: &Context<'_>) -> JudgedRow {
    let Release { environment, application, version } = release;
    let why = match verdict {
        Some(Verdict::Undetermined) if cx.ran.is_none() => format!("whether it ran in {before} before, no history says"),
        Some(Verdict::Undetermined) => format!("no version of it was ever seen in {before}, so whether this one ran there cannot be said"),
        _ => format!("no scan ever saw it in {before}"),
    };
    JudgedRow {
        verdict,
        said: Explanation {
            message: format!("{application} {version} runs in {environment}, and {why}"),
            evidence: Some(words::evidence_of("version", Some(version))),
            suggestion: Some(Suggestion::Other { text: format!("Rehearse it in {before}, or find out how it came past") }),
            ..Explanation::default()
        },
        subject: Subject {
            cloud: Text::const_new("-"),
            kind: "release",
            id: Text::from(format!("{application} {version} in {environment}")),
            environment: Some(environment.clone()),
            application: Some(application.clone()),
            ..Subject::default()
        },
        ..JudgedRow::default()
    }
}

/// The Environments that take released versions only.
fn strict(taxonomy: &Taxonomy) -> BTreeSet<&str> {
    taxonomy.environments.iter().filter(|(_, environment)| environment.releases_only).map(|(name, _)| name.as_str()).collect()
}

/// Whether it states something, and that is no release.
fn is_unreleased(value: &str) -> bool {
    !value.trim().is_empty() && read(value) != Version::Released
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    Released,
    PreRelease,
    Unreadable,
}

/// Numbers alone are a release, however they are put together: semantic and calendar versions, builds, package revisions, and labels, which cannot hold a
/// dot. Numbers that words follow are a pre-release, and what does not begin with a number is no version. What stands behind a `+` says how it was built.
fn read(text: &str) -> Version {
    let text = text.trim();
    let version = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let version = version.split_once('+').map_or(version, |(version, _)| version);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = version.split(['.', '-', '_']);
    let is_final = |part: &str| ["final", "ga", "release"].iter().any(|word| part.eq_ignore_ascii_case(word));
    match (parts.next().is_some_and(is_number), parts.all(|part| is_number(part) || is_final(part))) {
        (true, true) => Version::Released,
        (true, false) => Version::PreRelease,
        (false, _) => Version::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        for text in ["1.2.3", "v1.2", "2026.11.01", "4711", "1.2.3+build.7", "1-4-2", "1_4_2", " 1.0.0-1 ", "1.2.3.Final", "2.0-RELEASE"] {
            assert_eq!(read(text), Version::Released, "{text}");
        }
        for text in ["1.2.3-rc.1", "v2.0.0-SNAPSHOT", "1.2.3rc1", "1-4-2-beta", "1..2"] {
            assert_eq!(read(text), Version::PreRelease, "{text}");
        }
        for text in ["latest", "main", "4f5c2e1", "v", "feature/x"] {
            assert_eq!(read(text), Version::Unreadable, "{text}");
        }
    }
}
