//! Disks that fail: a small one that is really full, and one that fails by order.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use super::chance::say;
use crate::server::Setup;

const ENOSPC: u32 = 28;
const EIO: u32 = 5;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Each write says that the disk is full.
    NoSpace,
    /// Each write says that the device failed.
    BadWrite,
    /// Writes go well, and each synchronisation says that the device failed.
    BadSync,
}

/// A disk that does what it is ordered, under the files of a folder.
pub(crate) struct Disk {
    folder: TempDir,
}

impl Disk {
    /// Makes the library that stands between the program and its files (`disk.c`).
    pub(crate) fn good() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../verification/faults/disk.c");
        let mut compile = Command::new("cc");
        compile.args(["-shared", "-fPIC", "-O1", "-o"]).arg(folder.path().join("disk.so")).arg(source);
        let compiled = compile.output().unwrap();
        assert!(compiled.status.success(), "{compiled:?}");
        fs::create_dir(folder.path().join("data")).unwrap();
        let disk = Self { folder };
        disk.orders("");
        disk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the files are that it holds.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// A service whose database is on it.
    pub(crate) fn under(&self, setup: Setup) -> Setup {
        let text = |path: PathBuf| path.to_str().unwrap().to_owned();
        setup
            .on(format!("sqlite:{}", text(self.data().join("clavero.db"))))
            .set("LD_PRELOAD", &text(self.path("disk.so")))
            .set("FAULTY_FOLDER", &text(self.data()))
            .set("FAULTY_ORDERS", &text(self.path("orders")))
    }

    fn orders(&self, orders: &str) {
        let new = self.path("new");
        fs::write(&new, orders).unwrap();
        fs::rename(new, self.path("orders")).unwrap();
    }

    pub(crate) fn breaks(&self, trouble: Trouble) {
        let (operation, error) = match trouble {
            Trouble::NoSpace => ("write", ENOSPC),
            Trouble::BadWrite => ("write", EIO),
            Trouble::BadSync => ("sync", EIO),
        };
        self.orders(&format!("{operation} {error}"));
    }

    pub(crate) fn is_mended(&self) {
        self.orders("");
    }
}

/// A file system of a few megabytes; it is unmounted with the value.
pub(crate) struct SmallDisk(TempDir);

impl SmallDisk {
    /// None, and why, where this user may not mount.
    pub(crate) fn mounted() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().to_str().unwrap().to_owned();
        let line = ["mount", "-t", "tmpfs", "-o", "size=24m,mode=0777", "clavero-small", &target];
        for words in [line.to_vec(), [&["sudo", "-n"], &line[..]].concat()] {
            let mounted = Command::new(words[0]).args(&words[1..]).output();
            if mounted.is_ok_and(|output| output.status.success()) {
                return Some(Self(folder));
            }
        }
        say(
            "skipped: no small disk, since this user may mount none; the disk that is full by order is tried all the same",
        );
        None
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Until not one byte more fits.
    pub(crate) fn fill(&self) {
        let mut file = fs::File::options().create(true).append(true).open(self.filler()).unwrap();
        for size in [1 << 20, 1 << 12, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    pub(crate) fn make_room(&self) {
        fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let target = self.path().to_str().unwrap().to_owned();
        for words in [vec!["umount", "-l", &target], vec!["sudo", "-n", "umount", "-l", &target]] {
            if Command::new(words[0]).args(&words[1..]).output().is_ok_and(|output| output.status.success()) {
                return;
            }
        }
    }
}
