//! What there is to ask: organisations, the folders in them, and the projects, as Resource Manager shows them.
//!
//! Its searches show what the caller may get, and say nothing of the rest. <https://cloud.google.com/resource-manager/reference/rest/v3>

use super::errors;
use super::session::Session;
use super::settings;
use crate::inventory::{PROJECT, PROJECTS};
use crate::{FOLDERS, ID, ORGANIZATIONS};
use google_cloud_resourcemanager_v3::model;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use tagledger_collect::{CollectError, CollectorInfo, Discovery, Found, Operation, Rate, Settings, Target};
use tagledger_model::{CloudId, ContainerRef, Coverage, Further, NativeId, Observed, Origin, Outcome, RawResource, RawTag, Scope, Taggable, Text, Timestamp};

/// Searches are counted by the minute for the project that asks: <https://cloud.google.com/resource-manager/docs/limits>.
const SEARCHES: Rate = Rate::per_minute(240).shared("Resource Manager searches").burst(12);

const SEARCH_ORGANIZATIONS: Operation = Operation { name: "SearchOrganizations", permission: "resourcemanager.organizations.get", rate: Some(SEARCHES) };
const SEARCH_FOLDERS: Operation = Operation { name: "SearchFolders", permission: "resourcemanager.folders.get", rate: Some(SEARCHES) };
const SEARCH_PROJECTS: Operation = Operation { name: "SearchProjects", permission: "resourcemanager.projects.get", rate: Some(SEARCHES) };
/// Of a project that is refused: whether it still is.
const GET_PROJECT: Operation = Operation { name: "GetProject", permission: "resourcemanager.projects.get", rate: Some(SEARCHES) };

/// Organisations.
pub(super) static ALL_ORGANIZATIONS: CollectorInfo = CollectorInfo {
    id: "gcp.resource-manager.organizations",
    summary: "The organisations that the caller may see.",
    operations: &[SEARCH_ORGANIZATIONS],
    rank: 0,
    blind_spot: None,
    whole: false,
};

/// Folders.
pub(super) static ALL_FOLDERS: CollectorInfo = CollectorInfo {
    id: "gcp.resource-manager.folders",
    summary: "The folders that the caller may see, and what they lie in.",
    operations: &[SEARCH_FOLDERS],
    rank: 0,
    blind_spot: None,
    whole: false,
};

/// Projects.
pub(super) static ALL_PROJECTS: CollectorInfo = CollectorInfo {
    id: "gcp.resource-manager.projects",
    summary: "The projects that the caller may see, with their labels and states.",
    operations: &[SEARCH_PROJECTS, GET_PROJECT],
    // Labels of projects are kept here, but a search of the inventory shows the tags that are bound to them as well.
    rank: 10,
    blind_spot: None,
    whole: false,
};

/// The largest page of a search; the service may give fewer.
const PAGE: i32 = 500;

/// A project.
#[derive(Debug)]
struct Member {
    number: Text,
    name: Option<Text>,
    /// `folders/…` or `organizations/…`; empty for a project of nobody's organisation.
    parent: Text,
    state: Text,
    created: Option<Timestamp>,
    labels: Vec<RawTag>,
}

#[derive(Debug)]
struct Folder {
    name: Option<Text>,
    parent: Text,
    is_active: bool,
}

/// The tree as far as it is seen.
#[derive(Debug, Default)]
pub(super) struct Hierarchy {
    organizations: BTreeMap<Text, Option<Text>>,
    folders: BTreeMap<Text, Folder>,
    /// By id; those that are asked for.
    projects: BTreeMap<Text, Member>,
    /// Ids of projects by their numbers.
    pub ids: Arc<HashMap<Text, Text>>,
    /// Projects whose way up ends at a folder that is not seen, where there is but one organisation: it shows them, or its rows say that it does not.
    assumed: BTreeSet<Text>,
    /// Ids of projects that are not asked, and their numbers: what an organisation shows of them is passed over.
    pub left_out: Arc<HashSet<Text>>,
    /// What is asked, as widely as the settings say: `organizations/1`, `folders/2`, `projects/shop`.
    pub roots: BTreeSet<Text>,
}

/// What stands for a state that this client was not generated with.
const UNKNOWN_STATE: &str = "in a state that is not known";

fn is_active(state: &str) -> bool {
    state == "ACTIVE"
}

/// Reads it, and leaves a row for whatever is not asked.
pub(super) async fn discover(session: &Session, settings: &Settings, discovery: &mut Discovery) -> Result<Hierarchy, CollectError> {
    let mut hierarchy = Hierarchy::default();
    let organizations = pages(session, &SEARCH_ORGANIZATIONS, |clients, token| async move {
        let answer = clients.organizations.search_organizations().set_page_size(PAGE).set_page_token(token).send().await?;
        Ok((answer.organizations, answer.next_page_token))
    });
    let found = known(organizations.await, "organisations", &ALL_ORGANIZATIONS, discovery)?;
    hierarchy.organizations.extend(found.into_iter().map(|one: model::Organization| (Text::from(one.name), shown(one.display_name))));
    let folders = pages(session, &SEARCH_FOLDERS, |clients, token| async move {
        let answer = clients.folders.search_folders().set_page_size(PAGE).set_page_token(token).send().await?;
        Ok((answer.folders, answer.next_page_token))
    });
    for one in known(folders.await, "folders", &ALL_FOLDERS, discovery)? {
        let one: model::Folder = one;
        let is_active = one.state.name().is_some_and(is_active);
        hierarchy.folders.insert(one.name.into(), Folder { name: shown(one.display_name), parent: one.parent.into(), is_active });
    }
    for one in known(projects(session).await, "projects", &ALL_PROJECTS, discovery)? {
        let (id, member) = member(one);
        hierarchy.projects.insert(id, member);
    }
    hierarchy.choose(settings, discovery);
    Ok(hierarchy)
}

/// Every project that the caller may see.
async fn projects(session: &Session) -> Read<model::Project> {
    pages(session, &SEARCH_PROJECTS, |clients, token| async move {
        let answer = clients.projects.search_projects().set_page_size(PAGE).set_page_token(token).send().await?;
        Ok((answer.projects, answer.next_page_token))
    })
    .await
}

/// What a search showed. A failure is a row, and what was shown before it counts: what is asked may also be named in the settings. Without credentials nothing can be asked at all.
fn known<T>((read, failed): Read<T>, what: &'static str, info: &CollectorInfo, discovery: &mut Discovery) -> Result<Vec<T>, CollectError> {
    match failed {
        Some(CollectError::NoCredentials(why)) => return Err(CollectError::NoCredentials(why)),
        Some(error) if read.is_empty() => discovery.coverage.push(row(Text::const_new(what), info.id, outcome(error))),
        Some(error) => {
            let why = format!("after {} of them, no further {what} were shown: {error}", read.len());
            discovery.coverage.push(row(Text::const_new(what), info.id, Outcome::Partial { count: read.len() as u64, why }));
        }
        None => {}
    }
    Ok(read)
}

fn member(project: model::Project) -> (Text, Member) {
    let mut labels: Vec<RawTag> = project.labels.into_iter().map(|(key, value)| RawTag::own(key, value)).collect();
    // The client hands them over in no order.
    labels.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    let state = project.state.name().map_or_else(|| UNKNOWN_STATE.into(), Text::new);
    let number = project.name.strip_prefix("projects/").map(Text::new).unwrap_or_default();
    let created = project.create_time.map(|time| Timestamp(time.seconds()));
    (project.project_id.into(), Member { number, name: shown(project.display_name), parent: project.parent.into(), state, created, labels })
}

fn shown(name: String) -> Option<Text> {
    (!name.is_empty()).then(|| name.into())
}

impl Hierarchy {
    /// From what there is to what is asked.
    fn choose(&mut self, settings: &Settings, discovery: &mut Discovery) {
        let named = |list: &str, kind: &str| settings.texts(list).iter().map(|name| Text::from(format!("{kind}/{name}"))).collect::<Vec<_>>();
        let mut roots: BTreeSet<Text> = [(settings::ORGANIZATIONS, ORGANIZATIONS), (settings::FOLDERS, FOLDERS), (settings::PROJECTS, "projects")]
            .into_iter()
            .flat_map(|(list, kind)| named(list, kind))
            .collect();
        let is_narrow = !roots.is_empty();
        if !is_narrow {
            roots.extend(self.organizations.keys().cloned());
            // Whoever is let into a folder alone does not see what it lies in.
            let is_topmost = |folder: &Folder| folder.is_active && !self.folders.contains_key(&folder.parent) && !roots.contains(&folder.parent);
            let topmost: Vec<Text> = self.folders.iter().filter(|(_, folder)| is_topmost(folder)).map(|(id, _)| id.clone()).collect();
            roots.extend(topmost);
        }
        let only_organization = self.organizations.keys().next().filter(|_| self.organizations.len() == 1 && !is_narrow).cloned();
        let skipped = settings.texts(settings::SKIP_PROJECTS);
        let (mut left_out, mut ids) = (HashSet::new(), HashMap::new());
        for id in skipped {
            left_out.insert(Text::new(id));
            let why = format!("{} names it", settings::SKIP_PROJECTS);
            discovery.coverage.push(row(Text::new(id), ALL_PROJECTS.id, Outcome::Skipped { why }));
        }
        for (id, member) in std::mem::take(&mut self.projects) {
            let above = self.above(&member.parent);
            let root: Text = format!("projects/{id}").into();
            let ends_unseen = above.last().is_some_and(|last| last.starts_with("folders/") && !self.folders.contains_key(last));
            let is_assumed = only_organization.is_some() && ends_unseen;
            let is_below = is_assumed || roots.contains(&root) || above.iter().any(|step| roots.contains(step));
            if is_narrow && !is_below {
                continue;
            }
            ids.insert(member.number.clone(), id.clone());
            discovery.found.push(Found::Scope(self.scope(&id, &member, &above)));
            let is_skipped = skipped.contains(&id.to_string());
            if is_skipped || !is_active(&member.state) {
                if !is_skipped {
                    let why = format!("the project is {}", member.state);
                    // What is deleted is nobody's loss; what may be anything was not seen.
                    let outcome = if member.state == UNKNOWN_STATE { Outcome::Failed { why } } else { Outcome::Skipped { why } };
                    discovery.coverage.push(row(id.clone(), ALL_PROJECTS.id, outcome));
                }
                roots.remove(&root);
                left_out.extend([id, member.number]);
                continue;
            }
            if !is_below {
                roots.insert(root);
            }
            if is_assumed {
                self.assumed.insert(id.clone());
            }
            discovery.found.push(Found::Resource(subject(&id, &member)));
            self.projects.insert(id, member);
        }
        roots.retain(|root| !root.strip_prefix("projects/").is_some_and(|id| left_out.contains(id)));
        // What lies below another root is asked with it.
        self.roots = roots.iter().filter(|root| !self.above(self.parent(root)).iter().any(|step| roots.contains(step))).cloned().collect();
        (self.ids, self.left_out) = (Arc::new(ids), Arc::new(left_out));
        // Whoever was refused has been told so.
        if self.roots.is_empty() && !discovery.coverage.iter().any(|row| row.outcome.is_incomplete()) {
            let why = "the caller sees no organisation and no project that is asked for".to_owned();
            discovery.coverage.push(row(Text::const_new("projects"), ALL_PROJECTS.id, Outcome::Failed { why }));
        }
    }

    /// Those of these projects that Resource Manager does not show, so that nobody knows their numbers.
    pub fn unlisted(&self, ids: &[String]) -> Vec<String> {
        ids.iter().filter(|id| !self.left_out.contains(id.as_str()) || !self.ids.values().any(|known| known == id.as_str())).cloned().collect()
    }

    /// Leaves out what is named by these numbers as well.
    pub fn leave_out(&mut self, numbers: HashSet<Text>) {
        let all = self.left_out.iter().cloned().chain(numbers).collect();
        self.left_out = Arc::new(all);
    }

    /// What a root lies in; empty for an organisation and for what is not seen.
    fn parent(&self, root: &str) -> &str {
        let of_project = root.strip_prefix("projects/").and_then(|id| self.projects.get(id)).map(|member| member.parent.as_str());
        of_project.or_else(|| self.folders.get(root).map(|folder| folder.parent.as_str())).unwrap_or_default()
    }

    /// Folders and organisation from a parent up to the root, the parent first; a folder that is not seen ends the way.
    fn above(&self, parent: &str) -> Vec<Text> {
        let (mut steps, mut at) = (Vec::new(), parent);
        // A tree has at most ten levels; a circle would be the service's mistake.
        while !at.is_empty() && steps.len() < 32 {
            steps.push(Text::new(at));
            at = self.folders.get(at).map(|folder| folder.parent.as_str()).unwrap_or_default();
        }
        steps
    }

    /// What lies right below a folder or organisation that itself may not be asked.
    pub fn children(&self, parent: &str) -> Vec<Text> {
        let folders = self.folders.iter().filter(|(_, folder)| folder.is_active && folder.parent == parent).map(|(id, _)| id.clone());
        // What lies below folders that the caller does not see is in its only organisation, and nobody else asks for it.
        let is_lost = |id: &Text, member: &Member| {
            self.organizations.contains_key(parent)
                && self.assumed.contains(id)
                && !self.above(&member.parent).iter().any(|step| self.folders.contains_key(step))
        };
        let projects =
            self.projects.iter().filter(|(id, member)| member.parent == parent || is_lost(id, member)).map(|(id, _)| format!("projects/{id}").into());
        folders.chain(projects).collect()
    }

    /// The projects in a place that is asked, by their ids.
    pub fn projects_in(&self, place: &Text) -> Vec<Text> {
        let is_in =
            |id: &Text, member: &Member| (place.starts_with("organizations/") && self.assumed.contains(id)) || self.above(&member.parent).contains(place);
        self.projects.iter().filter(|(id, member)| is_in(id, member)).map(|(id, _)| id.clone()).collect()
    }

    /// Whether Resource Manager has shown a project.
    fn is_listed(&self, project: &str) -> bool {
        self.projects.contains_key(project)
    }

    /// The names of the containers above a project that a search names.
    pub fn name_of(&self, container: &str) -> Option<Text> {
        self.folders.get(container).and_then(|folder| folder.name.clone()).or_else(|| self.organizations.get(container).cloned().flatten())
    }

    fn scope(&self, id: &Text, member: &Member, above: &[Text]) -> Scope {
        let ancestor = |step: &Text| ContainerRef::new(if step.starts_with("folders/") { FOLDERS } else { ORGANIZATIONS }, step.clone(), self.name_of(step));
        Scope {
            cloud: CloudId::new(ID),
            id: id.clone(),
            aliases: vec![member.number.clone()],
            name: member.name.clone(),
            ancestors: above.iter().map(ancestor).collect(),
            tags: Observed::Known(member.labels.clone()),
            active: is_active(&member.state),
        }
    }
}

/// A project as a resource of its own: its labels are somebody's to write, as those of what lies in it.
fn subject(id: &Text, member: &Member) -> RawResource {
    RawResource {
        cloud: CloudId::new(ID),
        scope: id.clone(),
        region: None,
        group: None,
        id: NativeId::lowered(&format!("{PROJECTS}{id}")),
        kind: Text::const_new(PROJECT),
        name: member.name.clone(),
        tags: Observed::Known(member.labels.clone()),
        further: Further::None,
        taggable: Taggable::Unknown,
        created: member.created,
        changed: None,
        facts: None,
        origin: Origin::Live { collector: ALL_PROJECTS.id },
    }
}

/// What a refusal at a place means: a project that was there when it was listed may be gone since, and is refused like one that is not shown.
pub(super) async fn refused(session: &Session, hierarchy: &Hierarchy, place: &str, permission: String, asked: &Operation) -> CollectError {
    let project = place.strip_prefix("projects/").filter(|project| hierarchy.is_listed(project) && permission == asked.permission);
    let Some(project) = project else { return CollectError::Denied { permission } };
    let name = format!("projects/{project}");
    let answer = session.ask(&GET_PROJECT, |clients| {
        let name = name.clone();
        async move { clients.projects.get_project().set_name(name).send().await }
    });
    match answer.await {
        Ok(project) if !project.state.name().is_some_and(is_active) => CollectError::Gone(format!("the project is {}", project.state)),
        Err(CollectError::Denied { permission: missing }) if missing == GET_PROJECT.permission => {
            CollectError::Gone("Resource Manager does not show the project any more".to_owned())
        }
        Err(CollectError::Gone(why)) => CollectError::Gone(why),
        _ => CollectError::Denied { permission },
    }
}

/// Projects that were there when a read of something wide began and are not any more, each with what is said of it. Where nobody answers, none is known to be gone.
pub(super) async fn gone(session: &Session, hierarchy: &Hierarchy, targets: &[Target]) -> HashMap<Text, String> {
    let (projects, failed) = projects(session).await;
    if failed.is_some() {
        return HashMap::new();
    }
    let states: HashMap<String, Text> = projects.into_iter().map(|one| (one.project_id, one.state.name().map_or_else(Text::default, Text::new))).collect();
    let listed = targets.iter().map(|target| &target.scope).filter(|scope| hierarchy.is_listed(scope));
    let why = |scope: &Text| match states.get(scope.as_str()) {
        Some(state) if is_active(state) => None,
        Some(state) => Some(format!("the project is {state} since it was listed; what was not read by then is missing")),
        None => Some("Resource Manager does not show the project any more; what was not read by then is missing".to_owned()),
    };
    listed.filter_map(|scope| Some((scope.clone(), why(scope)?))).collect()
}

/// What a search showed, and why it ended before its end.
type Read<T> = (Vec<T>, Option<CollectError>);

/// Reads a search to its end, or as far as it goes.
async fn pages<T, F, A>(session: &Session, operation: &'static Operation, call: F) -> Read<T>
where
    F: Fn(Arc<super::session::Clients>, String) -> A,
    A: Future<Output = Result<(Vec<T>, String), google_cloud_gax::error::Error>>,
{
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let (page, next) = match session.ask(operation, |clients| call(clients, token.clone())).await.map_err(errors::first) {
            Ok(answer) => answer,
            Err(error) => return (all, Some(error)),
        };
        all.extend(page);
        if next.is_empty() {
            return (all, None);
        }
        if next == token {
            return (all, Some(CollectError::Malformed("one page names itself as the next".to_owned())));
        }
        token = next;
    }
}

pub(super) fn outcome(error: CollectError) -> Outcome {
    match error {
        CollectError::Denied { permission } => Outcome::Denied { permission },
        other => Outcome::Failed { why: other.to_string() },
    }
}

pub(super) fn row(scope: Text, collector: &'static str, outcome: Outcome) -> Coverage {
    Coverage { cloud: CloudId::new(ID), scope, region: None, collector: Text::const_new(collector), file: None, blind: false, whole: false, outcome }
}
