//! Builds the catalogues in again when one of them changed or came anew.

fn main() {
    println!("cargo::rerun-if-changed=locales");
}
