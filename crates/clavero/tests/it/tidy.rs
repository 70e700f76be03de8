//! The house rules that a machine can see.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

const LONGEST_FILE: usize = 500;
const VAGUE_NAMES: [&str; 4] = ["utils", "helpers", "common", "manager"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Every file that the repository holds.
fn files() -> Vec<PathBuf> {
    let listed = std::process::Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(listed.status.success(), "git has to list the files: {listed:?}");
    let listed = String::from_utf8(listed.stdout).unwrap();
    listed.lines().map(PathBuf::from).filter(|path| root().join(path).is_file()).collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|found| extensions.iter().any(|wanted| found == *wanted))
}

fn rust_files() -> Vec<(PathBuf, String)> {
    let rust = files().into_iter().filter(|path| has_extension(path, &["rs"]));
    rust.map(|path| (path.clone(), read(&path))).collect()
}

#[test]
fn no_file_is_longer_than_five_hundred_lines() {
    let written = ["rs", "js", "css", "html", "py", "sh", "ftl", "sql"];
    let long: Vec<String> = files()
        .into_iter()
        .filter(|path| has_extension(path, &written) && !path.starts_with("crates/service/data"))
        .filter_map(|path| {
            let lines = read(&path).lines().count();
            (lines > LONGEST_FILE).then(|| format!("{} has {lines} lines", path.display()))
        })
        .collect();
    assert!(long.is_empty(), "split these: {long:#?}");
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    let vague: Vec<PathBuf> = files()
        .into_iter()
        .filter(|path| {
            path.iter().any(|part| {
                let part = part.to_string_lossy();
                let stem = part.split('.').next().unwrap_or_default();
                VAGUE_NAMES.iter().any(|name| stem == *name || stem == name.trim_end_matches('s'))
            })
        })
        .collect();
    assert!(vague.is_empty(), "name these by what they hold: {vague:#?}");
}

#[test]
fn every_path_that_the_architecture_page_names_exists() {
    let page = read(Path::new("ARCHITECTURE.md"));
    let named = page.split('`').skip(1).step_by(2).filter(|quoted| {
        let looks_like_path = quoted.contains('/') && !quoted.starts_with('/') && !quoted.contains("://");
        looks_like_path && quoted.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
    });
    let mut seen = 0;
    let absent: Vec<&str> = named
        .inspect(|_| seen += 1)
        .filter(|path| {
            let places = [root().join(path), root().join("crates").join(path)];
            !places.iter().any(|place| place.exists())
        })
        .collect();
    assert!(seen > 5, "the page names the places of the project; {seen} were found");
    assert!(absent.is_empty(), "not there: {absent:#?}");
}

#[test]
fn packages_use_only_what_their_border_allows() {
    let allowed: &[(&str, &[&str])] = &[
        ("protocol", &[]),
        ("audit", &[]),
        ("words", &["protocol"]),
        ("store", &["audit", "protocol"]),
        ("documents", &["words"]),
        ("passkeys", &[]),
        ("tax", &["protocol"]),
        ("service", &["audit", "documents", "passkeys", "protocol", "store", "tax", "words"]),
        ("web", &["documents", "protocol", "service", "words"]),
        ("smtp-fixture", &[]),
        ("authenticator-fixture", &[]),
        ("tax-fixture", &[]),
    ];
    let mut breaches = Vec::new();
    for (package, may_use) in allowed {
        let manifest = Path::new("crates").join(package).join("Cargo.toml");
        if !root().join(&manifest).exists() {
            continue;
        }
        for line in read(&manifest).lines() {
            // What tests use may come from anywhere.
            if line.starts_with("[dev-dependencies") {
                break;
            }
            let Some(rest) = line.strip_prefix("clavero-") else { continue };
            let used = rest.split(['.', ' ', '=']).next().unwrap_or_default();
            if !may_use.contains(&used) {
                breaches.push(format!("{package} uses {used}"));
            }
        }
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
}

#[test]
fn the_pure_core_knows_no_clock_chance_network_or_file() {
    let forbidden = [
        "std::fs",
        "std::net",
        "std::io",
        "std::env",
        "SystemTime",
        "Instant::now",
        "async fn",
        "tokio",
        "getrandom",
    ];
    let mut found = Vec::new();
    for (path, text) in rust_files() {
        if !["protocol", "audit"].iter().any(|package| path.starts_with(format!("crates/{package}/src"))) {
            continue;
        }
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for (line, word) in code.flat_map(|line| forbidden.iter().map(move |word| (line, word))) {
            if line.contains(word) {
                found.push(format!("{}: {line}", path.display()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_test_is_ignored_and_none_sleeps() {
    let own = Path::new(file!()).file_name().unwrap();
    let forbidden = ["#[ignore", "thread::sleep(", "time::sleep("];
    let mut found = Vec::new();
    for (path, text) in rust_files() {
        // The simulation's time is virtual: whoever sleeps there waits for nothing.
        let is_verified =
            path.iter().any(|part| part == "verification") && !path.iter().any(|part| part == "simulation");
        let is_test_file =
            is_verified || path.iter().any(|part| part == "tests") || path.ends_with("tests.rs");
        let tests = if is_test_file {
            &text
        } else {
            text.split_once("#[cfg(test)]\nmod tests {").map_or("", |(_, tests)| tests)
        };
        if path.file_name() == Some(own) {
            continue;
        }
        for line in tests.lines() {
            if forbidden.iter().any(|word| line.contains(word)) {
                found.push(format!("{}: {}", path.display(), line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_lint_is_silenced_without_a_reason() {
    let own = Path::new(file!()).file_name().unwrap();
    let mut found = Vec::new();
    for (path, text) in rust_files() {
        if path.file_name() == Some(own) {
            continue;
        }
        for line in text.lines().filter(|line| line.contains("#[allow(") || line.contains("#![allow(")) {
            found.push(format!("{}: {}", path.display(), line.trim()));
        }
    }
    assert!(found.is_empty(), "use #[expect(…, reason = …)]: {found:#?}");
}

#[test]
fn lock_files_name_no_registry_of_one_machine() {
    let cargo = read(Path::new("Cargo.lock"));
    let odd: Vec<&str> = cargo
        .lines()
        .filter(|line| line.starts_with("source = "))
        .filter(|line| *line != "source = \"registry+https://github.com/rust-lang/crates.io-index\"")
        .collect();
    assert!(odd.is_empty(), "{odd:#?}");
    let npm = read(Path::new("e2e/package-lock.json"));
    assert!(!npm.contains("\"resolved\""), "e2e/.npmrc keeps addresses out; write the lock file again");
}

/// Keys that the code builds at run time start with one of these.
const BUILT_KEYS: [&str; 3] = ["field-error-", "weak-", "strength-"];

#[test]
fn every_catalogue_has_the_same_keys_and_every_key_that_is_used() {
    let keys_of = |language: &str| -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        let folder = root().join("crates/words/locales").join(language);
        let catalogues = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let texts = catalogues
            .filter(|path| has_extension(path, &["ftl"]))
            .map(|path| fs::read_to_string(path).unwrap());
        for text in texts {
            for line in text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase())) {
                let Some((key, _)) = line.split_once('=') else { continue };
                // Fluent refuses to start with a key that two files have.
                assert!(keys.insert(key.trim().to_owned()), "{language} has {key}twice");
            }
        }
        keys
    };
    let (spanish, english) = (keys_of("es-EC"), keys_of("en"));
    let one_sided: Vec<&String> = spanish.symmetric_difference(&english).collect();
    assert!(one_sided.is_empty(), "only in one language: {one_sided:#?}");

    let mut absent = Vec::new();
    for path in files().into_iter().filter(|path| has_extension(path, &["rs", "html", "txt"])) {
        if path.starts_with("crates/words/src") || !path.starts_with("crates") {
            continue;
        }
        for key in used_keys(&read(&path)) {
            if !spanish.contains(&key) && !BUILT_KEYS.iter().any(|built| key.starts_with(built)) {
                absent.push(format!("{key} in {}", path.display()));
            }
        }
    }
    assert!(absent.is_empty(), "no catalogue has: {absent:#?}");
}

/// The literal keys of calls like `tr(locale, "key"…)`, `t.of("key")` or `say("key", …)`.
fn used_keys(text: &str) -> Vec<String> {
    let calls = ["tr(", "tr_args(", ".t(", ".with(", ".say("];
    let mut keys = Vec::new();
    for call in calls {
        for (at, _) in text.match_indices(call) {
            // `write_str(` is no call of `tr(`.
            let longer = text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if longer && !call.starts_with('.') {
                continue;
            }
            let rest = &text[at + call.len()..];
            let Some((before, quoted)) = rest.split_once('"') else { continue };
            // The key is the first literal of the call, after at most the language.
            let is_first = call.starts_with("tr") || before.trim().is_empty();
            if !is_first || before.contains([')', ';', '{']) || before.len() > 40 {
                continue;
            }
            let key = quoted.split('"').next().unwrap_or_default();
            if key.contains('-')
                && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            {
                keys.push(key.to_owned());
            }
        }
    }
    keys
}
