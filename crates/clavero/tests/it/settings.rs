//! A configuration that is unsafe or makes no sense stops the start, with the key's name and what to mend.

use std::fs;

use crate::server::clavero;

/// A configuration that would start.
const SOUND: [(&str, &str); 4] = [
    ("server.listen", "127.0.0.1:0"),
    ("server.admin_listen", "127.0.0.1:0"),
    ("mail.smtp_url", "smtp://127.0.0.1:9"),
    ("mail.from", "no-responder@institucion.example"),
];

fn variable(key: &str) -> String {
    format!("CLAVERO_{}", key.replace('.', "__").to_uppercase())
}

#[test]
fn an_unsafe_configuration_stops_the_start_and_names_the_key_and_the_mend() {
    let refused: [(&[(&str, &str)], &str); 12] = [
        (&[("server.listen", "0.0.0.0:8080")], "server.public_url"),
        (
            &[("server.listen", "0.0.0.0:0"), ("server.public_url", "http://clave.example")],
            "server.public_url",
        ),
        (&[("server.trusted_proxies", "0.0.0.0/0")], "server.trusted_proxies"),
        (&[("mail.smtp_url", "smtp://correo.example?tls=none")], "mail.smtp_url"),
        (&[("mail.from", "Nombre <a@b.example>")], "mail.from"),
        (&[("recovery.code_ttl", "3 minutes")], "recovery.code_ttl"),
        (&[("recovery.code_ttl", "0s")], "recovery.code_ttl"),
        (&[("recovery.code_digits", "4")], "recovery.code_digits"),
        (&[("recovery.code_attempts", "250"), ("recovery.codes_per_day", "1000")], "recovery.code_attempts"),
        (&[("password.min_length", "4")], "password.min_length"),
        (&[("database.url", "mysql://localhost/x")], "database.url"),
        (&[("recovery.mismatch", "perhaps")], "recovery.mismatch"),
    ];
    for (changes, named) in refused {
        let folder = tempfile::tempdir().unwrap();
        let mut command = clavero(&["serve"]);
        for (key, value) in SOUND.iter().chain(changes) {
            command.env(variable(key), value);
        }
        let ended = command.current_dir(folder.path()).output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(1), "{changes:?}: {said}");
        assert!(said.contains(named) || said.contains(&variable(named)), "{changes:?}: {said}");
        assert!(ended.stdout.is_empty(), "{changes:?} is told on stderr");
        assert!(
            !folder.path().join("var/keys.toml").exists(),
            "{changes:?}: nothing is made before it is sound"
        );
    }
}

#[test]
fn without_a_mail_server_or_sender_serve_names_both() {
    let folder = tempfile::tempdir().unwrap();
    let ended = clavero(&["serve"]).current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("mail.smtp_url") && said.contains("mail.from"), "{said}");
}

#[test]
fn an_unknown_key_is_an_error_that_names_its_neighbour_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("clavero.toml");
    fs::write(&config, "[recovery]\n\ncode_tll = \"3m\"\n").unwrap();
    let ended = clavero(&["doctor", "--config", config.to_str().unwrap()])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("recovery.code_tll") && said.contains("recovery.code_ttl"), "{said}");
    assert!(said.contains(":3"), "the line: {said}");
}

#[test]
fn every_command_has_help_and_wrong_usage_ends_with_two() {
    let commands: [&[&str]; 8] = [
        &[],
        &["demo"],
        &["serve"],
        &["import"],
        &["import", "employers"],
        &["import", "catastro"],
        &["doctor"],
        &["openapi"],
    ];
    for command in commands {
        let help = clavero(&[command, &["--help"]].concat()).output().unwrap();
        assert_eq!(help.status.code(), Some(0), "{command:?}");
        assert!(help.stdout.len() > 50 && help.stderr.is_empty(), "{command:?}: {help:?}");
        let wrong = clavero(&[command, &["--no-such-option"]].concat()).output().unwrap();
        assert_eq!(wrong.status.code(), Some(2), "{command:?}");
        assert!(wrong.stdout.is_empty() && !wrong.stderr.is_empty(), "{command:?}: {wrong:?}");
    }
}

#[test]
fn the_openapi_document_describes_every_call_and_goes_to_stdout() {
    let printed = clavero(&["openapi"]).output().unwrap();
    assert!(printed.status.success(), "{printed:?}");
    let document: serde_json::Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    assert_eq!(document["servers"][0]["url"], "/api/v1");
    for (path, method) in [
        ("/recoveries", "post"),
        ("/recoveries/{id}", "get"),
        ("/recoveries/{id}/code", "post"),
        ("/recoveries/{id}/code/resend", "post"),
        ("/links/{token}", "get"),
        ("/links/{token}/password", "post"),
        ("/sessions", "post"),
        ("/session", "get"),
        ("/session", "delete"),
    ] {
        assert!(document["paths"][path][method].is_object(), "{method} {path}");
    }
}

#[test]
fn the_example_configuration_is_sound_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../clavero.example.toml");
    let mut command = clavero(&["doctor", "--config", example]);
    for (key, value) in &SOUND[2..] {
        command.env(variable(key), value);
    }
    let ended = command.current_dir(folder.path()).output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    // Nothing listens where the mail server should be; the configuration itself is not what fails.
    assert!(!said.to_lowercase().contains("unknown key"), "{said}");
}
