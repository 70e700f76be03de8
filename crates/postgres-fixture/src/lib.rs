//! A PostgreSQL server for tests: the one that is installed, on a socket in a folder of its own, without durability and, unless a
//! test is about that, without a network. All tests of a run share one, each with a database of its own; a test that stops its
//! server brings its own.
//!
//! Whoever uses a server holds a lock on a file, which ends with the process however it ends. A shell beside the server stops
//! it, and deletes its data, when nobody holds that lock any more.

#![expect(clippy::missing_panics_doc, reason = "a fixture panics where a test cannot go on")]

mod programs;

use std::{
    fs::{self, File, OpenOptions},
    hash::{BuildHasher as _, DefaultHasher, Hash as _, Hasher as _, RandomState},
    io::Write as _,
    net::Ipv4Addr,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use programs::Programs;

/// Stops the server of the folder `$1` by `$2` (`pg_ctl`, and who runs it) when nobody uses it, and deletes `$3`.
const ATTENDANT: &str = r#"
attend() {
  exec 8<>"$1/starting" 9<>"$1/used"
  while sleep 1; do
    flock 8
    if flock --nonblock --exclusive 9; then
      $2 stop -D "$1/data" -m immediate -s
      rm -rf "$3"
      exit
    fi
    flock --unlock 8
  done
}
attend "$@" &
"#;

/// A running server. It runs for as long as somebody has one of these.
pub struct Cluster {
    folder: PathBuf,
    programs: Programs,
    /// Tells the attendant that the server is in use.
    _used: File,
}

fn lock_file(folder: &Path, name: &str) -> File {
    let path = folder.join(name);
    let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    open.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Cluster {
    /// The server that the tests of this checkout share.
    #[must_use]
    pub fn shared() -> Self {
        let programs = Programs::find();
        let mut hasher = DefaultHasher::new();
        (env!("CARGO_MANIFEST_DIR"), programs.user()).hash(&mut hasher);
        let folder = std::env::temp_dir().join(format!("clavero-postgres-{:016x}", hasher.finish()));
        fs::create_dir_all(&folder).expect("a folder for the server");
        let data = folder.join("data");
        Self::open(folder, programs, &data)
    }

    /// A server of the test's own, which it may stop and start.
    #[must_use]
    pub fn own() -> Self {
        let folder = own_folder();
        Self::open(folder.clone(), Programs::find(), &folder)
    }

    fn open(folder: PathBuf, programs: Programs, goes: &Path) -> Self {
        let starting = lock_file(&folder, "starting");
        starting.lock().expect("the lock of whoever starts the server");
        let cluster = Self::claim(folder, programs);
        if !cluster.folder.join("data/postmaster.pid").exists() {
            cluster.make();
            cluster.start();
            cluster.attend(goes);
        }
        cluster
    }

    /// A server of the test's own that can also be reached over TLS, by whoever shows a certificate of `authority` (PEM) that
    /// names the user, and by nobody else; answers the loopback address as well, on the usual port. `certificate` and `key` are the
    /// server's.
    #[must_use]
    pub fn known_by_certificates(authority: &str, certificate: &str, key: &str) -> (Self, Ipv4Addr) {
        let folder = own_folder();
        let [_, second, third, fourth, ..] = RandomState::new().build_hasher().finish().to_be_bytes();
        // Each server has an address for itself, so that none needs a port for itself.
        let address = Ipv4Addr::new(127, second, third, fourth.clamp(1, 254));
        let cluster = Self::claim(folder.clone(), Programs::find());
        cluster.make();
        let data = folder.join("data");
        for (name, pem) in [("authority.pem", authority), ("server.pem", certificate), ("server.key", key)] {
            let path = data.join(name);
            fs::write(&path, pem).expect("a file of the server");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a file of its owner's");
            if let Some((user, group)) = cluster.programs.user() {
                chown(&path, Some(user), Some(group)).expect("a file of the server's owner");
            }
        }
        let settings = format!(
            "listen_addresses = '{address}'\nssl = on\nssl_ca_file = 'authority.pem'\nssl_cert_file = 'server.pem'\n\
             ssl_key_file = 'server.key'\n"
        );
        let mut file =
            OpenOptions::new().append(true).open(data.join("postgresql.conf")).expect("its settings");
        file.write_all(settings.as_bytes()).expect("its settings");
        fs::write(data.join("pg_hba.conf"), "local all all trust\nhostssl all all 127.0.0.0/8 cert\n")
            .expect("who may connect");
        cluster.start();
        cluster.attend(&folder);
        (cluster, address)
    }

    /// Says that the server of a folder is in use.
    fn claim(folder: PathBuf, programs: Programs) -> Self {
        // Whoever runs the server writes here; so does the attendant.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).expect("a folder for anybody");
        let used = lock_file(&folder, "used");
        used.lock_shared().expect("the lock of whoever uses the server");
        Self { folder, programs, _used: used }
    }

    fn make(&self) {
        let data = self.folder.join("data");
        drop(fs::remove_dir_all(&data));
        let mut initdb = self.programs.server("initdb");
        initdb.arg("-D").arg(&data);
        initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        drop(run(&mut initdb));
        let mut file =
            OpenOptions::new().append(true).open(data.join("postgresql.conf")).expect("its settings");
        file.write_all(b"listen_addresses = ''\n").expect("its settings");
    }

    fn attend(&self, goes: &Path) {
        let pg_ctl = self.programs.words("pg_ctl");
        // In a session of its own: whoever ends the tests with all that they started does not mean it.
        let mut shell = Command::new("setsid");
        shell.args(["sh", "-c", ATTENDANT, "sh"]).arg(&self.folder).arg(pg_ctl).arg(goes);
        // Nothing of it is waited for but its beginning: so it has no pipe to this process.
        shell.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(shell.status().expect("a shell beside the server").success());
    }

    /// Starts the server, after [`Self::stop`].
    pub fn start(&self) {
        let socket = self.folder.display();
        let options = format!(
            "-c unix_socket_directories={socket} -c unix_socket_permissions=0777 \
             -c fsync=off -c full_page_writes=off -c max_connections=400 -c shared_buffers=64MB"
        );
        let mut pg_ctl = self.programs.server("pg_ctl");
        pg_ctl.arg("-D").arg(self.folder.join("data")).arg("-l").arg(self.folder.join("data/log"));
        drop(run(pg_ctl.args(["-w", "-t", "60", "-s", "-o", &options, "start"])));
    }

    /// Stops the server: `fast` ends its connections and writes everything out, `immediate` is a crash.
    pub fn stop(&self, mode: &str) {
        let mut pg_ctl = self.programs.server("pg_ctl");
        drop(run(pg_ctl.arg("-D").arg(self.folder.join("data")).args(["-w", "-s", "-m", mode, "stop"])));
    }

    /// Another server that follows this one, as it is from now on. It can be read from, and becomes a primary by
    /// [`Self::promote`].
    #[must_use]
    pub fn standby(&self) -> Self {
        let standby = Self::claim(own_folder(), Programs::find());
        let mut copy = standby.programs.server("pg_basebackup");
        copy.arg("-h").arg(&self.folder).args([
            "-U",
            "postgres",
            "-R",
            "-c",
            "fast",
            "-X",
            "stream",
            "--no-sync",
        ]);
        drop(run(copy.arg("-D").arg(standby.folder.join("data"))));
        standby.start();
        standby.attend(&standby.folder);
        standby
    }

    /// Makes a primary of a standby.
    pub fn promote(&self) {
        let mut pg_ctl = self.programs.server("pg_ctl");
        drop(run(pg_ctl.arg("-D").arg(self.folder.join("data")).args(["-w", "-s", "promote"])));
    }

    /// The address of a database on this server, or wherever it is primary: here or on `other`.
    #[must_use]
    pub fn url_with(&self, other: &Self, database: &str) -> String {
        let place = |cluster: &Self| cluster.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{},{}/{database}", place(self), place(other))
    }

    /// The address of a database.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{folder}/{database}")
    }

    /// Carries out a statement in a database, and answers what came of it.
    #[must_use]
    pub fn psql(&self, database: &str, sql: &str) -> String {
        let mut psql = Command::new(self.programs.path("psql"));
        psql.arg("-h").arg(&self.folder).args(["-U", "postgres", "-d", database]);
        run(psql.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql]))
    }

    /// Runs one of the server's tools against it, as its superuser.
    pub fn tool(&self, name: &str, args: &[&str]) {
        let mut tool = Command::new(self.programs.path(name));
        drop(run(tool.env("PGHOST", &self.folder).env("PGUSER", "postgres").args(args)));
    }

    /// An empty database of the caller's own; answers its name.
    #[must_use]
    pub fn database(&self) -> String {
        let name = fresh();
        drop(self.psql("postgres", &format!("CREATE DATABASE {name}")));
        name
    }

    /// A copy of the database `template`, which `prepare` makes ready at its address where it is not there yet.
    #[must_use]
    pub fn copy_of(&self, template: &str, prepare: impl FnOnce(String)) -> String {
        let starting = lock_file(&self.folder, "starting");
        starting.lock().expect("the lock of whoever makes a template");
        let known = format!("SELECT 1 FROM pg_database WHERE datname = '{template}'");
        if self.psql("postgres", &known).trim().is_empty() {
            // Only a whole one gets the name.
            let raw = self.database();
            prepare(self.url(&raw));
            drop(self.psql("postgres", &format!("ALTER DATABASE {raw} RENAME TO {template}")));
        }
        drop(starting);
        let name = fresh();
        drop(self.psql("postgres", &format!("CREATE DATABASE {name} TEMPLATE {template}")));
        name
    }
}

/// A folder for a server of a test's own.
fn own_folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("clavero-postgres-own-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    fs::create_dir_all(&folder).expect("a folder for the server");
    folder
}

/// A name that no other database has. Numbers of processes come again while a server is shared.
fn fresh() -> String {
    format!("test_{:016x}", RandomState::new().build_hasher().finish())
}

/// Runs a program to its end, and answers what it wrote.
fn run(command: &mut Command) -> String {
    // None of it waits in a pipe for ever: a server that is started keeps what its starter had open.
    let output = command.current_dir("/").stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {text}{said}");
    text
}
