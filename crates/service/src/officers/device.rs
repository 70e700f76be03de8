//! The cookie of a device that signed in before: signed, kept nowhere. With it strangers' wrong codes do not count.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use clavero_protocol::OfficerId;
use subtle::ConstantTimeEq as _;

use crate::{Service, secrets::random};

const NAME: usize = 16;

impl Service {
    /// A fresh mark of a device for an officer.
    pub(super) fn mark_device(&self, officer: OfficerId) -> String {
        let name = random::<NAME>();
        BASE64.encode([name.as_slice(), self.device_tag(officer, &name).as_slice()].concat())
    }

    /// The name of a device, where its mark is genuine and this officer's.
    pub(super) fn marked_device(&self, officer: OfficerId, mark: Option<&str>) -> Option<[u8; NAME]> {
        let bytes = BASE64.decode(mark?).ok()?;
        let (name, tag) = bytes.split_first_chunk::<NAME>()?;
        bool::from(self.device_tag(officer, name).ct_eq(tag)).then_some(*name)
    }

    fn device_tag(&self, officer: OfficerId, name: &[u8; NAME]) -> [u8; 32] {
        self.keys.index("officer-device", &[&officer.0, name])
    }
}
