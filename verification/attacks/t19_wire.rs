//! T19: slow, oversize and broken bytes on a line, and files that are no registers.

use std::fs;

use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use super::wire;
use crate::{
    api::{Api, identifiers},
    employers::Registry,
    mail::Inbox,
    server::{Setup, TestServer},
};

/// Connections that say this and then nothing.
async fn stuck(server: &TestServer, said: &str) -> Vec<TcpStream> {
    let said = said.replace("HOST", wire::authority(server.address()));
    let mut streams = Vec::new();
    for _ in 0..100 {
        let mut stream = wire::connection(server.address()).await;
        stream.write_all(said.as_bytes()).await.unwrap();
        streams.push(stream);
    }
    streams
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stops_in_the_middle_of_a_request_is_put_out_and_holds_nobody_up() {
    let server = Setup::new(&Registry::default(), 9).start();
    let mut all = Vec::new();
    for (said, told) in [
        ("", ""),
        ("GET / HTTP/1.1\r\nHost: HOST\r\nX-Slow: ", ""),
        (
            "POST /api/v1/recoveries HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
            "\"urn:clavero:problem:too-slow\"",
        ),
        (
            "POST /empleadores/ingresar HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: 100\r\n\r\nruc=1",
            "La solicitud no llegó completa",
        ),
        (
            "POST /api/v1/sessions HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\n\
             Transfer-Encoding: chunked\r\n\r\n5\r\n{",
            "\"urn:clavero:problem:too-slow\"",
        ),
    ] {
        all.extend(stuck(&server, said).await.into_iter().map(|stream| (stream, told)));
    }
    let page = reqwest::get(format!("{}/empleadores", server.address())).await.unwrap();
    assert_eq!(page.status(), 200, "beside five hundred that hang");
    for (stream, told) in all {
        let said = wire::rest(stream).await;
        assert!(wire::statuses(&said).iter().all(|status| [400, 408].contains(status)), "{said}");
        assert!(said.contains(told), "{told}: {said}");
    }
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_is_read() {
    let server = Setup::new(&Registry::default(), 9).start();
    let host = wire::authority(server.address());
    let long = "a".repeat(200_000);
    let many = "X-Many: y\r\n".repeat(5_000);
    for (name, bytes) in [
        ("a target", format!("GET /{long} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")),
        ("a header", format!("GET / HTTP/1.1\r\nHost: {host}\r\nX: {long}\r\nConnection: close\r\n\r\n")),
        ("headers", format!("GET / HTTP/1.1\r\nHost: {host}\r\n{many}Connection: close\r\n\r\n")),
        (
            "a cookie",
            format!("GET / HTTP/1.1\r\nHost: {host}\r\nCookie: a={long}\r\nConnection: close\r\n\r\n"),
        ),
    ] {
        let said = wire::answer(server.address(), bytes.as_bytes()).await;
        assert!(
            wire::statuses(&said).iter().all(|status| [400, 414, 431].contains(status)),
            "{name}: {said}"
        );
    }
    // A length that is only announced: the answer comes without the body.
    for path in ["/api/v1/recoveries", "/empleadores/ingresar"] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 9999999999\r\n\
             Connection: close\r\n\r\n{}",
            "x".repeat(100_000)
        );
        let said = wire::answer(server.address(), head.as_bytes()).await;
        assert!(wire::statuses(&said).iter().all(|status| (400..500).contains(status)), "{path}: {said}");
    }
    assert!(server.peak_memory_kib() < 200 * 1024, "{} KiB", server.peak_memory_kib());
}

#[tokio::test]
async fn what_is_no_text_or_packed_is_never_read_as_something_else() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let good = identifiers(&employer).to_string();
    // A thousand megabytes of zeros in a few hundred bytes would be a bomb to whoever unpacks it. Nobody does.
    for encoding in ["gzip", "deflate", "br", "zstd", "gzip, gzip"] {
        let request =
            api.request(reqwest::Method::POST, "/recoveries").header("content-type", "application/json");
        let packed = request
            .header("content-encoding", encoding)
            .body(vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xed, 0xc1]);
        let answer = Api::send(packed).await;
        assert!([400, 415].contains(&answer.status.as_u16()), "{encoding}: {answer:?}");
    }
    for broken in [
        &b"\xff\xfe{\x00}\x00"[..],
        b"\xef\xbb\xbf{}",
        b"{\"ruc\":\"\xc3\x28\"}",
        b"{\"ruc\":\"\xed\xa0\x80\"}",
        b"\xf8\x88\x80\x80\x80",
    ] {
        for (path, kind) in [("/recoveries", "application/json"), ("/sessions", "application/json")] {
            let request =
                api.request(reqwest::Method::POST, path).header("content-type", kind).body(broken.to_vec());
            let answer = Api::send(request).await;
            assert!(answer.status.is_client_error(), "{path} {broken:?}: {answer:?}");
        }
        let page = api.http.post(format!("{}/empleadores/ingresar", server.address()));
        let page = page.header("content-type", "application/x-www-form-urlencoded").body(broken.to_vec());
        assert!(page.send().await.unwrap().status().is_client_error(), "{broken:?}");
    }
    let other_charset = api.request(reqwest::Method::POST, "/recoveries").body(good);
    let answer = Api::send(other_charset.header("content-type", "application/json; charset=utf-16")).await;
    assert!(answer.status.as_u16() < 500, "{answer:?}");
    assert!(!server.log().contains("a handler panicked"));
}

#[test]
fn files_that_are_no_registers_are_told_so_and_change_nothing() {
    let registry = {
        let mut registry = Registry::default();
        registry.company();
        registry.csv()
    };
    let server = Setup::new(&Registry::default(), 9).start();
    let head = registry.lines().next().unwrap();
    let cases: [(&str, Vec<u8>); 10] = [
        ("empty", Vec::new()),
        ("zeros", vec![0; 10_000]),
        ("packed", [&[0x1f, 0x8b, 8, 0][..], &[7; 5_000]].concat()),
        ("utf-16", registry.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("an open quote", format!("{head}\n\"1790000000001,0001,{}", "x,".repeat(5_000)).into_bytes()),
        ("many columns", format!("{head}\n{}\n", "1,".repeat(20_000)).into_bytes()),
        ("a long line", format!("{head}\n{}\n", "1".repeat(2_000_000)).into_bytes()),
        ("no end of line", format!("{head}\r{}", "\r".repeat(1_000)).into_bytes()),
        ("twice the header", format!("{head}\n{head}\n").into_bytes()),
        ("broken letters", [head.as_bytes(), b"\n\xff\xfe\xfd,\x00,\x1b[31m,\x80\n"].concat()),
    ];
    for (name, bytes) in cases {
        let file = server.folder().join("hostile.csv");
        fs::write(&file, bytes).unwrap();
        for what in ["employers", "catastro"] {
            let done = server.run(&["import", what, file.to_str().unwrap()]);
            let code = done.status.code();
            assert!(code == Some(0) || code == Some(1), "{name} as {what}: {done:?}");
            let told =
                String::from_utf8_lossy(&done.stderr).into_owned() + &String::from_utf8_lossy(&done.stdout);
            assert!(!told.contains("panicked") && !told.contains('\u{1b}'), "{name} as {what}: {told}");
            assert!(code == Some(1) || told.contains("0 new"), "{name} as {what}: {told}");
        }
    }
}
