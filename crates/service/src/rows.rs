//! What binds rows of the database to what they say: a keyed digest under the ring's index key, which does not rotate, so that nodes
//! with an older copy of the ring read what the others wrote.

use clavero_store::Binding;
use subtle::ConstantTimeEq as _;

use crate::KeyRing;

const BOUND: &str = "bound-row";

impl Binding for KeyRing {
    fn tag(&self, kind: &'static str, row: &[u8]) -> [u8; 32] {
        self.index(BOUND, &[kind.as_bytes(), row])
    }

    fn holds(&self, kind: &'static str, row: &[u8], tag: &[u8]) -> bool {
        let genuine = bool::from(self.tag(kind, row).as_slice().ct_eq(tag));
        if !genuine {
            tracing::error!(kind, "a stored row is not one that this ring made; it counts as not there");
            metrics::counter!("clavero_rows_forged_total", "kind" => kind).increment(1);
        }
        genuine
    }
}
