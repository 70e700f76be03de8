//! The server's programs, and who may run them.

use std::{
    fs,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::Command,
};

/// Debian keeps each version in a folder of its own.
const VERSIONS: &str = "/usr/lib/postgresql";
const OLDEST: u32 = 15;

/// Where the programs are.
pub(crate) struct Programs {
    folder: PathBuf,
    /// The server refuses to be run by root: this user runs it then.
    instead_of_root: Option<(u32, u32)>,
}

impl Programs {
    /// The newest version that is installed.
    pub(crate) fn find() -> Self {
        let folders = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
        let versions = folders.filter_map(|folder| {
            let version: u32 = folder.file_name().to_str()?.parse().ok()?;
            let bin = folder.path().join("bin");
            bin.join("postgres").is_file().then_some((version, bin))
        });
        let newest = versions.filter(|(version, _)| *version >= OLDEST).max();
        let on_path = || {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).find(|folder| folder.join("postgres").is_file())
        };
        let folder = newest.map(|(_, bin)| bin).or_else(on_path).unwrap_or_else(|| {
            panic!("PostgreSQL {OLDEST} or later is not installed; `scripts/test install` brings it")
        });
        let instead_of_root = (number("-u", None) == 0)
            .then(|| (number("-u", Some("postgres")), number("-g", Some("postgres"))));
        Self { folder, instead_of_root }
    }

    /// Tells apart who runs the server.
    pub(crate) const fn user(&self) -> Option<(u32, u32)> {
        self.instead_of_root
    }

    pub(crate) fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }

    /// A program of the server, run by who may.
    pub(crate) fn server(&self, program: &str) -> Command {
        let mut command = Command::new(self.path(program));
        if let Some((user, group)) = self.instead_of_root {
            command.uid(user).gid(group);
        }
        command
    }

    /// The same as words for a shell.
    pub(crate) fn words(&self, program: &str) -> String {
        let program = Path::display(&self.folder).to_string() + "/" + program;
        match self.instead_of_root {
            Some((user, group)) => {
                format!("setpriv --reuid={user} --regid={group} --clear-groups {program}")
            }
            None => program,
        }
    }
}

/// The number of a user or a group.
fn number(which: &str, name: Option<&str>) -> u32 {
    let output = Command::new("id").arg(which).args(name).output().expect("`id`");
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().unwrap_or_else(|_| panic!("there is no user {}", name.unwrap_or_default()))
}
