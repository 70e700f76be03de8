//! Where settings come from. The environment is stronger than a credential, that than the file, that than the
//! documented default.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::{
    document::{Document, NotToml, Written, parse_document},
    problem::{Fault, Origin, Problem},
};

/// The commented example is the one place in which the defaults stand.
pub(crate) const EXAMPLE: &str = include_str!("../../../../clavero.example.toml");

/// What is not the file: environment variables and systemd credentials, as the process found them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// `CLAVERO_SECTION__KEY` → value.
    pub(crate) variables: BTreeMap<String, String>,
    /// `$CREDENTIALS_DIRECTORY`.
    pub(crate) credentials: Option<PathBuf>,
}

impl Surroundings {
    /// Those of this process.
    pub(crate) fn of_process() -> Self {
        Self::from_variables(std::env::vars_os())
    }

    /// From a list of variables. One that is set to nothing counts as not set: that is how compose files and unit
    /// files say so.
    pub(crate) fn from_variables(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut surroundings = Self::default();
        for (name, value) in variables {
            let (Ok(name), Ok(value)) = (name.into_string(), value.into_string()) else { continue };
            if value.is_empty() {
                continue;
            }
            if name == "CREDENTIALS_DIRECTORY" {
                surroundings.credentials = Some(PathBuf::from(value));
            } else if name.starts_with(PREFIX) {
                surroundings.variables.insert(name, value);
            }
        }
        surroundings
    }
}

const PREFIX: &str = "CLAVERO_";

/// The variable of a key: `recovery.code_ttl` is `CLAVERO_RECOVERY__CODE_TTL`.
pub(crate) fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.to_ascii_uppercase().replace('.', "__"))
}

/// A value and where it was written.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) value: Written,
    pub(crate) origin: Origin,
}

/// All sources, read and laid over each other.
pub(crate) struct Sources {
    surroundings: Surroundings,
    credentials: BTreeMap<String, PathBuf>,
    file: Option<(PathBuf, Document)>,
    defaults: Document,
}

impl Sources {
    /// Reads `file` (if any) and what surrounds the process.
    pub(crate) fn read(file: Option<&Path>, surroundings: Surroundings) -> Result<Self, Problem> {
        let file = match file {
            None => None,
            Some(path) => Some((path.to_owned(), read_document(path)?)),
        };
        let defaults =
            parse_document(EXAMPLE).map_err(|error| not_toml(Path::new("clavero.example.toml"), error))?;
        let credentials = surroundings.credentials.as_deref().map(list_credentials).unwrap_or_default();
        Ok(Self { surroundings, credentials, file, defaults })
    }

    /// The strongest value of a key.
    pub(crate) fn find(&self, key: &str) -> Option<Found> {
        self.written(key).or_else(|| self.default_of(key))
    }

    /// The documented default of a key.
    pub(crate) fn default_of(&self, key: &str) -> Option<Found> {
        let placed = self.defaults.get(key)?;
        Some(Found { value: placed.value.clone(), origin: Origin::Default })
    }

    /// A value that somebody wrote: not the default.
    fn written(&self, key: &str) -> Option<Found> {
        let name = variable_of(key);
        if let Some(value) = self.surroundings.variables.get(&name) {
            return Some(Found { value: Written::Scalar(value.clone()), origin: Origin::Environment(name) });
        }
        if let Some(found) = self.credentials.get(key).and_then(|path| credential(key, path)) {
            return Some(found);
        }
        let (path, document) = self.file.as_ref()?;
        let placed = document.get(key)?;
        Some(Found {
            value: placed.value.clone(),
            origin: Origin::File { path: path.clone(), line: placed.line },
        })
    }

    /// What was written and is none of `known`: key as the file has it, and where.
    pub(crate) fn unknown(&self, known: &BTreeSet<&'static str>) -> Vec<(String, Origin)> {
        let mut unknown = Vec::new();
        for name in self.surroundings.variables.keys() {
            if !known.iter().any(|key| variable_of(key) == *name) && is_meant_as_key(name, known) {
                let key = name.trim_start_matches(PREFIX).to_ascii_lowercase().replace("__", ".");
                unknown.push((key, Origin::Environment(name.clone())));
            }
        }
        if let Some((path, document)) = &self.file {
            for (key, placed) in document.iter().filter(|(key, _)| !known.contains(key.as_str())) {
                unknown.push((key.clone(), Origin::File { path: path.clone(), line: placed.line }));
            }
        }
        unknown
    }
}

/// `CLAVERO_CONFIG` and other tools' variables are no keys; one with the double underscore is, and so is one that
/// would be a key but for its underscores.
fn is_meant_as_key(name: &str, known: &BTreeSet<&'static str>) -> bool {
    let letters = |text: &str| text.replace('_', "").to_ascii_lowercase();
    name.contains("__") || known.iter().any(|key| letters(&variable_of(key)) == letters(name))
}

fn list_credentials(folder: &Path) -> BTreeMap<String, PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeMap::new() };
    entries
        .filter_map(Result::ok)
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
        .filter(|(name, _)| name.contains('.'))
        .collect()
}

/// A credential gives the key of its name: a key that is a path the credential's path, any other its contents.
fn credential(key: &str, path: &Path) -> Option<Found> {
    let value = if key.ends_with("_file") {
        path.to_str()?.to_owned()
    } else {
        std::fs::read_to_string(path).ok()?.trim_end_matches(['\r', '\n']).to_owned()
    };
    Some(Found { value: Written::Scalar(value), origin: Origin::Credential(path.to_owned()) })
}

fn read_document(path: &Path) -> Result<Document, Problem> {
    let text = std::fs::read_to_string(path).map_err(|error| Problem {
        key: path.display().to_string(),
        origin: Origin::Default,
        value: None,
        fault: Fault::new("file-unreadable").with("why", error),
    })?;
    parse_document(&text).map_err(|error| not_toml(path, error))
}

fn not_toml(path: &Path, error: NotToml) -> Problem {
    Problem {
        key: String::new(),
        origin: Origin::File { path: path.to_owned(), line: error.line },
        value: None,
        fault: Fault::new("not-toml").with("why", error.message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_with_a_single_underscore_between_section_and_key_is_not_passed_over() {
        let known = BTreeSet::from(["recovery.code_ttl"]);
        assert!(is_meant_as_key("CLAVERO_RECOVERY_CODE_TTL", &known));
        assert!(is_meant_as_key("CLAVERO_RECOVERY__CODE_TTTL", &known));
        assert!(!is_meant_as_key("CLAVERO_CONFIG", &known));
        assert!(!is_meant_as_key("CLAVERO_VERSION", &known));
    }

    #[test]
    fn a_credential_is_stronger_than_the_file_and_weaker_than_the_environment() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clavero.toml");
        std::fs::write(&file, "[mail]\nsmtp_url = \"smtp://file.example\"\nfrom = \"a@file.example\"\n")
            .unwrap();
        std::fs::write(folder.path().join("mail.smtp_url"), "smtps://credential.example\n").unwrap();
        std::fs::write(folder.path().join("mail.password_file"), "secret\n").unwrap();
        let surroundings = |extra: &[(&str, &str)]| {
            let own = [("CREDENTIALS_DIRECTORY", folder.path().to_str().unwrap())];
            let all =
                own.iter().chain(extra).map(|(name, value)| (OsString::from(name), OsString::from(value)));
            Surroundings::from_variables(all)
        };
        let text = |sources: &Sources, key: &str| match sources.find(key).unwrap().value {
            Written::Scalar(text) => text,
            other => panic!("{other:?}"),
        };

        let sources = Sources::read(Some(&file), surroundings(&[])).unwrap();
        assert_eq!(text(&sources, "mail.smtp_url"), "smtps://credential.example");
        assert_eq!(text(&sources, "mail.from"), "a@file.example");
        let path = folder.path().join("mail.password_file");
        assert_eq!(text(&sources, "mail.password_file"), path.to_str().unwrap());

        let sources =
            Sources::read(Some(&file), surroundings(&[("CLAVERO_MAIL__SMTP_URL", "smtp://localhost")]))
                .unwrap();
        assert_eq!(text(&sources, "mail.smtp_url"), "smtp://localhost");
    }
}
