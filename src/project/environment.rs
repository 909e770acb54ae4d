//! Secrets: from the environment, or from `.env` where the environment is silent; each also as a file's name in `…_FILE`.
//! Shell: reads `.env` and the files it names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use crate::problem::{Place, nearest};

pub(super) const FILE: &str = ".env";
/// Secrets of `[hooks]` have names of people's own, which begin like this.
pub const HOOK_PREFIX: &str = "ROUNDUP_HOOK_";
/// A key of 4096 bits as PEM has 3,300 bytes.
const LONGEST_BYTES: u64 = 64 * 1024;

/// The variables that roundup knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Variable {
    Relay,
    RelayUsername,
    RelayPassword,
    /// A command that prints an access token (OAuth), instead of a password.
    RelayTokenCommand,
    Secret,
    DkimKey,
    Ledger,
    /// The IMAP mailbox that people who leave write to.
    Inbox,
    InboxUsername,
    InboxPassword,
    InboxTokenCommand,
}

impl Variable {
    pub const ALL: [Variable; 11] = [
        Variable::Relay,
        Variable::RelayUsername,
        Variable::RelayPassword,
        Variable::RelayTokenCommand,
        Variable::Secret,
        Variable::DkimKey,
        Variable::Ledger,
        Variable::Inbox,
        Variable::InboxUsername,
        Variable::InboxPassword,
        Variable::InboxTokenCommand,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Variable::Relay => "ROUNDUP_RELAY",
            Variable::RelayUsername => "ROUNDUP_RELAY_USERNAME",
            Variable::RelayPassword => "ROUNDUP_RELAY_PASSWORD",
            Variable::RelayTokenCommand => "ROUNDUP_RELAY_TOKEN_COMMAND",
            Variable::Secret => "ROUNDUP_SECRET",
            Variable::DkimKey => "ROUNDUP_DKIM_KEY",
            Variable::Ledger => "ROUNDUP_LEDGER",
            Variable::Inbox => "ROUNDUP_INBOX",
            Variable::InboxUsername => "ROUNDUP_INBOX_USERNAME",
            Variable::InboxPassword => "ROUNDUP_INBOX_PASSWORD",
            Variable::InboxTokenCommand => "ROUNDUP_INBOX_TOKEN_COMMAND",
        }
    }

    fn file_name(self) -> String {
        format!("{}_FILE", self.name())
    }
}

/// Where a variable was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableOrigin {
    pub name: String,
    pub origin: &'static str,
    /// What `…_FILE` names.
    pub path: Option<String>,
}

/// What was set. Values can be used and never printed.
pub struct Environment {
    root: PathBuf,
    values: BTreeMap<String, SecretString>,
    /// Names that came from the process, and not from the file.
    of_process: BTreeSet<String>,
    /// Things about `.env` that people should know.
    pub warnings: Vec<String>,
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Environment({})", self.values.keys().cloned().collect::<Vec<_>>().join(", "))
    }
}

/// What is wrong with it. No message holds a value or a line: they may be secrets.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EnvironmentError {
    #[error("{FILE} cannot be read: {0}")]
    Unreadable(String),
    #[error("this line of {FILE} cannot be read")]
    Line { line: usize },
    #[error("the value on this line of {FILE} has a `$`, which would be read as another variable")]
    Dollar { line: usize },
    #[error("{FILE} has no variable `{name}`")]
    Unknown { line: Option<usize>, name: String, nearest: Option<&'static str> },
    #[error("both {name} and {name}_FILE are set")]
    Both { name: &'static str },
    #[error("the file that {name}_FILE names cannot be read: {what}")]
    File { name: &'static str, what: String },
}

impl EnvironmentError {
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Line { line } | Self::Dollar { line } => Some(Place::line(FILE, *line)),
            Self::Unknown { line, .. } => line.map(|line| Place::line(FILE, line)),
            Self::Unreadable(_) | Self::Both { .. } | Self::File { .. } => None,
        }
    }

    /// What to type.
    pub fn cure(&self) -> String {
        match self {
            Self::Unreadable(_) => "save it as UTF-8 text".to_owned(),
            Self::Line { .. } | Self::Dollar { .. } => {
                "write the value in single quotes: NAME='value'".to_owned()
            }
            Self::Unknown { nearest: Some(near), .. } => format!("did you mean {near}?"),
            Self::Unknown { nearest: None, .. } => {
                let names: Vec<&str> = Variable::ALL.iter().map(|known| known.name()).collect();
                format!("roundup knows {}, each also with _FILE", names.join(", "))
            }
            Self::Both { name } => format!("keep only one: {name} or {name}_FILE"),
            Self::File { .. } => "give the file's full path".to_owned(),
        }
    }
}

impl Environment {
    /// `process` is the environment of the process; it wins over the file.
    ///
    /// # Errors
    /// When `.env` is there and wrong.
    pub fn read(
        root: &Path,
        process: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, EnvironmentError> {
        let mut environment = Self {
            root: root.to_owned(),
            values: BTreeMap::new(),
            of_process: BTreeSet::new(),
            warnings: Vec::new(),
        };
        let path = root.join(FILE);
        // A folder or a link that leads to nothing is not an absent file.
        if path.symlink_metadata().is_ok() {
            let text = read_file(&path).map_err(EnvironmentError::Unreadable)?;
            environment.take_file(&text)?;
        }
        for (name, value) in process {
            if name.starts_with("ROUNDUP_") && !value.is_empty() {
                environment.take_process(name, value);
            }
        }
        Ok(environment)
    }

    fn take_process(&mut self, name: String, value: String) {
        // X of the process wins over X_FILE of the file, and the other way round.
        let other = match name.strip_suffix("_FILE") {
            Some(name) => name.to_owned(),
            None => format!("{name}_FILE"),
        };
        self.values.remove(&other);
        self.of_process.insert(name.clone());
        self.values.insert(name, value.into());
    }

    /// The variables of ours that are set, and where. A misspelt one of the process is not ours.
    pub fn origins(&self) -> Vec<VariableOrigin> {
        let is_known = |name: &str| {
            name.starts_with(HOOK_PREFIX)
                || Variable::ALL
                    .iter()
                    .any(|known| name == known.name() || name == known.file_name())
        };
        let row = |(name, value): (&String, &SecretString)| VariableOrigin {
            name: name.clone(),
            origin: if self.of_process.contains(name) { "environment" } else { FILE },
            // The name of a file is not its content.
            path: name.ends_with("_FILE").then(|| value.expose_secret().to_owned()),
        };
        self.values.iter().filter(|(name, _)| is_known(name)).map(row).collect()
    }

    fn take_file(&mut self, text: &str) -> Result<(), EnvironmentError> {
        let assigned = |line: &str| -> Option<(String, String)> {
            let line = line.trim_start();
            let line = line.strip_prefix("export ").unwrap_or(line);
            let (name, value) = line.split_once('=')?;
            let name = name.trim();
            name.starts_with("ROUNDUP_").then(|| (name.to_owned(), value.trim().to_owned()))
        };
        // dotenvy takes $ for a variable even inside a password, and cuts it off silently.
        for (line, text) in (1..).zip(text.lines()) {
            if let Some((_, value)) = assigned(text)
                && value.contains('$')
                && !value.starts_with('\'')
            {
                return Err(EnvironmentError::Dollar { line });
            }
        }
        for entry in dotenvy::from_read_iter(text.as_bytes()) {
            let (name, value) = entry.map_err(|error| match error {
                // The error holds the line, which holds the secret: only its number goes on.
                dotenvy::Error::LineParse(wrong, _) => {
                    let first = wrong.lines().next().unwrap_or_default().trim();
                    let line = text.lines().position(|line| line.contains(first));
                    EnvironmentError::Line { line: line.map_or(1, |line| line + 1) }
                }
                _ => EnvironmentError::Unreadable("it is not text".to_owned()),
            })?;
            if !name.starts_with("ROUNDUP_") {
                continue;
            }
            let known = name.starts_with(HOOK_PREFIX)
                || Variable::ALL
                    .iter()
                    .any(|known| name == known.name() || name == known.file_name());
            if !known {
                let line = text
                    .lines()
                    .position(|line| assigned(line).is_some_and(|(found, _)| found == name));
                let near = nearest(&name, Variable::ALL.iter().map(|known| known.name()));
                let near = Variable::ALL.iter().map(|v| v.name()).find(|v| Some(*v) == near);
                return Err(EnvironmentError::Unknown {
                    line: line.map(|line| line + 1),
                    name,
                    nearest: near,
                });
            }
            if !value.is_empty() {
                self.values.insert(name, value.into());
            }
        }
        Ok(())
    }

    /// The files that `…_FILE` variables name.
    pub fn files(&self) -> impl Iterator<Item = PathBuf> + '_ {
        Variable::ALL
            .into_iter()
            .filter_map(|variable| self.values.get(&variable.file_name()))
            .map(|name| self.root.join(name.expose_secret()))
    }

    /// A variable's value, or the content of the file that its `…_FILE` names.
    ///
    /// # Errors
    /// When both are set, or the file cannot be read.
    pub fn value(&self, variable: Variable) -> Result<Option<SecretString>, EnvironmentError> {
        let name = variable.name();
        match (self.values.get(name), self.values.get(&variable.file_name())) {
            (Some(_), Some(_)) => Err(EnvironmentError::Both { name }),
            (Some(value), None) => Ok(Some(value.clone())),
            (None, Some(path)) => {
                let text = read_file(&self.root.join(path.expose_secret()))
                    .map_err(|what| EnvironmentError::File { name, what })?;
                // Editors end a file with a line end that does not belong to the secret.
                Ok(Some(text.trim_end_matches(['\r', '\n']).into()))
            }
            (None, None) => Ok(None),
        }
    }
}

impl Environment {
    /// The secret of a hook, by the name that the settings give.
    pub fn hook_secret(&self, name: &str) -> Option<SecretString> {
        self.values.get(name).filter(|_| name.starts_with(HOOK_PREFIX)).cloned()
    }
}

fn read_file(path: &Path) -> Result<String, String> {
    let length = fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length > LONGEST_BYTES {
        return Err(format!("it has more than {LONGEST_BYTES} bytes"));
    }
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| "it is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str, process: &[(&str, &str)]) -> Result<Environment, EnvironmentError> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), file).unwrap();
        fs::write(folder.path().join("password"), "from a file\n").unwrap();
        let process = process.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let environment = Environment::read(folder.path(), process)?;
        // The folder is gone when this returns: values in files are read while it is here.
        environment.value(Variable::RelayPassword)?;
        Ok(environment)
    }

    fn password(file: &str, process: &[(&str, &str)]) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), file).unwrap();
        fs::write(folder.path().join("password"), "from a file\n").unwrap();
        let process = process.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let environment = Environment::read(folder.path(), process).unwrap();
        let value = environment.value(Variable::RelayPassword).unwrap();
        value.map(|value| value.expose_secret().to_owned())
    }

    #[test]
    fn values_arrive_whole() {
        let name = "ROUNDUP_RELAY_PASSWORD";
        for (file, value) in [
            ("ROUNDUP_RELAY_PASSWORD='abc$def'", "abc$def"),
            ("ROUNDUP_RELAY_PASSWORD='four words as Gmail'", "four words as Gmail"),
            ("\u{feff}ROUNDUP_RELAY_PASSWORD='after a BOM'\r\n", "after a BOM"),
            ("# note\nexport ROUNDUP_RELAY_PASSWORD=plain", "plain"),
            ("ROUNDUP_RELAY_PASSWORD_FILE=password", "from a file"),
        ] {
            assert_eq!(password(file, &[]).as_deref(), Some(value), "{file}");
        }
        assert_eq!(password("ROUNDUP_RELAY_PASSWORD='x'", &[(name, "y")]).as_deref(), Some("y"));
        assert_eq!(
            password("ROUNDUP_RELAY_PASSWORD_FILE=password", &[(name, "y")]).as_deref(),
            Some("y")
        );
        assert_eq!(password("ROUNDUP_RELAY_PASSWORD=", &[]), None);
        assert_eq!(password("OTHER=1", &[]), None);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        for (file, expected) in [
            ("A=1\nROUNDUP_RELAY_PASSWORD=s3cret$x", EnvironmentError::Dollar { line: 2 }),
            ("ROUNDUP_RELAY_PASSWORD=\"s3cret$x\"", EnvironmentError::Dollar { line: 1 }),
            ("A=1\nROUNDUP_RELAY_PASSWORD=s3cret two", EnvironmentError::Line { line: 2 }),
            (
                "ROUNDUP_RELAY_PASWORD='s3cret'",
                EnvironmentError::Unknown {
                    line: Some(1),
                    name: "ROUNDUP_RELAY_PASWORD".to_owned(),
                    nearest: Some("ROUNDUP_RELAY_PASSWORD"),
                },
            ),
            (
                "ROUNDUP_RELAY_PASSWORD='s3cret'\nROUNDUP_RELAY_PASSWORD_FILE=password",
                EnvironmentError::Both { name: "ROUNDUP_RELAY_PASSWORD" },
            ),
        ] {
            let error = read(file, &[]).unwrap_err();
            assert_eq!(error, expected, "{file}");
            let said = format!("{error} {} {error:?}", error.cure());
            assert!(!said.contains("s3cret"), "{said}");
        }
        let missing = read("ROUNDUP_RELAY_PASSWORD_FILE=nowhere", &[]).unwrap_err();
        assert!(matches!(missing, EnvironmentError::File { .. }), "{missing:?}");
    }

    #[test]
    fn an_environment_cannot_be_printed() {
        let environment = read("ROUNDUP_RELAY_PASSWORD='s3cret'", &[]).unwrap();
        assert_eq!(format!("{environment:?}"), "Environment(ROUNDUP_RELAY_PASSWORD)");
    }
}
