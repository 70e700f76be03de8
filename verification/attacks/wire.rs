//! Bytes on a connection, as no client library would send them.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::{api::identifiers, employers::Employer};

/// The service closes a line that says nothing after 15 s; later than this something hangs.
const HUNG: Duration = Duration::from_mins(1);

/// The host and port of `http://HOST:PORT`.
pub(super) fn authority(address: &str) -> &str {
    address.trim_start_matches("http://")
}

/// A connection to the service.
pub(super) async fn connection(address: &str) -> TcpStream {
    let stream = TcpStream::connect(authority(address)).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Everything that comes until the service closes the line.
pub(super) async fn rest(mut stream: TcpStream) -> String {
    let mut read = Vec::new();
    // A reset instead of an end is an end as well.
    drop(timeout(HUNG, stream.read_to_end(&mut read)).await.expect("the line was never closed"));
    String::from_utf8_lossy(&read).into_owned()
}

/// What the service says to these bytes, until it closes the line.
pub(super) async fn answer(address: &str, bytes: &[u8]) -> String {
    let mut stream = connection(address).await;
    // The service may have closed the line before it has read all.
    drop(stream.write_all(bytes).await);
    rest(stream).await
}

/// The status of each answer on a line.
pub(super) fn statuses(said: &str) -> Vec<u16> {
    said.split("HTTP/1.1 ").skip(1).filter_map(|answer| answer.get(..3)?.parse().ok()).collect()
}

/// A request to the API whose head is the test's: the line is closed after its answer.
pub(super) fn request(target: &str, head: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {target} HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The start of a recovery, its head the test's.
pub(super) fn start(target: &str, head: &str, employer: &Employer) -> Vec<u8> {
    request(target, head, &identifiers(employer).to_string())
}
