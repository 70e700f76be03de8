//! T15: a stolen database without its key ring, and rows that somebody changed.

use std::collections::HashSet;

use rusqlite::{Connection, types::ValueRef};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    api::{Api, NEW_KEY},
    employers::{Employer, Registry},
    mail::Inbox,
    secrets::{ARGON2_OF_OLD_KEY, hex},
    server::{Setup, TestServer},
};

const OLD_KEY: &str = "la clave que ya tenía 1";

fn database(server: &TestServer) -> Connection {
    Connection::open(server.folder().join("clavero.db")).unwrap()
}

/// Every value of every row that is bytes or text.
fn values(database: &Connection) -> HashSet<Vec<u8>> {
    let mut tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let names: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut values = HashSet::new();
    for name in names {
        let mut all = database.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
        let columns = all.column_count();
        let mut rows = all.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                if let ValueRef::Blob(bytes) | ValueRef::Text(bytes) = row.get_ref(column).unwrap() {
                    values.insert(bytes.to_vec());
                }
            }
        }
    }
    values
}

/// A service in the midst of things: a flow at its code, one at its link, a session, a notice.
async fn busy() -> (TestServer, Inbox, Vec<Employer>) {
    let mut registry = Registry::default();
    let employers: Vec<Employer> = (0..3).map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employers[0]).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    api.sign_in(&employers[0], NEW_KEY).await.ok(201);
    inbox.link_of(&api, &employers[1]).await;
    let flow = api.start(&employers[2]).await;
    inbox.next_code(&employers[2].email).await;
    flow.reaches("code_sent").await;
    (server, inbox, employers)
}

#[tokio::test]
async fn nothing_that_lies_in_a_copied_database_opens_anything() {
    let (server, inbox, employers) = busy().await;
    let api = Api::of(&server);
    let had = values(&database(&server));
    let mails = inbox.total();
    let mut tried = 0;
    for value in &had {
        let texts = [URL_SAFE_NO_PAD.encode(value), hex(value), String::from_utf8_lossy(value).into_owned()];
        let plain =
            |text: &&String| (8..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        for token in texts.iter().filter(plain) {
            let token: String = token.bytes().filter(u8::is_ascii_alphanumeric).map(char::from).collect();
            for answer in
                [api.read_link(&token).await, api.set_key(&token, NEW_KEY).await, api.session(&token).await]
            {
                assert!(answer.status.is_client_error(), "{token}: {answer:?}");
            }
            tried += 1;
        }
        for token in texts.iter().filter(plain) {
            let read = api.session(token).await;
            assert!(read.status.is_client_error(), "{token}: {read:?}");
        }
    }
    assert!(tried > 100, "{tried} values");
    assert_eq!(inbox.total(), mails);
    for employer in &employers {
        let dump = had
            .iter()
            .any(|value| value.windows(employer.email.len()).any(|part| part == employer.email.as_bytes()));
        assert!(!dump, "an address lies there in clear");
    }
}

#[tokio::test]
async fn a_hash_that_was_moved_to_another_employers_row_signs_nobody_in_and_raises_the_alarm() {
    let mut registry = Registry::default();
    let with_key = |row: &mut Employer| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash);
    let (victim, thief) = (registry.company(), registry.company_with(with_key));
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &victim).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    api.sign_in(&thief, OLD_KEY).await.ok(201);
    // Hash and seal together, as whoever writes to the database would.
    let changed = database(&server)
        .execute(
            "UPDATE credential SET (phc, mac) = (SELECT phc, mac FROM credential WHERE employer_id = ?1) \
             WHERE employer_id = ?2",
            [&thief, &victim]
                .map(|employer| format!("{}{}", employer.ruc, employer.sucursal).parse::<i64>().unwrap()),
        )
        .unwrap();
    assert_eq!(changed, 1);
    api.sign_in(&victim, OLD_KEY).await.assert_problem(401, "invalid-credentials");
    let metrics = reqwest::get(format!("{}/metrics", server.admin())).await.unwrap().text().await.unwrap();
    assert!(metrics.contains("clavero_credentials_forged_total 1"), "{metrics}");
    assert!(server.log().contains("a stored credential is not one that this ring made"));
}
