//! Writes sample papers into a folder: `cargo run -p clavero-documents --example papers -- FOLDER`.

use std::{env, error::Error, fs, path::PathBuf};

use clavero_documents::{Pdf, Press, PressSettings, PrintError};
use clavero_words::Locale;

mod extremes;
mod samples;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args_os().nth(1).ok_or("name a folder")?);
    fs::create_dir_all(&folder)?;
    let press = Press::start(PressSettings::default())?;
    let write = |name: String, pdf: Result<Pdf, PrintError>| -> Result<(), Box<dyn Error>> {
        Ok(fs::write(folder.join(name), pdf.map_err(|error| error.to_string())?.as_slice())?)
    };
    for locale in Locale::ALL {
        let tag = locale.as_str();
        write(format!("packet-{tag}.pdf"), press.packet(&samples::packet(locale)).await)?;
        write(format!("slip-{tag}.pdf"), press.slip(&samples::slip(locale)).await)?;
        write(format!("day-sheet-{tag}.pdf"), press.day_sheet(&samples::day_sheet(locale, 40)).await)?;
        write(format!("packet-long-{tag}.pdf"), press.packet(&extremes::long_packet(locale)).await)?;
    }
    for (number, (name, _)) in extremes::hostile_names().into_iter().enumerate() {
        let mut packet = samples::packet(Locale::EsEc);
        packet.representative.name.clone_from(&name);
        packet.contact.address.clone_from(&name);
        packet.employer.name.clone_from(&name);
        let mut slip = samples::slip(Locale::EsEc);
        slip.recipient.name.clone_from(&name);
        slip.employer.name = name;
        write(format!("slip-hostile-{number}.pdf"), press.slip(&slip).await)?;
        write(format!("packet-hostile-{number}.pdf"), press.packet(&packet).await)?;
    }
    Ok(())
}
