//! Employers of the registry whom a file does not name. They stay: whoever has a key keeps it, and may have it for a reason that
//! the file does not know. Somebody decides.

use std::{fs::OpenOptions, io, os::unix::fs::OpenOptionsExt as _, path::Path, sync::Arc};

use clavero_protocol::EmployerKey;
use clavero_store::{Store, StoreError};

use super::faults::unwritten;
use crate::{failure::Failure, import::Mentioned};

/// Employers that are read at a time.
const PAGE: u32 = 8_192;

/// Counts them, and writes them into `list`. It is made for nobody but its owner: a RUC may hold a person's number.
pub(super) async fn find_gone(
    store: &Arc<dyn Store>,
    mentioned: &Mentioned,
    list: Option<&Path>,
    stopped: impl Fn(&StoreError) -> Failure,
) -> Result<u64, Failure> {
    let mut list = list.map(List::create).transpose()?;
    let (mut gone, mut after) = (0, -1);
    loop {
        let page = store.employer_keys(after, PAGE).await.map_err(|error| stopped(&error))?;
        let Some(end) = page.last() else { break };
        after = end.as_i64();
        for key in page.iter().filter(|key| !mentioned.has(key)) {
            gone += 1;
            if let Some(list) = &mut list {
                list.add(key)?;
            }
        }
    }
    if let Some(mut list) = list {
        list.writer.flush().map_err(|error| unwritten(&list.path, &error))?;
    }
    Ok(gone)
}

struct List {
    path: String,
    writer: csv::Writer<std::fs::File>,
}

impl List {
    fn create(path: &Path) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
        let file = file.map_err(|error: io::Error| unwritten(&shown, &error))?;
        let mut list = Self { path: shown, writer: csv::Writer::from_writer(file) };
        list.write(["ruc", "sucursal"])?;
        Ok(list)
    }

    fn add(&mut self, key: &EmployerKey) -> Result<(), Failure> {
        self.write([&*key.ruc().to_string(), &key.sucursal().to_string()])
    }

    fn write(&mut self, row: [&str; 2]) -> Result<(), Failure> {
        self.writer.write_record(row).map_err(|error| unwritten(&self.path, &error))
    }
}
