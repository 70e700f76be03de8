//! Builds the catalogues in again when one of them changed or came anew.

#![expect(clippy::print_stdout, reason = "how a build script speaks to cargo")]

fn main() {
    println!("cargo::rerun-if-changed=locales");
}
