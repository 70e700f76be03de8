//! The ceremonies against an authenticator in software.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use clavero_authenticator_fixture::Authenticator;
use clavero_passkeys::{Assertion, NoPasskeys, Passkey, PasskeyError, Passkeys, User};
use url::Url;

const ORIGIN: &str = "https://clave.institucion.example";
const ANA: User<'_> = User { id: [7; 16], name: "ana@institucion.example", display_name: "Ana Ñáñez" };

fn passkeys() -> Passkeys {
    Passkeys::new(&Url::parse(ORIGIN).unwrap(), "Institución").unwrap()
}

/// Registers a fresh authenticator.
fn registered(here: &Passkeys, seed: u8) -> (Authenticator, Passkey) {
    let mut device = Authenticator::new(seed, ORIGIN);
    let begun = here.begin_registration(ANA, &[]).unwrap();
    let passkey = here.finish_registration(&device.create(&begun.options), &begun.state).unwrap();
    (device, passkey)
}

/// One touch of `device`, checked against `passkey`.
fn touched(here: &Passkeys, device: &Authenticator, passkey: &Passkey) -> Result<Passkey, PasskeyError> {
    let begun = here.begin_authentication(&[passkey.id().to_vec()]).unwrap();
    let answer = Assertion::parse(&device.get(&begun.options)).unwrap();
    here.finish_authentication(&answer, &begun.state, passkey)
}

#[test]
fn a_registered_passkey_signs_in_and_another_does_not() {
    let here = passkeys();
    let (device, passkey) = registered(&here, 1);
    assert!(touched(&here, &device, &passkey).is_ok());
    let (_, other) = registered(&here, 2);
    assert_eq!(touched(&here, &device, &other).err(), Some(PasskeyError::Refused));
}

#[test]
fn a_passkey_is_the_same_after_it_was_written_down() {
    let here = passkeys();
    let (device, passkey) = registered(&here, 1);
    let json = passkey.to_json().unwrap();
    let again = Passkey::from_json(&json).unwrap();
    assert_eq!(again.id(), passkey.id());
    assert!(touched(&here, &device, &again).is_ok());
    let newer = json.replacen("\"v\":1", "\"v\":2", 1);
    assert_eq!(Passkey::from_json(&newer).err(), Some(PasskeyError::Corrupt));
}

#[test]
fn an_answer_is_good_for_its_own_challenge_only() {
    let here = passkeys();
    let (device, passkey) = registered(&here, 1);
    let (first, second) = (here.begin_authentication(&[]).unwrap(), here.begin_authentication(&[]).unwrap());
    let answer = Assertion::parse(&device.get(&first.options)).unwrap();
    assert_eq!(answer.credential_id(), passkey.id());
    assert_eq!(answer.user_handle(), Some([7; 16].as_slice()));
    let refused = here.finish_authentication(&answer, &second.state, &passkey);
    assert_eq!(refused.err(), Some(PasskeyError::Refused));
    assert!(here.finish_authentication(&answer, &first.state, &passkey).is_ok());
}

#[test]
fn a_counter_that_does_not_grow_is_a_copy() {
    let here = passkeys();
    let (mut device, passkey) = registered(&here, 1);
    device.counter = 5;
    let passkey = touched(&here, &device, &passkey).unwrap();
    assert_eq!(touched(&here, &device, &passkey).err(), Some(PasskeyError::Cloned));
    device.counter = 4;
    assert_eq!(touched(&here, &device, &passkey).err(), Some(PasskeyError::Cloned));
    device.counter = 6;
    assert!(touched(&here, &device, &passkey).is_ok());
}

#[test]
fn the_person_has_to_be_verified_by_the_authenticator() {
    let here = passkeys();
    let (mut device, passkey) = registered(&here, 1);
    device.verifies_user = false;
    assert_eq!(touched(&here, &device, &passkey).err(), Some(PasskeyError::Refused));
    let mut lax = Authenticator::new(3, ORIGIN);
    lax.verifies_user = false;
    let begun = here.begin_registration(ANA, &[]).unwrap();
    let refused = here.finish_registration(&lax.create(&begun.options), &begun.state);
    assert_eq!(refused.err(), Some(PasskeyError::Refused));
}

#[test]
fn another_origin_is_refused() {
    let here = passkeys();
    let (mut device, passkey) = registered(&here, 1);
    for origin in ["https://clave.institucion.example.evil.example", "http://clave.institucion.example"] {
        origin.clone_into(&mut device.origin);
        assert_eq!(touched(&here, &device, &passkey).err(), Some(PasskeyError::Refused), "{origin}");
    }
}

#[test]
fn what_is_no_answer_is_told_so() {
    let here = passkeys();
    for text in ["", "{}", "[]", "{\"id\":1}"] {
        assert_eq!(Assertion::parse(text).err(), Some(PasskeyError::Malformed), "{text}");
        let begun = here.begin_registration(ANA, &[]).unwrap();
        assert_eq!(here.finish_registration(text, &begun.state).err(), Some(PasskeyError::Malformed));
    }
}

#[test]
fn an_authenticator_is_told_which_passkeys_it_already_has() {
    let here = passkeys();
    let (_, passkey) = registered(&here, 1);
    let begun = here.begin_registration(ANA, &[passkey]).unwrap();
    assert!(begun.options.contains("\"excludeCredentials\":[{"), "{}", begun.options);
    for wanted in ["\"userVerification\":\"required\"", "\"residentKey\":\"preferred\""] {
        assert!(begun.options.contains(wanted), "{}", begun.options);
    }
}

#[test]
fn an_address_without_a_domain_has_no_passkeys() {
    for address in ["http://127.0.0.1:8080", "http://[::1]:8080"] {
        let refused = Passkeys::new(&Url::parse(address).unwrap(), "x").err();
        assert_eq!(refused, Some(NoPasskeys::AddressWithoutDomain), "{address}");
    }
    let local = Passkeys::new(&Url::parse("http://localhost:8080").unwrap(), "x").unwrap();
    assert_eq!(local.id(), "localhost");
}
