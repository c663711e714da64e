//! Addresses of Terraform and OpenTofu, taken apart: `module.a["x.y"].aws_s3_bucket.b[0]`.
//!
//! Keys of instances are written by people and may hold dots, brackets and escaped quotes, so an address is read from the left, never split.

/// A module on the way to a resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Step {
    /// Name of the module call.
    pub name: String,
    /// What stands in brackets behind it, as it is written.
    pub key: Option<String>,
}

/// The address of one instance of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    /// Modules from the root on.
    pub modules: Vec<Step>,
    /// True for something that is only read.
    pub is_data: bool,
    /// Type.
    pub kind: String,
    /// Name.
    pub name: String,
    /// What stands in brackets behind the name, as it is written.
    pub key: Option<String>,
}

impl Address {
    /// Reads an address; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::parse_within(text).and_then(|(address, rest)| rest.is_empty().then_some(address))
    }

    /// Reads the address of a resource or of something within one, such as a block of it; the second value is what follows the resource's own.
    pub fn parse_within(text: &str) -> Option<(Self, &str)> {
        let mut rest = text;
        let mut modules = Vec::new();
        while let Some(after) = rest.strip_prefix("module.") {
            let (name, after) = word(after)?;
            let (key, after) = key(after)?;
            modules.push(Step { name: name.to_owned(), key: key.map(str::to_owned) });
            rest = after.strip_prefix('.')?;
        }
        let (is_data, rest) = rest.strip_prefix("data.").map_or((false, rest), |rest| (true, rest));
        let (kind, rest) = word(rest)?;
        let (name, rest) = word(rest.strip_prefix('.')?)?;
        let (key, rest) = key(rest)?;
        let address = Self { modules, is_data, kind: kind.to_owned(), name: name.to_owned(), key: key.map(str::to_owned) };
        (rest.is_empty() || rest.starts_with('.')).then_some((address, rest))
    }

    /// The resource within its module, without instance keys: `aws_s3_bucket.b`.
    pub fn local(&self) -> String {
        format!("{}{}.{}", if self.is_data { "data." } else { "" }, self.kind, self.name)
    }

    /// The block that makes it, which all its instances share: the address without instance keys.
    pub fn block(&self) -> String {
        let modules = self.modules.iter().flat_map(|step| ["module.", &step.name, "."]);
        modules.chain([self.local().as_str()]).collect()
    }

    /// The module with its keys; none for the root.
    pub fn module(&self) -> Option<String> {
        let step = |s: &Step| format!("module.{}{}", s.name, bracketed(s.key.as_deref()));
        (!self.modules.is_empty()).then(|| self.modules.iter().map(step).collect::<Vec<_>>().join("."))
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(module) = self.module() {
            write!(f, "{module}.")?;
        }
        write!(f, "{}{}", self.local(), bracketed(self.key.as_deref()))
    }
}

fn bracketed(key: Option<&str>) -> String {
    key.map_or_else(String::new, |key| format!("[{key}]"))
}

/// A name, and what follows it.
fn word(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// What stands in brackets, if there are any, and what follows them.
fn key(text: &str) -> Option<(Option<&str>, &str)> {
    let Some(inner) = text.strip_prefix('[') else { return Some((None, text)) };
    let end = if inner.starts_with('"') {
        let mut escaped = false;
        let close = inner.char_indices().skip(1).find(|(_, c)| {
            let is_end = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            is_end
        })?;
        close.0 + 1
    } else {
        inner.find(']')?
    };
    let (key, rest) = inner.split_at(end);
    Some((Some(key), rest.strip_prefix(']')?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_may_hold_anything() {
        let address = Address::parse(r#"module.a["x.y"].module.b[0].aws_s3_bucket.c["k\"]1"]"#).unwrap();
        assert_eq!((address.kind.as_str(), address.name.as_str(), address.key.as_deref()), ("aws_s3_bucket", "c", Some(r#""k\"]1""#)));
        assert_eq!(address.module().as_deref(), Some(r#"module.a["x.y"].module.b[0]"#));
        assert_eq!((address.modules.len(), address.local().as_str()), (2, "aws_s3_bucket.c"));
        assert!(Address::parse("data.aws_ami.x").unwrap().is_data);
        for garbage in ["", "a", "a.", ".a", "module.", "module.a", "a.b.c", "a.b[", "a.b[\"x]", "a.b[0]x", "module.a[.b.c"] {
            assert_eq!(Address::parse(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn what_lies_within_a_resource_follows_its_address() {
        let (address, within) = Address::parse_within("module.a[\"x\"].aws_s3_bucket.b[0].rule[\"k.1\"]").unwrap();
        assert_eq!((address.block().as_str(), within), ("module.a.aws_s3_bucket.b", ".rule[\"k.1\"]"));
        assert_eq!(Address::parse_within("aws_s3_bucket.b").unwrap().1, "");
        assert!(Address::parse_within("aws_s3_bucket.b[0]x").is_none() && Address::parse("aws_s3_bucket.b.rule").is_none());
    }

    proptest! {
        #[test]
        fn an_address_is_written_as_it_was_read(modules in prop::collection::vec(("[a-z][a-z0-9_-]{0,5}", ".{0,8}"), 0..3), name in "[a-z]{1,6}", key in ".{0,8}") {
            let quoted = |key: &str| format!("[\"{}\"]", key.replace('\\', "\\\\").replace('"', "\\\""));
            let path = modules.iter().map(|(name, key)| format!("module.{name}{}.", quoted(key))).collect::<Vec<_>>().concat();
            let text = format!("{path}aws_thing.{name}{}", quoted(&key));
            let read = Address::parse(&text).unwrap();
            prop_assert_eq!(read.to_string(), text);
            prop_assert_eq!(read.modules.len(), modules.len());
        }

        #[test]
        fn nothing_panics(text in ".{0,40}") {
            let _ = Address::parse(&text);
        }
    }
}
