//! The built program in a folder of its own, on ports that the system chose.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use tempfile::TempDir;

use crate::employers::Registry;

const START: Duration = Duration::from_secs(30);
/// How often it is tried to start again where its port is taken.
const RESTARTS: u32 = 50;

/// The program, to be run with these arguments and with nothing of this machine's settings.
pub(crate) fn clavero(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clavero"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CLAVERO_")) {
        command.env_remove(name);
    }
    command.args(args).env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    command
}

/// The variable of a key of the configuration; what has no section is the variable itself.
fn variable(key: &str) -> String {
    if key.contains('.') {
        format!("CLAVERO_{}", key.replace('.', "__").to_uppercase())
    } else {
        key.to_owned()
    }
}

/// What a test wants of its server.
#[derive(Debug, Default)]
pub(crate) struct Setup {
    registry: String,
    catastro: Option<String>,
    smtp_port: u16,
    database: Option<String>,
    settings: Vec<(&'static str, String)>,
}

impl Setup {
    /// These employers, mail to this port.
    pub(crate) fn new(registry: &Registry, smtp_port: u16) -> Self {
        let limits_off = [
            "limits.starts_per_address",
            "limits.failures_before_proof",
            "limits.failures_per_address",
            "limits.sign_in_failures_per_address",
        ];
        // All requests come from one address; the tests of limits turn on what they show.
        let settings = limits_off.map(|key| (key, "0".to_owned())).to_vec();
        Self { registry: registry.csv(), smtp_port, settings, ..Self::default() }
    }

    /// With this state of RUCs at the tax authority.
    pub(crate) fn catastro(mut self, csv: String) -> Self {
        self.catastro = Some(csv);
        self
    }

    /// With this key of the configuration, its value as the environment has it; or with another variable.
    pub(crate) fn set(mut self, key: &'static str, value: &str) -> Self {
        self.settings.retain(|(known, _)| *known != key);
        self.settings.push((key, value.to_owned()));
        self
    }

    /// On this server's database.
    pub(crate) fn on(mut self, url: String) -> Self {
        self.database = Some(url);
        self
    }

    /// Imports and starts.
    pub(crate) fn start(self) -> TestServer {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("clavero.toml");
        let database =
            self.database.unwrap_or_else(|| format!("sqlite:{}/clavero.db", folder.path().display()));
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\n\
             [database]\nurl = \"{database}\"\n\
             [mail]\nsmtp_url = \"smtp://127.0.0.1:{1}\"\nfrom = \"no-responder@institucion.example\"\n\
             [secrets]\nkey_file = \"{0}/keys.toml\"\n\
             [log]\nformat = \"json\"\nlevel = \"debug\"\n",
            folder.path().display(),
            self.smtp_port,
        );
        fs::write(&config, text).unwrap();
        let import = |what: &str, name: &str, csv: &str| {
            let file = folder.path().join(name);
            fs::write(&file, csv).unwrap();
            let file = file.to_str().unwrap();
            let done =
                clavero(&["import", what, file, "--config", config.to_str().unwrap()]).output().unwrap();
            assert!(done.status.success(), "import {what}: {done:?}");
        };
        import("employers", "employers.csv", &self.registry);
        if let Some(catastro) = &self.catastro {
            import("catastro", "SRI_RUC_Pichincha.csv", catastro);
        }
        let running = Running::start(folder.path(), &config, &self.settings);
        TestServer { settings: self.settings, config, running, folder }
    }
}

/// A started service; it ends with the value.
#[derive(Debug)]
pub(crate) struct TestServer {
    settings: Vec<(&'static str, String)>,
    config: PathBuf,
    running: Running,
    // Last: the folder outlives the process that writes into it.
    folder: TempDir,
}

/// One more service beside a [`TestServer`]; it ends with the value.
#[derive(Debug)]
pub(crate) struct Node {
    running: Running,
    _folder: TempDir,
}

impl Node {
    /// `http://127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> &str {
        &self.running.address
    }
}

#[derive(Debug)]
struct Running {
    child: Child,
    address: String,
    admin: String,
    log_is_wanted: Arc<AtomicBool>,
}

/// The service, as yet without a word.
fn spawn(folder: &Path, config: &Path, settings: &[(&'static str, String)]) -> Child {
    let mut command = clavero(&["serve", "--config", config.to_str().unwrap()]);
    for (key, value) in settings {
        command.env(variable(key), value);
    }
    command.current_dir(folder).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

impl Running {
    fn start(folder: &Path, config: &Path, settings: &[(&'static str, String)]) -> Self {
        Self::try_start(folder, config, settings).unwrap_or_else(|said| panic!("it did not start: {said:#?}"))
    }

    /// What it said, where it did not become ready.
    fn try_start(
        folder: &Path,
        config: &Path,
        settings: &[(&'static str, String)],
    ) -> Result<Self, Vec<String>> {
        let mut child = spawn(folder, config, settings);
        let errors = BufReader::new(child.stderr.take().unwrap());
        let log = folder.join("serve.log");
        let (tell, told) = mpsc::channel();
        let log_is_wanted = Arc::new(AtomicBool::new(true));
        let wanted = Arc::clone(&log_is_wanted);
        // Reads to the end, so that the program never waits for a full pipe.
        thread::spawn(move || {
            let mut log = fs::File::options().create(true).append(true).open(log).unwrap();
            for line in errors.lines().map_while(Result::ok) {
                let _ = writeln!(log, "{line}");
                let _ = tell.send(line);
                if !wanted.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let mut said = Vec::new();
        let (mut address, mut admin, mut ready) = (None, None, false);
        // Before it says so, a signal to end would simply kill it.
        while address.is_none() || admin.is_none() || !ready {
            let Ok(line) = told.recv_timeout(START) else {
                let _ = child.kill();
                let _ = child.wait();
                return Err(said);
            };
            let entry: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            let field = |name: &str| entry["fields"][name].as_str().map(str::to_owned);
            address = address.or_else(|| field("listen"));
            admin = admin.or_else(|| field("admin_listen"));
            ready |= entry["fields"]["message"] == "ready";
            said.push(line);
        }
        let has_tls = settings.iter().any(|(key, _)| *key == "server.tls_key_file");
        let scheme = if has_tls { "https" } else { "http" };
        let url = |bound: Option<String>| format!("{scheme}://{}", bound.expect("both are known here"));
        Ok(Self { child, address: url(address), admin: url(admin), log_is_wanted })
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

impl TestServer {
    /// `http://127.0.0.1:PORT`, or `https://` where it has a certificate.
    pub(crate) fn address(&self) -> &str {
        &self.running.address
    }

    /// The same for health, readiness and metrics.
    pub(crate) fn admin(&self) -> &str {
        &self.running.admin
    }

    /// Where database, key ring and log are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Another service with the same configuration, on ports of its own.
    pub(crate) fn node(&self) -> Node {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = self.settings.clone();
        let checkpoints = folder.path().join("checkpoints.log").display().to_string();
        settings.push(("audit.checkpoint_file", checkpoints));
        let running = Running::start(folder.path(), &self.config, &settings);
        Node { running, _folder: folder }
    }

    /// From its next start on, and for commands, on another database.
    pub(crate) fn moves_to(&mut self, url: &str) {
        self.settings.retain(|(known, _)| *known != "database.url");
        self.settings.push(("database.url", url.to_owned()));
    }

    /// As if its machine had been taken away.
    pub(crate) fn kill(&mut self) {
        self.running.kill();
    }

    /// Starts it once more and kills it after so many lines of its log, before it may be ready.
    pub(crate) fn kill_while_starting(&self, lines: usize) {
        let mut child = spawn(self.folder(), &self.config, &self.settings);
        let said = BufReader::new(child.stderr.take().unwrap()).lines().take(lines).count();
        assert_eq!(said, lines, "it ended by itself: {:?}", child.try_wait());
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// The number of its process.
    pub(crate) fn pid(&self) -> u32 {
        self.running.child.id()
    }

    /// Everything that it wrote to its log so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder().join("serve.log")).unwrap_or_default()
    }

    /// From its next line on nobody reads its log, and the pipe is closed.
    pub(crate) fn close_log(&self) {
        self.running.log_is_wanted.store(false, Ordering::Relaxed);
    }

    /// The most memory that it ever held.
    pub(crate) fn peak_memory_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.running.child.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Runs another command on the same configuration.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        let config = self.config.to_str().unwrap();
        let mut command = clavero(&[args, &["--config", config]].concat());
        for (key, value) in &self.settings {
            command.env(variable(key), value);
        }
        command.current_dir(self.folder()).output().unwrap()
    }

    /// As if the machine had taken it away (SIGKILL), then started again on the same ports.
    pub(crate) fn kill_and_restart(&mut self) {
        self.running.kill();
        self.restart();
    }

    /// Asks it to end (SIGTERM), waits until it has, and tells how it ended.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        self.ends_by("-TERM")
    }

    /// Waits until it has ended by this signal, and tells how.
    pub(crate) fn ends_by(&mut self, signal: &str) -> ExitStatus {
        let pid = self.running.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        self.running.child.wait().unwrap()
    }

    /// Starts it again on the same ports.
    pub(crate) fn restart(&mut self) {
        let bound = |url: &str| url.rsplit('/').next().unwrap().to_owned();
        let ports = [("server.listen", bound(self.address())), ("server.admin_listen", bound(self.admin()))];
        for (key, value) in ports {
            self.settings.retain(|(known, _)| *known != key);
            self.settings.push((key, value));
        }
        let folder = self.folder.path().to_owned();
        // While it was away another test's connection may have been given its port.
        let mut tries = 0;
        self.running = loop {
            match Running::try_start(&folder, &self.config, &self.settings) {
                Ok(running) => break running,
                Err(said) => {
                    tries += 1;
                    let is_taken = said.iter().any(|line| line.contains("(os error 98)"));
                    assert!(is_taken && tries < RESTARTS, "it did not start: {said:#?}");
                }
            }
        };
    }
}
