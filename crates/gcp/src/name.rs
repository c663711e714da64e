//! Full resource names: `//service/projects/{project}/…/{name}`, <https://cloud.google.com/asset-inventory/docs/resource-name-format>.

/// A full resource name in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    pub path: &'a str,
}

impl<'a> Name<'a> {
    /// Takes a name apart; none for anything else.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (service, path) = text.strip_prefix("//")?.split_once('/')?;
        (!service.is_empty() && !path.is_empty()).then_some(Self { path })
    }

    /// The word after a word: `after("zones")` of `…/zones/europe-west1-b/…`.
    pub fn after(&self, word: &str) -> Option<&'a str> {
        let mut words = self.path.split('/');
        words.find(|w| *w == word)?;
        words.next().filter(|w| !w.is_empty())
    }

    /// The project's id or number; buckets and other names that are unique in the world name none.
    pub fn project(&self) -> Option<&'a str> {
        self.path.strip_prefix("projects/").and_then(|rest| rest.split('/').next()).filter(|project| !project.is_empty())
    }

    /// The last word.
    pub fn last(&self) -> Option<&'a str> {
        self.path.rsplit('/').next().filter(|word| !word.is_empty())
    }
}

/// True for a project's number, which is never its id: an id begins with a letter.
pub(crate) fn is_number(project: &str) -> bool {
    project.starts_with(|c: char| c.is_ascii_digit()) && project.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_project_place_and_last_word() {
        let disk = Name::parse("//compute.googleapis.com/projects/shop-prod/zones/europe-west1-b/disks/d1").unwrap();
        assert_eq!((disk.project(), disk.after("zones"), disk.last()), (Some("shop-prod"), Some("europe-west1-b"), Some("d1")));
        let bucket = Name::parse("//storage.googleapis.com/shop-data").unwrap();
        assert_eq!((bucket.project(), bucket.after("zones"), bucket.last()), (None, None, Some("shop-data")));
        assert_eq!(Name::parse("//x.googleapis.com/folders/projects/projects").unwrap().project(), None);
    }

    #[test]
    fn what_is_no_name_is_none() {
        for text in ["", "//", "///", "//a", "//a/", "projects/p", "é", "//é"] {
            assert_eq!(Name::parse(text), None, "{text}");
        }
        assert!(is_number("123") && !is_number("") && !is_number("p123") && !is_number("123p"));
    }
}
