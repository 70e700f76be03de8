//! T15: a stolen database without its key ring, and rows that somebody changed.

use std::collections::HashSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rusqlite::{Connection, types::ValueRef};
use sha2::{Digest as _, Sha256};

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

/// Every row of every table: its values that are bytes or text.
fn rows(database: &Connection) -> Vec<Vec<Vec<u8>>> {
    let mut tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let names: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut found = Vec::new();
    for name in names {
        let mut all = database.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
        let columns = all.column_count();
        let mut rows = all.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells = (0..columns).filter_map(|column| match row.get_ref(column).unwrap() {
                ValueRef::Blob(bytes) | ValueRef::Text(bytes) => Some(bytes.to_vec()),
                _ => None,
            });
            found.push(cells.collect());
        }
    }
    found
}

/// All of those values.
fn values(database: &Connection) -> HashSet<Vec<u8>> {
    rows(database).into_iter().flatten().collect()
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

/// The longer values of every row that holds this one: what a code of that flow could be salted with.
fn beside(database: &Connection, key: &[u8]) -> Vec<Vec<u8>> {
    let holding = rows(database).into_iter().filter(|row| row.iter().any(|cell| cell == key));
    let found: HashSet<Vec<u8>> = holding.flatten().filter(|cell| cell.len() >= 8).collect();
    found.into_iter().collect()
}

/// HMAC under this key (RFC 2104), before its text: the inner digest, and the outer one.
fn hmac_of(key: &[u8]) -> [Sha256; 2] {
    let mut block = [0; 64];
    let key = if key.len() > 64 { Sha256::digest(key).to_vec() } else { key.to_vec() };
    block[..key.len()].copy_from_slice(&key);
    [0x36, 0x5c].map(|pad| Sha256::new().chain_update(block.map(|byte| byte ^ pad)))
}

/// What a digest could lie there as: the beginnings of all values, as they are and read as hexadecimal.
struct Digests {
    beginnings: HashSet<[u8; 16]>,
    /// Whether one begins with these two bytes: nearly all that is looked for ends here.
    first: Vec<bool>,
}

impl Digests {
    fn of(dump: &HashSet<Vec<u8>>) -> Self {
        let mut digests = Self { beginnings: HashSet::new(), first: vec![false; 1 << 16] };
        for value in dump {
            digests.add(value);
            let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            if let Some(digits) = value.iter().map(digit).collect::<Option<Vec<u8>>>() {
                digests.add(
                    &digits.chunks(2).map(|pair| pair[0] << 4 | pair[pair.len() - 1]).collect::<Vec<_>>(),
                );
            }
        }
        digests
    }

    fn add(&mut self, value: &[u8]) {
        if let Some(beginning) = value.first_chunk() {
            self.beginnings.insert(*beginning);
            self.first[usize::from(beginning[0]) << 8 | usize::from(beginning[1])] = true;
        }
    }

    fn holds(&self, digest: &[u8]) -> bool {
        let first = usize::from(digest[0]) << 8 | usize::from(digest[1]);
        self.first[first] && digest.first_chunk().is_some_and(|beginning| self.beginnings.contains(beginning))
    }

    /// Codes of which some digest, alone or with one of these values, lies there.
    fn confirmed(&self, salts: &[Vec<u8>], codes: impl Iterator<Item = String>) -> Vec<String> {
        let salted: Vec<(Sha256, [Sha256; 2])> =
            salts.iter().map(|salt| (Sha256::new().chain_update(salt), hmac_of(salt))).collect();
        let confirms = |code: &String| {
            let code = code.as_bytes();
            self.holds(&Sha256::digest(code))
                || salted.iter().any(|(salted, [inner, outer])| {
                    let inner = inner.clone().chain_update(code).finalize();
                    self.holds(&salted.clone().chain_update(code).finalize())
                        || self.holds(&outer.clone().chain_update(inner).finalize())
                })
        };
        codes.filter(confirms).collect()
    }
}

#[tokio::test]
async fn none_of_a_million_codes_is_confirmed_by_a_copied_database() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let flow = Api::of(&server).start(&employer).await;
    let code = inbox.next_code(&employer.email).await;
    flow.reaches("code_sent").await;
    let database = database(&server);
    let dump = values(&database);
    let mut digests = Digests::of(&dump);
    let digits = flow.id.replace('-', "");
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    let id: Vec<u8> = (0..digits.len()).step_by(2).map(byte).collect();
    let salts = beside(&database, &id);
    assert!(salts.contains(&id) && salts.len() >= 3, "{} values of the flow {}", salts.len(), flow.id);
    // Whoever tries them all knows the right one only by what it confirms: over every value that there is for that one,
    let everything: Vec<Vec<u8>> = dump.into_iter().collect();
    assert!(digests.confirmed(&everything, std::iter::once(code.clone())).is_empty());
    // and over those of the flow for each of the million.
    let all = (0..1_000_000).map(|code| format!("{code:06}"));
    assert!(digests.confirmed(&salts, all).is_empty());
    // The search finds a code that was hashed with a value of its flow.
    digests.add(&Sha256::new().chain_update(&salts[0]).chain_update(&code).finalize());
    let near = ["000000".to_owned(), code.clone()].into_iter();
    assert!(digests.confirmed(&salts, near).contains(&code));
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
