//! What was measured and not only held, for whoever reads the proof.

/// Prints a figure under the number of its threat. `.config/nextest.toml` has these tests' output shown.
#[expect(clippy::print_stdout, reason = "a figure is there to be read")]
pub(super) fn figure(threat: &str, said: &str) {
    println!("{threat}: {said}");
}
