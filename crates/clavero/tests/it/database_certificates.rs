//! A PostgreSQL server that knows its clients by their certificates.

use clavero_postgres_fixture::Cluster;
use tempfile::TempDir;

use crate::{
    api::{Api, eventually},
    authority::Authority,
    employers::Registry,
    mail::Inbox,
    server::{Setup, clavero},
};

/// The server, whom it trusts, and the files of its client.
struct World {
    authority: Authority,
    cluster: Cluster,
    folder: TempDir,
    url: String,
}

impl World {
    fn new() -> Self {
        let authority = Authority::new();
        let server = authority.issue(&["localhost"]);
        let (cluster, address) =
            Cluster::known_by_certificates(&authority.pem(), &server.pem(), &server.key.serialize_pem());
        drop(cluster.psql("postgres", "CREATE ROLE clavero LOGIN"));
        drop(cluster.psql("postgres", "CREATE DATABASE clavero OWNER clavero"));
        let folder = tempfile::tempdir().unwrap();
        let roots = authority.write(folder.path()).display().to_string();
        let url = format!(
            "postgres://clavero@localhost/clavero?hostaddr={address}&sslmode=verify-full&sslrootcert={roots}"
        );
        Self { authority, cluster, folder, url }
    }

    /// The address with the client's certificate and key.
    fn known(&self) -> String {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        format!("{}&sslcert={}&sslkey={}", self.url, path("certificate.pem"), path("key.pem"))
    }

    /// What `clavero COMMAND` says on the database at `url`, and whether it ended well.
    fn run(&self, command: &[&str], url: &str) -> (bool, String) {
        let mut command = clavero(command);
        command.env("CLAVERO_DATABASE__URL", url).env("CLAVERO_MAIL__SMTP_URL", "smtp://127.0.0.1:9");
        command.env("CLAVERO_MAIL__FROM", "no-responder@institucion.example");
        let ended = command.current_dir(self.folder.path()).output().unwrap();
        (ended.status.success(), String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap())
    }
}

#[test]
fn only_the_certificate_that_names_the_role_opens_the_database_and_a_bad_file_is_named() {
    let world = World::new();
    let refused = |url: &str, why: &str| {
        let (well, said) = world.run(&["migrate"], url);
        assert!(!well && said.contains(why), "{why}: {said}");
    };
    refused(&world.url, "certificate");
    world.authority.issue_to("mallory").write(world.folder.path());
    refused(&world.known(), "certificate authentication failed for user \"clavero\"");
    Authority::new().issue_to("clavero").write(world.folder.path());
    refused(&world.known(), "");
    let [certificate, key] = world.authority.issue_to("clavero").write(world.folder.path());
    refused(&format!("{}&sslcert={}", world.url, certificate.display()), "sslcert without sslkey");
    refused(&world.known().replace("key.pem", "absent.pem"), "absent.pem");
    refused(&world.known().replace("key.pem", "certificate.pem"), "certificate.pem");

    let (well, said) = world.run(&["migrate"], &world.known());
    assert!(well, "without any password: {said}");
    let (_, said) = world.run(&["doctor", "--offline"], &world.known());
    let line = said.lines().find(|line| line.contains("TLSv1.3")).unwrap_or_else(|| panic!("{said}"));
    assert!(line.starts_with("ok") && line.contains("CN=clavero"), "{line}");
    assert!(!said.contains(&*key.to_string_lossy()), "options of the address are not told: {said}");
}

#[tokio::test]
async fn the_service_runs_by_its_certificate_and_takes_up_a_renewed_one_without_a_restart() {
    let world = World::new();
    world.authority.issue_to("clavero").write(world.folder.path());
    let mut registry = Registry::default();
    let employers = [registry.company(), registry.company()];
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).on(world.known()).start();
    let api = Api::of(&server);
    api.start(&employers[0]).await.reaches("code_sent").await;

    let serials = "SELECT DISTINCT client_serial FROM pg_stat_ssl WHERE client_serial IS NOT NULL";
    let first = world.cluster.psql("postgres", serials);
    assert_eq!(first.lines().count(), 1, "every connection is known by the certificate: {first}");
    world.authority.issue_to("clavero").write(world.folder.path());
    let end =
        "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_ssl WHERE client_serial IS NOT NULL";
    drop(world.cluster.psql("postgres", end));
    eventually("a start over new connections", || async {
        let answer = api.try_start(&employers[1]).await;
        if answer.status == 201 { Ok(()) } else { Err(answer) }
    })
    .await;
    eventually("none that is known by the certificate before", || async {
        let second = world.cluster.psql("postgres", serials);
        if second.lines().count() == 1 && second != first { Ok(()) } else { Err(second) }
    })
    .await;
}
