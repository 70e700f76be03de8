//! An authenticator in software, for tests, written from the specifications alone (`WebAuthn` Level 3, CTAP 2.1): it shares
//! nothing with the library that verifies it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const ATTESTED_CREDENTIAL: u8 = 0x40;

/// One passkey on one device.
pub struct Authenticator {
    key: SigningKey,
    id: Vec<u8>,
    user: Option<Value>,
    /// The signature counter; zero for one that does not count.
    pub counter: u32,
    /// Whether its person passes the check of fingerprint, face or PIN.
    pub verifies_user: bool,
    /// The origin of the page that the browser says to be on.
    pub origin: String,
}

impl Authenticator {
    /// A device whose key follows from `seed`, which is not zero.
    ///
    /// # Panics
    /// When the seed is zero, which is no private key.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that cannot go on says where")]
    pub fn new(seed: u8, origin: &str) -> Self {
        Self {
            key: SigningKey::from_slice(&[seed; 32]).expect("a private key"),
            id: vec![seed; 32],
            user: None,
            counter: 0,
            verifies_user: true,
            origin: origin.to_owned(),
        }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn data(&self, rp: &Value, more: u8) -> Vec<u8> {
        let verified = if self.verifies_user { USER_VERIFIED } else { 0 };
        let mut data = Sha256::digest(rp.as_str().unwrap_or_default()).to_vec();
        data.push(USER_PRESENT | verified | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// `navigator.credentials.create` with these options (JSON); the answer as a page sends it.
    #[must_use]
    pub fn create(&mut self, options: &str) -> String {
        let options = read(options);
        self.user = Some(options["user"]["id"].clone());
        let mut data = self.data(&options["rp"]["id"], ATTESTED_CREDENTIAL);
        data.extend([0; 16]);
        data.extend([0, 32]);
        data.extend(&self.id);
        data.extend(self.cose_key());
        let mut object = vec![0xa3];
        object.extend(b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x58");
        object.push(u8::try_from(data.len()).unwrap_or(u8::MAX));
        object.extend(&data);
        self.answer(&json!({
            "attestationObject": BASE64.encode(object),
            "clientDataJSON": BASE64.encode(self.client_data("webauthn.create", &options)),
        }))
    }

    /// `navigator.credentials.get` with these options (JSON); the answer as a page sends it.
    #[must_use]
    pub fn get(&self, options: &str) -> String {
        let options = read(options);
        let data = self.data(&options["rpId"], 0);
        let client_data = self.client_data("webauthn.get", &options);
        let signed = [data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature: Signature = self.key.sign(&signed);
        self.answer(&json!({
            "authenticatorData": BASE64.encode(data),
            "clientDataJSON": BASE64.encode(client_data),
            "signature": BASE64.encode(signature.to_der()),
            "userHandle": self.user,
        }))
    }

    fn answer(&self, response: &Value) -> String {
        let id = BASE64.encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "extensions": {} })
            .to_string()
    }

    /// ES256 on P-256 (RFC 9053 §2.1, §7.1.1).
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = (point.x().into_iter().flatten(), point.y().into_iter().flatten());
        let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        key.extend(x);
        key.extend([0x22, 0x58, 0x20]);
        key.extend(y);
        key
    }
}

#[expect(clippy::expect_used, reason = "a test that cannot go on says where")]
fn read(options: &str) -> Value {
    serde_json::from_str(options).expect("the options are JSON")
}
