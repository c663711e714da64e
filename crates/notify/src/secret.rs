//! Secrets: where they are, and that nothing shows them.

use std::path::PathBuf;

/// Bytes of a secret's file, at most.
const MOST: u64 = 64 * 1024;

/// Shown in a secret's place.
pub(crate) const HIDDEN: &str = "•••";

/// A secret. Nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Secret {
    /// Keeps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for whoever must be given it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// In this environment variable.
    Env(String),
    /// In this file; line breaks at its end do not count.
    File(PathBuf),
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Env(name) => write!(f, "the environment variable {name}"),
            Self::File(path) => write!(f, "the file {}", path.display()),
        }
    }
}

/// Why a secret cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Nobody set the variable.
    #[error("{0} is not set")]
    NotSet(Source),
    /// There is nothing in it.
    #[error("{0} is empty")]
    Empty(Source),
    /// It is no text of one line, or too long for a secret.
    #[error("{0} holds no secret: a secret is one line of text")]
    NoSecret(Source),
    /// The file cannot be read.
    #[error("{0} cannot be read: {1}")]
    Unreadable(Source, std::io::Error),
}

impl Source {
    /// Reads it; `env` is the environment.
    pub fn read(&self, env: &dyn Fn(&str) -> Option<std::ffi::OsString>) -> Result<Secret, SecretError> {
        let bytes = match self {
            Self::Env(name) => env(name).ok_or_else(|| SecretError::NotSet(self.clone()))?.into_encoded_bytes(),
            Self::File(path) => {
                let unreadable = |error| SecretError::Unreadable(self.clone(), error);
                let mut bytes = Vec::new();
                std::io::Read::read_to_end(&mut std::io::Read::take(std::fs::File::open(path).map_err(unreadable)?, MOST + 1), &mut bytes)
                    .map_err(unreadable)?;
                bytes
            }
        };
        let none = || SecretError::NoSecret(self.clone());
        if bytes.len() as u64 > MOST {
            return Err(none());
        }
        let text = String::from_utf8(bytes).map_err(|_| none())?;
        let text = text.trim_end_matches(['\r', '\n']);
        match text {
            "" => Err(SecretError::Empty(self.clone())),
            text if text.chars().any(char::is_control) => Err(none()),
            text => Ok(Secret::new(text)),
        }
    }
}

/// Takes secrets out of a text that others wrote.
pub(crate) fn without(text: &str, secrets: &[&str]) -> String {
    // A word of one or two letters stands in every text, and is none.
    secrets.iter().filter(|secret| secret.len() > 3).fold(text.to_owned(), |text, secret| text.replace(secret, HIDDEN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;

    fn read(source: &Source) -> Result<Secret, String> {
        let env = |name: &str| match name {
            "SET" => Some(OsString::from("a secret")),
            "EMPTY" => Some(OsString::new()),
            "LINES" => Some(OsString::from("a\nb")),
            _ => None,
        };
        source.read(&env).map_err(|error| error.to_string())
    }

    #[test]
    fn a_secret_is_one_line_of_a_variable_or_a_file_and_is_never_printed() {
        let of = |name: &str| read(&Source::Env(name.to_owned()));
        let secret = of("SET").unwrap();
        assert_eq!((secret.reveal(), format!("{secret:?}").as_str()), ("a secret", HIDDEN));
        assert_eq!(of("OTHER").unwrap_err(), "the environment variable OTHER is not set");
        assert_eq!(of("EMPTY").unwrap_err(), "the environment variable EMPTY is empty");
        assert_eq!(of("LINES").unwrap_err(), "the environment variable LINES holds no secret: a secret is one line of text");
        let folder = std::env::temp_dir().join(format!("tagledger-secret-{}", std::process::id()));
        std::fs::write(&folder, "from a file\r\n").unwrap();
        assert_eq!(read(&Source::File(folder.clone())).unwrap().reveal(), "from a file");
        std::fs::remove_file(&folder).unwrap();
        assert!(read(&Source::File(folder)).unwrap_err().contains("cannot be read"));
    }

    #[test]
    fn a_text_loses_every_secret() {
        assert_eq!(without("key=hunter22; again hunter22", &["hunter22", "a"]), "key=•••; again •••");
    }
}
