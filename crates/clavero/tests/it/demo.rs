//! The demonstration, as somebody who has just built the program meets it.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Stdio},
};

use serde_json::json;

use crate::{api::eventually, server::clavero};

struct Demo {
    child: Child,
    address: String,
    /// Everything up to the end of the introduction.
    said: String,
}

impl Demo {
    fn start(folder: &Path, args: &[&str]) -> Self {
        let mut command = clavero(&[&["demo"], args].concat());
        let mut child =
            command.current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        for line in lines.by_ref() {
            said += &line;
            said.push('\n');
            if line == "Ctrl+C ends it." {
                break;
            }
        }
        let address = said.split_whitespace().find(|word| word.starts_with("http://localhost:"));
        let address = address.unwrap_or_else(|| panic!("no address in {said:?}")).to_owned();
        Self { child, address, said }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A port that something else listens on.
fn taken() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[tokio::test]
async fn the_first_step_that_it_names_brings_a_mail_to_its_mailbox() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path(), &["--listen", "127.0.0.1:0"]);
    assert!(demo.said.contains("Primer paso") && demo.said.contains("First step"), "{}", demo.said);
    let mut row = demo
        .said
        .lines()
        .find(|line| line.ends_with("recupera la clave en línea"))
        .unwrap()
        .split_whitespace();
    let mut next = || row.next().unwrap();
    let mut body = json!({ "representative_id": next(), "ruc": next(), "sucursal": next() });
    let http = reqwest::Client::new();
    let started = http.post(format!("{}/api/v1/recoveries", demo.address)).json(&body).send().await.unwrap();
    assert_eq!(started.status(), 201);
    let reference =
        started.json::<serde_json::Value>().await.unwrap()["reference"].as_str().unwrap().to_owned();
    eventually("the code in the mailbox", async || {
        let page = http.get(format!("{}/buzon", demo.address)).send().await.unwrap().text().await.unwrap();
        if page.contains(&reference) { Ok(()) } else { Err("no mail with the reference") }
    })
    .await;

    let key = demo.said.lines().find_map(|line| line.split_once("sign in with: ")).unwrap().1;
    body["password"] = key.into();
    let signed_in = http.post(format!("{}/api/v1/sessions", demo.address)).json(&body).send().await.unwrap();
    assert_eq!(signed_in.status(), 201);
}

#[test]
fn a_port_that_is_taken_is_said_and_another_one_used_unless_it_was_insisted_on() {
    let folder = tempfile::tempdir().unwrap();
    let (_listener, port) = taken();
    let insisted =
        clavero(&["demo", "--listen", &format!("127.0.0.1:{port}")]).current_dir(folder.path()).output();
    assert_eq!(insisted.unwrap().status.code(), Some(1));
    let mut command = clavero(&["demo"]);
    command.current_dir(folder.path()).env("CLAVERO_SERVER__LISTEN", format!("127.0.0.1:{port}"));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let told = BufReader::new(child.stderr.take().unwrap()).lines().next().unwrap().unwrap();
    drop(child.kill());
    drop(child.wait());
    assert!(told.starts_with(&format!("Port {port} is taken; the demonstration uses ")), "{told}");
}

#[tokio::test]
async fn it_writes_under_var_and_nowhere_else_whatever_is_configured() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("clavero.toml"),
        "[audit]\ncheckpoint_file = \"kept/checkpoints.log\"\n[secrets]\nkey_file = \"kept/keys.toml\"\n\
         [database]\nurl = \"sqlite:kept/clavero.db\"\n",
    )
    .unwrap();
    let _demo = Demo::start(folder.path(), &["--listen", "127.0.0.1:0"]);
    eventually("a checkpoint of its own", async || {
        let made = std::fs::read_dir(folder.path().join("var")).map_err(|_| "no folder")?;
        let made = made.flatten().any(|demo| demo.path().join("checkpoints.log").exists());
        if made { Ok(()) } else { Err("no checkpoint yet") }
    })
    .await;
    assert!(!folder.path().join("kept").exists());
}

#[test]
fn it_is_never_open_to_the_network() {
    let folder = tempfile::tempdir().unwrap();
    let done = clavero(&["demo", "--listen", "0.0.0.0:0"]).current_dir(folder.path()).output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8(done.stderr).unwrap().contains("this machine only"));
    assert!(!folder.path().join("var").exists(), "nothing was made");
}
