//! The checkpoints outside the database: a file that only grows.
//!
//! Who can rewrite the database cannot make it agree with what stands here. The file may be copied away, cut at its
//! beginning, or kept where it can only be added to.

use std::{
    fs,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use clavero_audit::checkpoint;

/// Adds a note, durably, behind an empty line where a crash has cut the last one off.
pub(super) fn append(path: &Path, note: &str) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::OpenOptions::new().create(true).append(true).read(true).open(path)?;
    let mut end = [b'\n'; 2];
    let length = file.seek(SeekFrom::End(0))?;
    if length >= 2 {
        file.seek(SeekFrom::End(-2))?;
        file.read_exact(&mut end)?;
    }
    let lead = match end {
        [b'\n', b'\n'] => "",
        [_, b'\n'] => "\n",
        _ => "\n\n",
    };
    file.write_all(format!("{lead}{note}\n").as_bytes())?;
    file.sync_data()
}

/// The notes in a file, unverified; none where there is no file.
pub fn read(path: &Path) -> io::Result<Vec<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(checkpoint::notes(&text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_that_was_cut_off_harms_no_later_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("var/checkpoints.log");
        assert!(read(&path).unwrap().is_empty());
        let note = |size| format!("a.example/log\n{size}\nAAAA\n\n\u{2014} a.example/log AAAA\n");
        append(&path, &note(1)).unwrap();
        append(&path, &note(2)).unwrap();
        assert_eq!(read(&path).unwrap(), [note(1), note(2)]);
        for cut in [note(3).len() - 3, 20, 14] {
            let whole = fs::read_to_string(&path).unwrap();
            fs::write(&path, format!("{whole}{}", &note(3)[..cut])).unwrap();
            append(&path, &note(4)).unwrap();
            assert_eq!(read(&path).unwrap().last(), Some(&note(4)), "cut at {cut}");
            assert_eq!(read(&path).unwrap()[..2], [note(1), note(2)]);
            fs::write(&path, whole).unwrap();
        }
    }
}
