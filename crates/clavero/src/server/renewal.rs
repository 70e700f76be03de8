//! A certificate that is renewed while the service runs. Connections that stand go on as they are; the next one gets the new
//! certificate. Files that cannot be used change nothing, and that is told until they can.

use std::{mem, sync::Arc, time::Duration};

use clavero_protocol::Timestamp;
use clavero_store::{Clock as _, SystemClock};
use clavero_words::time::rfc_3339;
use rustls::ServerConfig;
use tokio::{sync::watch, task::spawn_blocking, time::interval};

use crate::tls::{Identity, TlsFiles, Unfit};

/// Between two looks at the files.
const LOOK: Duration = Duration::from_secs(1);

/// What the listeners show from their next connection on.
pub(super) type Current = watch::Receiver<Arc<ServerConfig>>;

/// The identity of a service and the files that it came from.
#[derive(Debug)]
pub(crate) struct Renewal {
    files: TlsFiles,
    /// The state of the files that was judged last.
    judged: [u8; 32],
    current: watch::Sender<Arc<ServerConfig>>,
}

impl Renewal {
    /// Reads the files for the first time.
    pub(crate) fn begin(files: TlsFiles) -> Result<Self, Unfit> {
        let judged = files.fingerprint();
        let identity = Identity::read(&files, SystemClock::new().now())?;
        tell(&identity);
        Ok(Self { files, judged, current: watch::Sender::new(identity.config) })
    }

    pub(super) fn current(&self) -> Current {
        self.current.subscribe()
    }

    /// Looks at the files for ever. A certificate and its key are not replaced at one moment: what has changed since the last
    /// look is judged at the next one, unless it has changed again.
    pub(super) async fn watch(mut self) {
        let (mut looks, mut before) = (interval(LOOK), self.judged);
        loop {
            looks.tick().await;
            let files = self.files.clone();
            let Ok(found) = spawn_blocking(move || files.fingerprint()).await else { return };
            let is_settled = mem::replace(&mut before, found) == found;
            if is_settled && found != self.judged {
                self.judged = found;
                self.judge();
            }
        }
    }

    fn judge(&self) {
        match Identity::read(&self.files, SystemClock::new().now()) {
            Ok(identity) => {
                tell(&identity);
                self.current.send_replace(identity.config);
            }
            Err(Unfit { key, fault }) => {
                metrics::gauge!("clavero_tls_renewal_refused").set(1.0);
                let reason = fault.code;
                tracing::error!(
                    key,
                    reason,
                    "the new certificate or key cannot be used; the one before stays"
                );
            }
        }
    }
}

fn tell(identity: &Identity) {
    tracing::info!(until = rfc_3339(identity.until), "TLS certificate taken up");
    metrics::gauge!("clavero_tls_renewal_refused").set(0.0);
    metrics::gauge!("clavero_tls_certificate_expires_seconds").set(seconds(identity.until));
}

/// Seconds since 1970, as metrics have them.
#[expect(clippy::cast_precision_loss, reason = "seconds fit for longer than certificates last")]
fn seconds(moment: Timestamp) -> f64 {
    (moment.as_micros() / 1_000_000) as f64
}
