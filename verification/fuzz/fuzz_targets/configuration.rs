//! The configuration: whatever the file, it is read whole or refused with the key, the place and the mend of each fault and
//! without a password; what was read means the same as variables of the environment; and what may be served keeps what the
//! documents promise.
#![no_main]
#![expect(dead_code, unused_imports, reason = "what the program has beside its reading is not fuzzed")]

#[path = "../../../crates/clavero/src/config/mod.rs"]
mod config;
#[path = "../../../crates/clavero/src/speech.rs"]
mod speech;
#[path = "../../../crates/clavero/src/tls.rs"]
mod tls;

use std::{collections::BTreeMap, fs, path::PathBuf, sync::LazyLock, time::Duration};

use clavero_service::mail::{SmtpSettings, SmtpTransport};
use clavero_words::Locale;
use config::{Problem, Settings, Surroundings, check_serving, load};
use libfuzzer_sys::fuzz_target;
use speech::Speech;
use toml::{Table, Value};

/// Memory, where there is such a folder.
static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
    folder.join(format!("clavero-fuzz-{}.toml", std::process::id()))
});

fuzz_target!(|text: &str| {
    // A file that the configuration names would be read: only names that are none are of use here.
    if text.contains("_file") {
        return;
    }
    fs::write(&*FILE, text).expect("a file");
    let table = text.parse::<Table>();
    match load(Some(&FILE), Surroundings::default()) {
        Err(problems) => {
            assert!(!problems.is_empty());
            problems.iter().for_each(|problem| told(problem, text, table.as_ref().ok()));
        }
        Ok(settings) => {
            let table = table.expect("what was read is TOML");
            same_by_variables(&table, &settings);
            let problems = check_serving(&settings);
            problems.iter().for_each(|problem| told(problem, text, Some(&table)));
            if problems.is_empty() {
                promises(&settings);
            }
        }
    }
});

/// A sentence in both languages, which says where, and no password of an address.
fn told(problem: &Problem, text: &str, table: Option<&Table>) {
    for locale in Locale::ALL {
        let said = problem.tell(Speech::new(locale));
        assert!(said.contains(' ') && !said.contains(&format!("config-{}", problem.fault.code)), "{said}");
        let mut values = Vec::new();
        if let Some(table) = table {
            flatten("", table, &mut values);
        }
        for (key, value) in values {
            let Value::String(url) = value else { continue };
            let password = url::Url::parse(url).ok().and_then(|url| url.password().map(str::to_owned));
            if let Some(password) =
                password.filter(|password| password.len() > 7 && text.matches(password.as_str()).count() == 1)
            {
                assert!(!said.contains(&password), "{key}: {said}");
            }
        }
    }
}

fn flatten<'a>(prefix: &str, table: &'a Table, into: &mut Vec<(String, &'a Value)>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Table(inner) => flatten(&key, inner, into),
            other => into.push((key, other)),
        }
    }
}

/// Each key is also a variable.
fn same_by_variables(table: &Table, settings: &Settings) {
    let mut values = Vec::new();
    flatten("", table, &mut values);
    let mut variables = BTreeMap::new();
    for (key, value) in values {
        let written = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        // A variable that is set to nothing counts as not set, and none holds a zero.
        if written.trim().is_empty() || written.contains('\0') {
            return;
        }
        variables.insert(format!("CLAVERO_{}", key.to_ascii_uppercase().replace('.', "__")), written);
    }
    let surroundings = Surroundings { variables, credentials: None };
    let again =
        load(None, surroundings).unwrap_or_else(|problems| panic!("refused as variables: {problems:?}"));
    let plain = |settings: &Settings| {
        let mut settings = settings.clone();
        settings.origins = Default::default();
        format!("{settings:?} {:?}", settings.database.shown())
    };
    assert_eq!(plain(&again), plain(settings));
}

/// What the documents promise of a service that serves.
fn promises(settings: &Settings) {
    let policy = &settings.recovery;
    let guesses = u64::from(policy.codes_per_day) * u64::from(policy.code_attempts);
    assert!(
        guesses * 1_000 <= 10_u64.pow(policy.code_digits.into()) && (6..=8).contains(&policy.code_digits)
    );
    let day = Duration::from_secs(86_400);
    for span in [policy.code_ttl, policy.link_ttl, policy.flow_ttl] {
        assert!(!span.is_zero() && span <= day, "{span:?}");
    }
    assert!(settings.password.min_length >= 8 && settings.password.max_length >= 64);
    if let Some(url) = &settings.server.public_url {
        assert!(
            url.scheme() == "https"
                || url.host_str().is_some_and(|host| host.contains("localhost")
                    || host.starts_with("127.")
                    || host == "[::1]"),
            "{url}"
        );
    }
    // Each span is added to a moment, now and then to the newest one.
    let mail = &settings.mail;
    let (Some(url), Some(from)) = (&mail.smtp_url, &mail.from) else {
        panic!("without mail nothing is served")
    };
    let password = mail.password.as_ref().map(|secret| secret.reveal().to_owned());
    let smtp = SmtpSettings {
        url: url.as_str().to_owned(),
        password,
        from: from.as_str().parse().expect("an address"),
        identity: None,
    };
    if let Err(error) = SmtpTransport::new(&smtp) {
        panic!("{url} may be served with and cannot be used: {error}");
    }
}
