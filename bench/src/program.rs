//! The program under measurement: its folder, its registry, its process.

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::Outcome;

/// A started program. Killed when dropped.
pub(crate) struct Program {
    binary: String,
    folder: TempDir,
    child: Option<Child>,
    pub(crate) address: SocketAddr,
    /// How many the registry has.
    pub(crate) employers: usize,
}

const PUBLIC: &str = "127.0.0.1:18380";
const ADMIN: &str = "127.0.0.1:18381";

/// The representative of every made-up employer.
pub(crate) const REPRESENTATIVE: &str = "1714307103";

/// The RUC of employer `number`.
pub(crate) fn ruc(number: usize) -> String {
    format!("179{number:07}001")
}

impl Program {
    /// Writes configuration and registry into a fresh folder and imports the registry, into an embedded database unless another
    /// one is named. That one should be empty.
    pub(crate) fn prepare(
        binary: &str,
        mail_port: u16,
        employers: usize,
        database: Option<String>,
    ) -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        let database = database.unwrap_or_else(|| format!("sqlite:{}/clavero.db", folder.path().display()));
        let config = format!(
            "[server]\nlisten = \"{PUBLIC}\"\nadmin_listen = \"{ADMIN}\"\ntrusted_proxies = [\"127.0.0.1/32\"]\n\
             [mail]\nsmtp_url = \"smtp://127.0.0.1:{mail_port}\"\nfrom = \"clavero@correo.example\"\n\
             [recovery]\ncodes_per_day_total = 2000000000\ncodes_per_window = 200\ncodes_per_day = 200\n\
             [limits]\ncodes_per_mailbox_per_day = 200\n\
             [database]\nurl = \"{database}\"\n[secrets]\nkey_file = \"{0}/keys.toml\"\n",
            folder.path().display()
        );
        fs::write(folder.path().join("clavero.toml"), config)?;
        let mut rows = String::from(
            "ruc,sucursal,razon_social,tipo,representante_id,representante_nombre,correo,tiene_clave\n",
        );
        for number in 0..employers {
            writeln!(
                rows,
                "{},0001,Compañía Ñandú {number} S.A.,privada,{REPRESENTATIVE},María José Muñoz,e{number}@d{}.example,si",
                ruc(number),
                number % 50
            )?;
        }
        let file = folder.path().join("employers.csv");
        fs::write(&file, rows)?;
        let program = Self {
            binary: fs::canonicalize(binary)?.display().to_string(),
            folder,
            child: None,
            address: PUBLIC.parse()?,
            employers,
        };
        let mut command = program.command();
        command.stderr(Stdio::inherit());
        let done = command.args(["import", "employers"]).arg(&file).stdout(Stdio::null()).status()?;
        if done.success() { Ok(program) } else { Err("the import failed".into()) }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("--config").arg(self.folder.path().join("clavero.toml"));
        command.current_dir(self.folder.path()).stderr(Stdio::piped());
        command
    }

    /// Starts serving; answers the milliseconds from spawning to the first answer.
    pub(crate) fn start(&mut self) -> Outcome<f64> {
        let started = Instant::now();
        let mut child = self.command().arg("serve").stdout(Stdio::null()).spawn()?;
        let log = child.stderr.take().ok_or("no standard error")?;
        self.child = Some(child);
        while TcpStream::connect_timeout(&self.address, Duration::from_millis(100)).is_err() {
            if started.elapsed() > Duration::from_secs(20) {
                return Err("it does not start".into());
            }
            std::thread::yield_now();
        }
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        // Read, so that the pipe never fills.
        std::thread::spawn(move || BufReader::new(log).lines().map_while(Result::ok).for_each(drop));
        Ok(milliseconds)
    }

    fn pid(&self) -> String {
        self.child.as_ref().map_or_else(|| "self".to_owned(), |child| child.id().to_string())
    }

    /// What its threads have used so far.
    pub(crate) fn cpu(&self) -> Outcome<Cpu> {
        cpu(&self.pid())
    }

    /// Resident memory in megabytes.
    pub(crate) fn resident_mb(&self) -> Outcome<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
        let kib: f64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
        Ok(kib * 1024.0 / 1e6)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// CPU seconds, user and system.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cpu {
    /// The hashing pool.
    pub(crate) hashing: f64,
    /// The one writer of the store.
    pub(crate) writer: f64,
    /// Everything else: requests, mails, the runtime.
    pub(crate) rest: f64,
}

impl Cpu {
    /// What is not hashing.
    pub(crate) fn beyond_hashing(self) -> f64 {
        self.writer + self.rest
    }
}

impl std::ops::Add for Cpu {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            hashing: self.hashing + other.hashing,
            writer: self.writer + other.writer,
            rest: self.rest + other.rest,
        }
    }
}

impl std::ops::Sub for Cpu {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self {
            hashing: self.hashing - earlier.hashing,
            writer: self.writer - earlier.writer,
            rest: self.rest - earlier.rest,
        }
    }
}

/// What the living threads of a process have used, in the kernel's nanoseconds. The program's threads live as long as it.
pub(crate) fn cpu(pid: &str) -> Outcome<Cpu> {
    let mut used = Cpu::default();
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        let thread = thread?.path();
        let name = fs::read_to_string(thread.join("comm"))?;
        let nanoseconds: f64 =
            fs::read_to_string(thread.join("schedstat"))?.split(' ').next().ok_or("no schedstat")?.parse()?;
        let place = if name.starts_with("argon2") {
            &mut used.hashing
        } else if name.starts_with("sqlite-writer") {
            &mut used.writer
        } else {
            &mut used.rest
        };
        *place += nanoseconds / 1e9;
    }
    Ok(used)
}
