//! Cases that wait in the demonstration's queue, so that an officer who looks in has somebody to serve.

use std::net::{IpAddr, Ipv4Addr};

use clavero_protocol::ForeignerRule;
use clavero_service::{
    Client, Identifiers, RawIdentifiers, Service,
    desk::{CaseDetails, NewCase},
};
use clavero_words::Locale;

use super::employers::{DemoEmployer, EMPLOYERS};
use crate::failure::Failure;

/// The employers whose case is open already.
const WAITING: &str = "waiting";

/// Opens their cases, as each of them would have done; all but the last have told who comes, and to which centre.
pub(super) async fn seed(service: &Service) -> Result<(), Failure> {
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let client = Client { address, device_name: String::new(), device: None, voucher: None };
    let waiting: Vec<_> = EMPLOYERS.iter().filter(|employer| employer.case == WAITING).collect();
    for (number, employer) in waiting.iter().enumerate() {
        let case = service.open_case(case_of(employer)?, &client).await.map_err(failed)?;
        if number + 1 < waiting.len() {
            let centre = number.to_string();
            let details = details_of(employer, &centre);
            service.give_case_details(&case.reference, details, &client).await.map_err(failed)?;
        }
    }
    Ok(())
}

fn case_of(employer: &DemoEmployer) -> Result<NewCase, Failure> {
    let DemoEmployer { representative, ruc, sucursal, .. } = *employer;
    let raw = RawIdentifiers { representative_id: representative, ruc, sucursal, domestic: false };
    let identifiers = Identifiers::parse(&raw, &ForeignerRule::default()).map_err(failed)?;
    Ok(NewCase { identifiers, locale: Locale::EsEc, proof: None, form: Service::form_name() })
}

fn details_of<'a>(employer: &DemoEmployer, centre: &'a str) -> CaseDetails<'a> {
    CaseDetails {
        applicant: "in_person",
        phone: "0991234567",
        address: "Av. 10 de Agosto N24-118 y Colón",
        email: employer.new_email,
        centre,
        new_representative_id: "",
        new_representative_name: "",
        third_party_id: "",
        third_party_name: "",
    }
}

fn failed(why: impl std::fmt::Debug) -> Failure {
    Failure::say("failed-demo-data", [("why", &format!("{why:?}"))])
}
