//! After whole journeys nothing that was secret stands in any file, log or metric.

use std::{fmt::Write as _, fs};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use serde_json::json;

use crate::{
    api::{Api, NEW_KEY, token_of},
    employers::Registry,
    mail::Inbox,
    server::{Setup, TestServer},
};

/// Argon2id of "la clave que ya tenía 1", made by another program with the parameters that this one has too.
pub(crate) const ARGON2_OF_OLD_KEY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$xUbWrpWni3mD1SsAgMSxNQ$c+W/Z56VCbp4URKswZAB4g1YEHuiFd9dmTV4rwav2ho";

/// The same key with parameters of its own.
pub(crate) const ARGON2_OF_OLD_KEY_ELSEWHERE: &str =
    "$argon2id$v=19$m=8192,t=3,p=2$FSmbJH/bBrMMZD3vTCY7Rg$MYNjDtZubZ85HhXYqLTUo0qVHeLiHICzifdjCwkNg1M";

/// Two small digits a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string");
        text
    })
}

/// The forms in which a secret could be lying about.
fn disguises(secret: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![secret.as_bytes().to_vec()];
    let mut raw = vec![secret.as_bytes().to_vec()];
    // A token is the text of 256 bits; its bytes are as good as the text.
    if let Some(bytes) = URL_SAFE_NO_PAD.decode(secret).ok().filter(|bytes| bytes.len() >= 16) {
        forms.push(bytes.clone());
        raw.push(bytes);
    }
    for bytes in raw {
        forms.push(hex(&bytes).into_bytes());
        forms.push(hex(&bytes).to_uppercase().into_bytes());
        // Without its last characters, which depend on what follows.
        for text in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            forms.push(text.as_bytes()[..text.len() - 1].to_vec());
        }
    }
    forms
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Files of the server's folder that hold one of the secrets.
fn leaks(server: &TestServer, secrets: &[(&str, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(server.folder()).unwrap() {
        let path = entry.unwrap().path();
        // What the test itself put there.
        if path.extension().is_some_and(|extension| extension == "csv") {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        for (name, secret) in secrets {
            if disguises(secret).iter().any(|form| contains(&bytes, form)) {
                found.push(format!("{name} in {}", path.display()));
            }
        }
    }
    found
}

#[tokio::test]
async fn no_code_link_token_key_or_address_is_left_in_any_file() {
    let mut registry = Registry::default();
    let employers = [registry.company(), registry.company()];
    let abandoned = registry.company();
    let inbox = Inbox::open();
    // Eight digits, so that no number of another kind is one by chance.
    let mut server = Setup::new(&registry, inbox.port()).set("recovery.code_digits", "8").start();
    let api = Api::of(&server);
    let mut secrets = vec![("abandoned address", abandoned.email.clone())];

    let halfway = api.start(&abandoned).await;
    secrets.push(("abandoned token", halfway.token.clone()));
    secrets.push(("abandoned code", inbox.next_code(&abandoned.email).await));
    for employer in &employers {
        secrets.push(("address", employer.email.clone()));
        let flow = api.start(employer).await;
        let code = inbox.next_code(&employer.email).await;
        flow.reaches("code_sent").await;
        flow.send_code(&code).await.ok(200);
        let link = inbox.next_link(&employer.email).await;
        let opened = api.read_link(&link).await.ok(200)["opened"].as_str().unwrap().to_owned();
        api.http.get(&link).send().await.unwrap();
        let path = format!("/links/{}/password", token_of(&link));
        let set = api.post(&path, &json!({ "password": NEW_KEY, "opened": opened })).await;
        assert_eq!(set.status, 204);
        let notice = inbox.next(&employer.email).await;
        let session = api.sign_in(employer, NEW_KEY).await.ok(201);
        api.sign_in(employer, "la clave de otra persona").await.assert_problem(401, "invalid-credentials");
        secrets.extend([
            ("flow token", flow.token),
            ("code", code),
            ("link", token_of(&link).to_owned()),
            ("opened form", opened),
            ("no-fui-yo link", token_of(&notice.links()[0]).to_owned()),
            ("session", session["token"].as_str().unwrap().to_owned()),
            ("key", NEW_KEY.to_owned()),
            ("mistyped key", "la clave de otra persona".to_owned()),
        ]);
    }
    let metrics = api.http.get(format!("{}/metrics", server.admin())).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    for (name, secret) in &secrets {
        assert!(!metrics.contains(secret), "{name} in the metrics");
    }
    let log = server.log();
    for employer in &employers {
        for personal in [&employer.ruc, &employer.representative, &employer.name] {
            assert!(!log.contains(personal.as_str()), "{personal} in the log");
        }
    }
    assert_eq!(leaks(&server, &secrets), Vec::<String>::new(), "while it runs");
    server.terminate();
    assert_eq!(leaks(&server, &secrets), Vec::<String>::new(), "when it has ended");
}

#[cfg(unix)]
#[tokio::test]
async fn key_ring_and_database_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Setup::new(&Registry::default(), 9).start();
    for name in ["keys.toml", "clavero.db", "clavero.db-wal"] {
        let mode = fs::metadata(server.folder().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}
