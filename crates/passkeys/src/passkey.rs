//! Passkeys: registering one, and being touched.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use url::{Host, Url};
use uuid::Uuid;
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    prelude::{
        Credential, DiscoverableAuthentication, Passkey as Inner, PasskeyRegistration, PublicKeyCredential,
        RegisterPublicKeyCredential, WebauthnError,
    },
};
use webauthn_rs_proto::{AllowCredentials, ResidentKeyRequirement};

/// The form in which states and passkeys are written down. A later form gets the next number and reads this one.
const VERSION: u8 = 1;
/// How long a person may take with their authenticator; advice for the browser (`WebAuthn` §5.4).
const TIMEOUT: std::time::Duration = std::time::Duration::from_mins(5);

/// Why there are no passkeys at this address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPasskeys {
    /// A relying party is named by a domain; an IP address is none (`WebAuthn` §5.1.2).
    #[error("passkeys need a domain name, and this address has none")]
    AddressWithoutDomain,
}

/// Why a ceremony did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// The browser's answer is not one.
    #[error("the answer is not one of a browser")]
    Malformed,
    /// Signature, origin, challenge or user verification do not hold.
    #[error("the answer does not hold")]
    Refused,
    /// The signature counter did not grow: two copies of the key may be in use (`WebAuthn` §6.1.1).
    #[error("the signature counter did not grow")]
    Cloned,
    /// What was written down cannot be read by this version.
    #[error("what was written down cannot be read")]
    Corrupt,
    /// The library failed for a reason of its own.
    #[error("the ceremony could not be prepared")]
    Failed,
}

/// Who registers a passkey.
#[derive(Debug, Clone, Copy)]
pub struct User<'a> {
    /// The user handle: it tells nothing about the person.
    pub id: [u8; 16],
    /// What tells two accounts apart in the authenticator's list.
    pub name: &'a str,
    /// What the person is called.
    pub display_name: &'a str,
}

/// A ceremony that has begun.
#[derive(Clone, PartialEq, Eq)]
pub struct Begun {
    /// What the browser is given, as JSON: `publicKey` of `navigator.credentials.create` or `get`.
    pub options: String,
    /// What has to be kept on this side until the answer, and used once.
    pub state: String,
}

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    v: u8,
    #[serde(flatten)]
    value: T,
}

#[derive(Serialize, Deserialize)]
struct Registering {
    registering: PasskeyRegistration,
}

#[derive(Serialize, Deserialize)]
struct Authenticating {
    authenticating: DiscoverableAuthentication,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    passkey: Inner,
}

fn write<T: Serialize>(value: T) -> Result<String, PasskeyError> {
    serde_json::to_string(&Versioned { v: VERSION, value }).map_err(|_| PasskeyError::Failed)
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, PasskeyError> {
    let versioned: Versioned<T> = serde_json::from_str(text).map_err(|_| PasskeyError::Corrupt)?;
    if versioned.v == VERSION { Ok(versioned.value) } else { Err(PasskeyError::Corrupt) }
}

fn why(error: &WebauthnError) -> PasskeyError {
    match error {
        WebauthnError::CredentialPossibleCompromise => PasskeyError::Cloned,
        _ => PasskeyError::Refused,
    }
}

/// A registered passkey: its public key, its counter. No secret.
#[derive(Clone)]
pub struct Passkey(Inner);

impl Passkey {
    /// Its name among all passkeys, as the authenticator gave it.
    #[must_use]
    pub fn id(&self) -> &[u8] {
        self.0.cred_id().as_ref()
    }

    /// As it is written down.
    pub fn to_json(&self) -> Result<String, PasskeyError> {
        write(Stored { passkey: self.0.clone() })
    }

    /// As it was written down.
    pub fn from_json(text: &str) -> Result<Self, PasskeyError> {
        read::<Stored>(text).map(|stored| Self(stored.passkey))
    }
}

/// A browser's answer to an authentication, not yet believed.
pub struct Assertion(PublicKeyCredential);

impl Assertion {
    /// Reads the browser's answer.
    pub fn parse(json: &str) -> Result<Self, PasskeyError> {
        serde_json::from_str(json).map(Self).map_err(|_| PasskeyError::Malformed)
    }

    /// Which passkey it says to come from.
    #[must_use]
    pub fn credential_id(&self) -> &[u8] {
        self.0.get_credential_id()
    }

    /// Whose it says to be; authenticators may leave it out where the credential was named.
    #[must_use]
    pub fn user_handle(&self) -> Option<&[u8]> {
        self.0.get_user_unique_id()
    }
}

/// The relying party.
pub struct Passkeys {
    webauthn: Webauthn,
    host: String,
}

impl Passkeys {
    /// The relying party of this address: its domain is the id, its origin the only one that is believed.
    ///
    /// # Errors
    /// Where the address has no domain name.
    pub fn new(public_url: &Url, name: &str) -> Result<Self, NoPasskeys> {
        let Some(Host::Domain(host)) = public_url.host() else {
            return Err(NoPasskeys::AddressWithoutDomain);
        };
        let webauthn = WebauthnBuilder::new(host, public_url)
            .and_then(|builder| builder.rp_name(name).timeout(TIMEOUT).build())
            .map_err(|_| NoPasskeys::AddressWithoutDomain)?;
        Ok(Self { webauthn, host: host.to_owned() })
    }

    /// The relying party's id: the domain that passkeys are bound to.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.host
    }

    /// Begins to register a passkey. User verification is required; a passkey that can be found without a name is
    /// preferred, since its owner signs in without typing. `registered` are refused by their authenticators.
    pub fn begin_registration(&self, user: User<'_>, registered: &[Passkey]) -> Result<Begun, PasskeyError> {
        let known = registered.iter().map(|passkey| passkey.0.cred_id().clone()).collect();
        let id = Uuid::from_bytes(user.id);
        let (mut options, registering) = self
            .webauthn
            .start_passkey_registration(id, user.name, user.display_name, Some(known))
            .map_err(|_| PasskeyError::Failed)?;
        if let Some(selection) = &mut options.public_key.authenticator_selection {
            selection.resident_key = Some(ResidentKeyRequirement::Preferred);
        }
        let options = serde_json::to_string(&options.public_key).map_err(|_| PasskeyError::Failed)?;
        Ok(Begun { options, state: write(Registering { registering })? })
    }

    /// The new passkey.
    pub fn finish_registration(&self, answer: &str, state: &str) -> Result<Passkey, PasskeyError> {
        let state: Registering = read(state)?;
        let answer: RegisterPublicKeyCredential =
            serde_json::from_str(answer).map_err(|_| PasskeyError::Malformed)?;
        self.webauthn
            .finish_passkey_registration(&answer, &state.registering)
            .map(Passkey)
            .map_err(|error| why(&error))
    }

    /// Begins to ask for a touch. `allowed` are the credentials that may answer; none stands for any that the browser
    /// finds for this address.
    pub fn begin_authentication(&self, allowed: &[Vec<u8>]) -> Result<Begun, PasskeyError> {
        let (mut options, authenticating) =
            self.webauthn.start_discoverable_authentication().map_err(|_| PasskeyError::Failed)?;
        options.public_key.allow_credentials = allowed
            .iter()
            .map(|id| AllowCredentials { type_: "public-key".to_owned(), id: id.clone(), transports: None })
            .collect();
        let options = serde_json::to_string(&options.public_key).map_err(|_| PasskeyError::Failed)?;
        Ok(Begun { options, state: write(Authenticating { authenticating })? })
    }

    /// Whether the answer is a touch of `passkey`, with user verification; the passkey as it has to be kept from now on
    /// (its counter grows).
    pub fn finish_authentication(
        &self,
        answer: &Assertion,
        state: &str,
        passkey: &Passkey,
    ) -> Result<Passkey, PasskeyError> {
        let state: Authenticating = read(state)?;
        let credential = Credential::from(passkey.0.clone());
        let result = self
            .webauthn
            .finish_discoverable_authentication_v2(&answer.0, state.authenticating, &credential)
            .map_err(|error| why(&error))?;
        if !result.user_verified() {
            return Err(PasskeyError::Refused);
        }
        let mut kept = passkey.clone();
        kept.0.update_credential(&result);
        Ok(kept)
    }
}
