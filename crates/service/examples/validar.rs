//! "Validar" so many times, below the pages and above the disk, for an instruction counter: `scripts/test-cost`.

use std::{env, error::Error, net::Ipv4Addr, sync::Arc};

use clavero_protocol::{EmailAddress, EmployerKey, EmployerKind, RepresentativeId, Ruc, Sucursal};
use clavero_service::{BundledBreaches, Client, Identifiers, KeyRing, Service, Settings, StartRecovery};
use clavero_store::{EmployerRecord, Sqlite, SystemClock};
use clavero_words::Locale;

/// Branches of one employer, each with a key of its own. As many however often is counted, so that a difference counts
/// only what is asked for.
const BRANCHES: u16 = 200;
const RUC: &str = "1790011674001";
const REPRESENTATIVE: &str = "1714307103";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let times = env::args().nth(1).ok_or("how often?")?.parse::<u16>()?.min(BRANCHES);
    let folder = tempfile::tempdir()?;
    let store = Sqlite::open(&folder.path().join("clavero.db"), Arc::new(SystemClock::default()))?;
    let keys = Arc::new(KeyRing::ephemeral()?);
    let settings = Settings::default();
    let representative = RepresentativeId::parse(REPRESENTATIVE, &settings.foreigner)?;
    let mut rows = Vec::new();
    for branch in 1..=BRANCHES {
        let key = EmployerKey::new(Ruc::parse(RUC)?, Sucursal::parse(&branch.to_string())?)?;
        let email = EmailAddress::parse(&format!("sucursal{branch}@correo.example"))?;
        let row = EmployerRecord {
            key,
            kind: EmployerKind::Privada,
            name: "Compañía Ñandú S.A.".to_owned(),
            representative: representative.clone(),
            representative_name: "María José Muñoz Peña".to_owned(),
            email: keys.seal_email(&key, &email),
            has_key: true,
        };
        rows.push((row, None));
    }
    let employers: Vec<EmployerKey> = rows.iter().map(|(row, _)| row.key).collect();
    let service = Service::start(Arc::new(store), keys, Box::new(BundledBreaches), settings).await?;
    service.store().import_employers(rows).await?;
    let client = Client {
        address: Ipv4Addr::LOCALHOST.into(),
        device_name: String::new(),
        device: None,
        voucher: None,
    };
    for employer in employers.into_iter().take(times.into()) {
        let identifiers = Identifiers { representative: representative.clone(), employer };
        let request = StartRecovery { identifiers, locale: Locale::EsEc, proof: None, form: String::new() };
        service.start_recovery(request, &client).await.map_err(|error| format!("{error:?}"))?;
    }
    Ok(())
}
