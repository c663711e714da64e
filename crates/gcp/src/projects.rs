//! Projects and what is above them, gathered while a file is read and handed over at its end, when the names of all folders in it are known.

use crate::{FOLDERS, ID, ORGANIZATIONS, name::is_number};
use std::collections::HashMap;
use tagledger_collect::{Found, Sink};
use tagledger_model::{CloudId, ContainerRef, Observed, RawTag, Scope, Text};

/// A project as any of the calls describes it.
#[derive(Debug, Default)]
pub(crate) struct Project {
    pub id: Text,
    /// Plain digits.
    pub number: Option<Text>,
    pub name: Option<Text>,
    /// ACTIVE, DELETE_REQUESTED, DELETE_IN_PROGRESS; `lifecycleState` and `state` use the same words.
    pub state: Option<Text>,
    /// `folders/…` and `organizations/…` from the nearest to the root; other steps are passed over.
    pub above: Vec<Text>,
}

/// The projects and folder names of one file.
#[derive(Debug, Default)]
pub(crate) struct Projects {
    scopes: Vec<Scope>,
    names: HashMap<Text, Text>,
}

impl Projects {
    /// A container's display name, by its id (`folders/123`).
    pub fn named(&mut self, container: Text, name: Option<Text>) {
        if let Some(name) = name {
            self.names.insert(container, name);
        }
    }

    /// One whose id is not known, only its number, is no scope of its own: resources that name the number find it through another source.
    pub fn add(&mut self, project: Project, tags: Observed<Vec<RawTag>>) {
        if project.id.is_empty() || is_number(&project.id) {
            return;
        }
        let ancestor = |id: Text| {
            let kind = if id.starts_with("folders/") { FOLDERS } else { ORGANIZATIONS };
            (id.starts_with("folders/") || id.starts_with("organizations/")).then(|| ContainerRef::new(kind, id, None))
        };
        self.scopes.push(Scope {
            cloud: CloudId::new(ID),
            id: project.id,
            aliases: project.number.into_iter().filter(|number| is_number(number)).collect(),
            name: project.name,
            ancestors: project.above.into_iter().filter_map(ancestor).collect(),
            tags,
            active: project.state.is_none_or(|state| !state.starts_with("DELETE")),
        });
    }

    /// Asks somebody else for the names of containers that the file does not name.
    pub fn name(&mut self, name_of: impl Fn(&str) -> Option<Text>) {
        for ancestor in self.scopes.iter().flat_map(|scope| &scope.ancestors) {
            if !self.names.contains_key(&ancestor.id)
                && let Some(name) = name_of(&ancestor.id)
            {
                self.names.insert(ancestor.id.clone(), name);
            }
        }
    }

    /// Hands the scopes over.
    pub fn finish(self, out: &mut Sink<'_>) {
        for mut scope in self.scopes {
            for ancestor in &mut scope.ancestors {
                ancestor.name = self.names.get(&ancestor.id).cloned();
            }
            out(Found::Scope(scope));
        }
    }
}
