//! The papers of a case, set by the service's own press: never on the threads that answer requests.

use clavero_documents::{DaySheet, Forms, Packet, Pdf, PrintError, Slip};

use crate::Service;

impl Service {
    /// The packet of a case as a PDF. [`PrintError::Busy`] when too many are waiting.
    pub async fn print_packet(&self, packet: &Packet) -> Result<Pdf, PrintError> {
        counted("packet", self.press.packet(packet).await)
    }

    /// Forms to fill in by hand as a PDF.
    pub async fn print_forms(&self, forms: &Forms) -> Result<Pdf, PrintError> {
        counted("forms", self.press.forms(forms).await)
    }

    /// A sealed slip as a PDF. It is kept nowhere.
    pub async fn print_slip(&self, slip: &Slip) -> Result<Pdf, PrintError> {
        counted("slip", self.press.slip(slip).await)
    }

    /// The supervisor's sheet of a day as a PDF.
    pub async fn print_day_sheet(&self, sheet: &DaySheet) -> Result<Pdf, PrintError> {
        counted("day_sheet", self.press.day_sheet(sheet).await)
    }
}

fn counted(paper: &'static str, printed: Result<Pdf, PrintError>) -> Result<Pdf, PrintError> {
    let outcome = match &printed {
        Ok(_) => "printed",
        Err(PrintError::Busy) => "busy",
        Err(PrintError::Absent) => "absent",
        Err(PrintError::Failed(_)) => {
            // The error may quote the paper: it is not written down.
            tracing::error!(paper, "a paper could not be set");
            "failed"
        }
    };
    metrics::counter!("clavero_papers_total", "paper" => paper, "outcome" => outcome).increment(1);
    printed
}
