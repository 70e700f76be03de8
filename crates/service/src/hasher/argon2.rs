//! Argon2 (RFC 9106) behind one seam, so that implementations can be compared and one be chosen.
//!
//! Chosen is `argon2-rust`, which takes half the time of `argon2` for the same tags. It is young, and its speed comes from
//! unsafe vector code; so the older one stays as its judge in `tests/argon2`, on random inputs over the range of parameters
//! that [`super::is_verifiable`] lets in.

use argon2_rust::{Algorithm, Params, Version, params::Memory, params::TagLen};

/// Bytes of a tag.
pub const TAG: usize = 32;

/// How memory is addressed (RFC 9106 §3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// By the data: imported hashes only.
    D,
    /// Not by the data: imported hashes only.
    I,
    /// Half of the first pass like `I`, the rest like `D`.
    Id,
}

/// What a tag is computed from.
#[derive(Debug, Clone, Copy)]
pub struct Work<'a> {
    /// Which of the three.
    pub variant: Variant,
    /// *m*, in KiB.
    pub memory: u32,
    /// *t*.
    pub iterations: u32,
    /// *p*.
    pub lanes: u32,
    /// *P*.
    pub password: &'a [u8],
    /// *S*, eight bytes or more.
    pub salt: &'a [u8],
    /// *K*; empty is none.
    pub pepper: &'a [u8],
}

/// An implementation, with the memory that it uses again.
pub trait Argon2 {
    /// The tag, version 0x13; `None` for parameters that Argon2 does not have.
    fn tag(&mut self, work: &Work<'_>) -> Option<[u8; TAG]>;

    /// Gives the memory back.
    fn forget(&mut self);
}

/// The chosen one.
#[derive(Default)]
pub struct Vectorized(Option<argon2_rust::Hasher>);

impl Argon2 for Vectorized {
    fn tag(&mut self, work: &Work<'_>) -> Option<[u8; TAG]> {
        let params = Params::builder()
            .memory(Memory::kib(work.memory.into()))
            .passes(work.iterations)
            .lanes(work.lanes)
            .threads(1)
            .tag_len(TagLen::bytes(TAG as u64))
            .build()
            .ok()?;
        let algorithm = match work.variant {
            Variant::D => Algorithm::Argon2d,
            Variant::I => Algorithm::Argon2i,
            Variant::Id => Algorithm::Argon2id,
        };
        let argon2 = argon2_rust::Argon2::new(algorithm, Version::V0x13, params);
        let hasher = self.0.get_or_insert_with(|| argon2.hasher());
        hasher.set_argon2(argon2);
        let mut tag = [0; TAG];
        hasher.hash_into_with_ad(work.password, work.salt, work.pepper, &[], &mut tag).ok()?;
        Some(tag)
    }

    fn forget(&mut self) {
        self.0 = None;
    }
}
