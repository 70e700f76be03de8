//! A service that has no file descriptors left.

use std::{fs, process::Command};

use tokio::net::TcpStream;

use crate::{
    api::{Api, NEW_KEY, eventually},
    employers::Registry,
    mail::Inbox,
    server::{Setup, TestServer},
};

/// Idle connections, and how many more descriptors than it has the service may have.
const IDLE: usize = 120;
const MORE: usize = 40;
/// Refusals that are waited for.
const REFUSALS: usize = 12;

fn open_files(server: &TestServer) -> usize {
    fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap().count()
}

/// Clock ticks of a processor that it has used (proc(5)).
fn ticks(server: &TestServer) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", server.pid())).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

fn refusals(server: &TestServer) -> usize {
    server.log().matches("a connection could not be accepted").count()
}

#[tokio::test]
async fn without_descriptors_who_is_connected_is_served_and_nothing_spins_and_all_is_well_again_after() {
    let mut registry = Registry::default();
    let (employer, later) = (registry.company(), registry.company());
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employer).await;
    let health = reqwest::Client::new();
    let is_alive = async || health.get(format!("{}/healthz", server.admin())).send().await.unwrap().status();
    assert_eq!(is_alive().await, 200);
    let most = (open_files(&server) + MORE).to_string();
    let limit = ["--nofile=", &most, ":", &most].concat();
    let limited = Command::new("prlimit").args(["--pid", &server.pid().to_string(), &limit]).status();
    assert!(limited.unwrap().success());
    let mut idle = Vec::new();
    for _ in 0..IDLE {
        idle.push(TcpStream::connect(server.address().trim_start_matches("http://")).await.unwrap());
    }
    let used = ticks(&server);
    // It tries to accept ten times a second and not as fast as it can.
    eventually("refusals", || async {
        let seen = refusals(&server);
        if seen >= REFUSALS { Ok(()) } else { Err(seen) }
    })
    .await;
    let used = ticks(&server) - used;
    assert!(used < 100, "{used} hundredths of a second of processor while it could do nothing");
    assert_eq!(is_alive().await, 200, "a health check that is connected");
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204, "a client that is connected");
    drop(idle);
    let flow = eventually("room for others", || async {
        let fresh = Api::of(&server);
        let answer = fresh.try_start(&later).await;
        if answer.status == 201 { Ok(crate::api::Flow::of(&fresh, &answer.body)) } else { Err(answer) }
    })
    .await;
    flow.send_code_from(&inbox, &later).await;
    api.sign_in(&employer, NEW_KEY).await.ok(201);
}
