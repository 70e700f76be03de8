//! TLS on the service's own listeners.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use rustls::{ClientConfig, ProtocolVersion, pki_types::ServerName, version};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    api::{Api, NEW_KEY, eventually},
    authority::{Authority, Issued},
    employers::Registry,
    mail::Inbox,
    server::{Setup, TestServer, clavero},
};

const HERE: &[&str] = &["127.0.0.1", "clave.institucion.example"];
/// Longer than any wait of the service.
const HUNG: Duration = Duration::from_mins(1);

/// The files of a server, and who stands behind them.
struct Files {
    authority: Authority,
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        let files = Self { authority: Authority::new(), folder: tempfile::tempdir().unwrap() };
        files.renew(HERE);
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Another certificate and key in the place of those before.
    fn renew(&self, hosts: &[&str]) -> Issued {
        let issued = self.authority.issue(hosts);
        issued.write(self.folder.path());
        issued
    }

    fn setup(&self, registry: &Registry, smtp_port: u16) -> Setup {
        Setup::new(registry, smtp_port)
            .set("server.tls_certificate_file", self.path("certificate.pem").to_str().unwrap())
            .set("server.tls_key_file", self.path("key.pem").to_str().unwrap())
    }

    fn server(&self) -> TestServer {
        self.setup(&Registry::default(), 9).start()
    }

    async fn connection(&self, address: &str) -> TlsStream<TcpStream> {
        connection(address, self.authority.client(None)).await.unwrap()
    }

    /// What the service shows whoever connects now.
    async fn shown(&self, address: &str) -> Vec<u8> {
        let stream = self.connection(address).await;
        stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
    }
}

fn bound(address: &str) -> &str {
    address.trim_start_matches("https://")
}

async fn connection(address: &str, client: ClientConfig) -> io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(bound(address)).await?;
    let name = ServerName::try_from("127.0.0.1").unwrap();
    TlsConnector::from(Arc::new(client)).connect(name, stream).await
}

/// Asks for a page, and reads to the end of what is answered.
async fn get(mut stream: TlsStream<TcpStream>, path: &str) -> io::Result<String> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: clave\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

/// Asks for a page of a connection that stays open.
async fn get_and_stay(stream: &mut TlsStream<TcpStream>, path: &str) -> String {
    stream.write_all(format!("HEAD {path} HTTP/1.1\r\nHost: clave\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(answer).unwrap()
}

/// A proxy that speaks TLS to the service, as the one of a browser would; answers where it listens.
async fn proxy(server: &TestServer, client: ClientConfig) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = server.address().to_owned();
    tokio::spawn(async move {
        loop {
            let (mut before, _) = listener.accept().await.unwrap();
            let (server, client) = (server.clone(), client.clone());
            tokio::spawn(async move {
                let mut behind = connection(&server, client).await?;
                tokio::io::copy_bidirectional(&mut before, &mut behind).await
            });
        }
    });
    address
}

#[tokio::test]
async fn a_key_is_recovered_over_tls_from_the_start_to_signing_in() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let files = Files::new();
    let server = files.setup(&registry, inbox.port()).start();
    let api = Api::at(&proxy(&server, files.authority.client(None)).await);
    let flow = api.start(&employer).await;
    flow.send_code_from(&inbox, &employer).await;
    let link = inbox.next_link(&employer.email).await;
    assert!(link.starts_with(&format!("{}/clave/", server.address())), "{link}");
    assert!(link.starts_with("https://"), "{link}");
    flow.reaches("link_sent").await;
    api.set_key(&link, NEW_KEY).await.ok(204);
    api.sign_in(&employer, NEW_KEY).await.ok(201);

    for offered in [&version::TLS12, &version::TLS13] {
        let mut client = files.authority.client(None);
        client = ClientConfig::builder_with_provider(Arc::clone(client.crypto_provider()))
            .with_protocol_versions(&[offered])
            .unwrap()
            .with_webpki_verifier(verifier(&files.authority))
            .with_no_client_auth();
        let stream = connection(server.address(), client).await.unwrap();
        assert_eq!(stream.get_ref().1.protocol_version(), Some(offered.version));
        let page = get(stream, "/").await.unwrap();
        assert!(page.starts_with("HTTP/1.1 200"), "{page}");
        assert!(page.contains("strict-transport-security: "), "{page}");
    }
    let inner = get(files.connection(server.admin()).await, "/readyz").await.unwrap();
    assert!(inner.starts_with("HTTP/1.1 200"), "{inner}");
}

fn verifier(authority: &Authority) -> Arc<rustls::client::WebPkiServerVerifier> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    rustls::client::WebPkiServerVerifier::builder_with_provider(authority.roots(), provider).build().unwrap()
}

#[tokio::test]
async fn nothing_is_answered_without_tls_nor_under_an_older_one() {
    let server = Files::new().server();
    for address in [server.address(), server.admin()] {
        let said = bytes(address, b"GET /healthz HTTP/1.1\r\nHost: clave\r\nConnection: close\r\n\r\n").await;
        assert!(!String::from_utf8_lossy(&said).contains("HTTP/"), "{said:?}");
        let said = bytes(address, &hello(2)).await;
        // A fatal alert, and that it is the version.
        assert_eq!((said.first(), said.get(5..)), (Some(&0x15), Some(&[2, 70][..])), "{said:?}");
        let mut stream = TcpStream::connect(bound(address)).await.unwrap();
        stream.write_all(&hello(3)).await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), 0x16, "the same of TLS 1.2 is gone on with");
    }
}

/// A `ClientHello` of TLS 1.1 or 1.2, by its minor number (RFC 5246 §7.4.1.2), with a suite of either.
fn hello(minor: u8) -> Vec<u8> {
    let mut body = vec![3, minor];
    body.extend([7; 32]);
    // No session; ECDHE-ECDSA with AES-128, in GCM or in CBC; no compression.
    body.extend([0, 0, 4, 0xC0, 0x2B, 0xC0, 0x09, 1, 0]);
    // P-256; uncompressed points; ECDSA with SHA-256.
    let extensions =
        [[0, 10, 0, 4, 0, 2, 0, 23].as_slice(), &[0, 11, 0, 2, 1, 0], &[0, 13, 0, 4, 0, 2, 4, 3]];
    let extensions = extensions.concat();
    body.extend([0, u8::try_from(extensions.len()).unwrap()]);
    body.extend(extensions);
    let length = u8::try_from(body.len()).unwrap();
    [&[0x16, 3, 1, 0, length + 4, 1, 0, 0, length], &*body].concat()
}

/// What is said to these bytes, until the line is closed.
async fn bytes(address: &str, said: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(bound(address)).await.unwrap();
    stream.write_all(said).await.unwrap();
    rest(stream).await
}

async fn rest(mut stream: impl tokio::io::AsyncRead + Unpin) -> Vec<u8> {
    let mut read = Vec::new();
    // A reset instead of an end is an end as well.
    drop(timeout(HUNG, stream.read_to_end(&mut read)).await.expect("the line was never closed"));
    read
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_finish_the_handshake_or_says_nothing_after_it_is_put_out_and_holds_nobody_up() {
    let files = Files::new();
    let server = files.server();
    let mut stuck = Vec::new();
    for said in [&[][..], &[0x16, 3, 1, 2, 0, 1, 0]] {
        for _ in 0..100 {
            let mut stream = TcpStream::connect(bound(server.address())).await.unwrap();
            stream.write_all(said).await.unwrap();
            stuck.push(stream);
        }
    }
    let mut silent = Vec::new();
    for said in ["", "GET / HTTP/1.1\r\nHost: clave\r\nX-Slow: "] {
        let mut stream = files.connection(server.address()).await;
        stream.write_all(said.as_bytes()).await.unwrap();
        silent.push(stream);
    }
    let page = get(files.connection(server.address()).await, "/").await.unwrap();
    assert!(page.starts_with("HTTP/1.1 200"), "beside two hundred that hang: {page}");
    for stream in stuck {
        assert_eq!(rest(stream).await, b"", "nobody is told anything before the handshake");
    }
    for stream in silent {
        let said = String::from_utf8(rest(stream).await).unwrap();
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");
    }
    let metrics = get(files.connection(server.admin()).await, "/metrics").await.unwrap();
    assert!(metrics.contains("clavero_tls_handshakes_failed_total 200"), "{metrics}");
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_up_and_one_that_cannot_be_used_is_told_and_left() {
    let files = Files::new();
    let server = files.server();
    let first = files.shown(server.address()).await;
    let mut standing = files.connection(server.address()).await;
    assert!(get_and_stay(&mut standing, "/").await.starts_with("HTTP/1.1 200"));

    let shows = async |wanted: &[u8]| {
        eventually("the certificate", || async {
            let shown = [files.shown(server.address()).await, files.shown(server.admin()).await];
            if shown.iter().all(|shown| shown == wanted) { Ok(()) } else { Err("another one") }
        })
        .await;
    };
    let refused = async |wanted: &str| {
        eventually("the metric", || async {
            let metrics = get(files.connection(server.admin()).await, "/metrics").await.unwrap();
            let line = format!("clavero_tls_renewal_refused {wanted}\n");
            if metrics.contains(&line) { Ok(()) } else { Err(metrics) }
        })
        .await;
    };
    let second = files.renew(HERE);
    assert_ne!(first, second.der().to_vec());
    shows(second.der()).await;
    assert!(get_and_stay(&mut standing, "/").await.starts_with("HTTP/1.1 200"), "what stood goes on");

    // The key of another certificate, then no key at all.
    let key = files.path("key.pem");
    fs::write(&key, files.authority.issue(HERE).key.serialize_pem()).unwrap();
    refused("1").await;
    fs::remove_file(&key).unwrap();
    eventually("the log", || async {
        let log = server.log();
        if log.contains("\"tls-mismatch\"") && log.contains("\"secret-unreadable\"") {
            Ok(())
        } else {
            Err(log)
        }
    })
    .await;
    shows(second.der()).await;

    let third = files.renew(HERE);
    shows(third.der()).await;
    refused("0").await;
    assert!(get_and_stay(&mut standing, "/").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn with_an_authority_for_clients_nobody_else_is_served() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let files = Files::new();
    let theirs = Authority::new();
    let clients = theirs.write(files.folder.path());
    let inbox = Inbox::open();
    let server = files
        .setup(&registry, inbox.port())
        .set("server.tls_client_ca_file", clients.to_str().unwrap())
        .set("server.trusted_proxies", "127.0.0.1/32")
        .start();
    let stranger = files.authority.issue_to("stranger");
    for who in [None, Some(&stranger)] {
        for address in [server.address(), server.admin()] {
            // Under TLS 1.3 the refusal comes after the handshake, in the place of an answer.
            let answer = match connection(address, files.authority.client(who)).await {
                Ok(stream) => get(stream, "/healthz").await,
                Err(error) => Err(error),
            };
            assert!(answer.is_err(), "{answer:?}");
        }
    }
    let who = theirs.issue_to("proxy");
    let api = Api::at(&proxy(&server, files.authority.client(Some(&who))).await);
    api.start(&employer).await.reaches("code_sent").await;
}

#[tokio::test]
async fn a_mail_server_that_knows_its_clients_by_certificates_takes_mail_without_a_password() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let authority = Authority::new();
    let inbox = Inbox::for_clients_of(&authority.pem());
    let files = Files::new();
    let roots = files.path("mail-server.pem");
    fs::write(&roots, inbox.certificate()).unwrap();
    let url = format!("smtps://localhost:{}", inbox.port());
    let setup = || {
        let setup = Setup::new(&registry, inbox.port()).set("mail.smtp_url", &url);
        setup.set("SSL_CERT_FILE", roots.to_str().unwrap())
    };
    let server = setup().start();
    let said = server.run(&["doctor"]);
    assert!(!said.status.success(), "without a certificate: {said:?}");
    drop(server);

    let [certificate, key] = authority.issue_to("clavero").write(files.folder.path());
    let setup = setup().set("mail.tls_certificate_file", certificate.to_str().unwrap());
    let server = setup.set("mail.tls_key_file", key.to_str().unwrap()).start();
    let said = server.run(&["doctor"]);
    let text = String::from_utf8(said.stdout).unwrap();
    assert!(said.status.success() && text.contains(certificate.to_str().unwrap()), "{text}");
    let api = Api::of(&server);
    let flow = api.start(&employer).await;
    flow.send_code_from(&inbox, &employer).await;
    inbox.next_link(&employer.email).await;
}

/// What `clavero ARGS` says with these settings of `[server]`, and how it ends.
fn said(args: &[&str], language: &str, settings: &[(&str, &str)]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = clavero(args);
    command.env("LC_ALL", language).env("CLAVERO_MAIL__SMTP_URL", "smtp://127.0.0.1:9");
    command.env("CLAVERO_MAIL__FROM", "no-responder@institucion.example");
    for (key, value) in [("listen", "127.0.0.1:0"), ("admin_listen", "127.0.0.1:0")].iter().chain(settings) {
        command.env(format!("CLAVERO_SERVER__{}", key.to_uppercase()), value);
    }
    let ended = command.current_dir(folder.path()).output().unwrap();
    let text = [ended.stdout, ended.stderr].concat();
    (ended.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn each_file_that_cannot_be_served_with_stops_the_start_with_its_path_and_the_reason() {
    let files = Files::new();
    let write = |name: &str, text: &str| {
        fs::write(files.path(name), text).unwrap();
        files.path(name).display().to_string()
    };
    let [certificate, key] =
        ["certificate.pem", "key.pem"].map(|name| files.path(name).display().to_string());
    let another = write("another.pem", &files.authority.issue(HERE).key.serialize_pem());
    let over = files.authority.issue_between(HERE, 2020, 2021);
    let to_come = files.authority.issue_between(HERE, 2090, 2091);
    let over = [write("over.pem", &over.pem()), write("over.key", &over.key.serialize_pem())];
    let to_come = [write("to-come.pem", &to_come.pem()), write("to-come.key", &to_come.key.serialize_pem())];
    let sealed =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIFHDBOBgkqhkiG\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let sealed = write("sealed.key", sealed);
    let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n\
               -----END RSA PRIVATE KEY-----\n";
    let old = write("old.key", old);
    let broken = write("broken.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    let absent = files.path("absent.pem").display().to_string();
    let cases: [(&str, &str, &str, &str, &str); 10] = [
        (&absent, &key, &absent, "cannot be read", "no se puede leer"),
        (&certificate, &absent, &absent, "cannot be read", "no se puede leer"),
        (&key, &key, &key, "holds no certificate", "no contiene ningún certificado"),
        (&broken, &key, &broken, "holds no certificate", "no contiene ningún certificado"),
        (
            &certificate,
            &certificate,
            &certificate,
            "holds no private key",
            "no contiene ninguna clave privada",
        ),
        (&certificate, &another, &another, "does not belong to", "no corresponde"),
        (&over[0], &over[1], &over[0], "to 2021-01-01T00:00:00Z", "hasta 2021-01-01T00:00:00Z"),
        (&to_come[0], &to_come[1], &to_come[0], "valid from 2090-01-01T00:00:00Z", "2090-01-01T00:00:00Z"),
        (&certificate, &sealed, &sealed, "is encrypted", "está cifrada"),
        (&certificate, &old, &old, "is encrypted", "está cifrada"),
    ];
    for (certificate, key, path, en, es) in cases {
        let settings = [("tls_certificate_file", certificate), ("tls_key_file", key)];
        for (language, reason) in [("C.UTF-8", en), ("es_EC.UTF-8", es)] {
            let (status, said) = said(&["serve"], language, &settings);
            assert_eq!(status, Some(1), "{certificate} {key}: {said}");
            assert!(said.contains(path) && said.contains(reason), "{path}, {reason}: {said}");
        }
    }
    let plain = [
        ("tls_certificate_file", &*certificate),
        ("tls_key_file", &*key),
        ("public_url", "http://localhost:8080"),
    ];
    let (status, said) = said(&["serve"], "C.UTF-8", &plain);
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("CLAVERO_SERVER__PUBLIC_URL") && said.contains("`https://localhost:8080`"),
        "{said}"
    );
}

#[test]
fn the_doctor_says_what_is_shown_for_how_long_and_whether_browsers_take_it() {
    let files = Files::new();
    let doctor = |settings: &[(&str, &str)]| {
        let (_, said) = said(&["doctor", "--offline"], "C.UTF-8", settings);
        let lines = said.lines().filter(|line| line.split_whitespace().nth(1) == Some("TLS"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let [certificate, key] =
        ["certificate.pem", "key.pem"].map(|name| files.path(name).display().to_string());
    let mut settings = vec![
        ("tls_certificate_file", &*certificate),
        ("tls_key_file", &*key),
        ("public_url", "https://clave.institucion.example"),
    ];
    restrict(&files.path("key.pem"), 0o600);
    let well = doctor(&settings);
    assert_eq!(well.len(), 1, "{well:#?}");
    assert!(well[0].starts_with("ok") && well[0].contains(&certificate), "{well:#?}");

    restrict(&files.path("key.pem"), 0o644);
    settings[2].1 = "https://otra.institucion.example";
    let ill = doctor(&settings);
    assert!(ill[1].starts_with("note") && ill[1].contains(&key), "{ill:#?}");
    assert!(ill[2].starts_with("FAILED") && ill[2].contains("otra.institucion.example"), "{ill:#?}");
    settings.push(("trusted_proxies", "10.0.0.1/32"));
    assert!(doctor(&settings)[2].starts_with("note"), "a proxy may know it by that name");

    assert!(doctor(&[])[0].starts_with("ok"), "on this machine alone");
    assert!(doctor(&[("admin_listen", "0.0.0.0:0")])[0].starts_with("note"));
}

fn restrict(path: &Path, mode: u32) {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn a_key_may_be_in_each_of_the_three_forms() {
    let files = Files::new();
    let elliptic = files.authority.issue(HERE);
    let rsa = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let rsa = files.authority.issue_for(HERE, rsa);
    // Inside PKCS #8 (RFC 5958 §2), after version and algorithm, lies the older form as an octet string.
    for (issued, heading, inside) in [(&elliptic, "EC PRIVATE KEY", 29), (&rsa, "RSA PRIVATE KEY", 26)] {
        issued.write(files.folder.path());
        let key = base64::Engine::encode(
            &base64::engine::general_purpose::STANDARD,
            &issued.key.serialized_der()[inside..],
        );
        let pem = format!("-----BEGIN {heading}-----\n{key}\n-----END {heading}-----\n");
        fs::write(files.path("key.pem"), pem).unwrap();
        let server = files.server();
        let stream = files.connection(server.address()).await;
        assert_eq!(stream.get_ref().1.protocol_version(), Some(ProtocolVersion::TLSv1_3), "{heading}");
        assert!(get(stream, "/").await.unwrap().starts_with("HTTP/1.1 200"), "{heading}");
    }
}
