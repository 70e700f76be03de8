//! The older implementation, and random inputs for both.

use argon2::{Algorithm, Block, Params, Version};
use clavero_service::argon2::{Argon2, TAG, Variant, Vectorized, Work};
use proptest::{
    prelude::*,
    test_runner::{TestError, TestRunner},
};

/// The older implementation.
#[derive(Default)]
pub(crate) struct RustCrypto(Vec<Block>);

impl Argon2 for RustCrypto {
    fn tag(&mut self, work: &Work<'_>) -> Option<[u8; TAG]> {
        let algorithm = match work.variant {
            Variant::D => Algorithm::Argon2d,
            Variant::I => Algorithm::Argon2i,
            Variant::Id => Algorithm::Argon2id,
        };
        let params = Params::new(work.memory, work.iterations, work.lanes, Some(TAG)).ok()?;
        let blocks = params.block_count();
        if self.0.len() < blocks {
            self.0.resize(blocks, Block::default());
        }
        let argon2 = argon2::Argon2::new_with_secret(work.pepper, algorithm, Version::V0x13, params).ok()?;
        let mut tag = [0; TAG];
        let memory = &mut self.0[..blocks];
        argon2.hash_password_into_with_memory(work.password, work.salt, &mut tag, memory).ok()?;
        Some(tag)
    }

    fn forget(&mut self) {
        self.0 = Vec::new();
    }
}

#[derive(Debug)]
pub(crate) struct Input {
    variant: Variant,
    cost: [u32; 3],
    password: Vec<u8>,
    salt: Vec<u8>,
    pepper: Vec<u8>,
}

impl Input {
    fn work(&self) -> Work<'_> {
        let [memory, iterations, lanes] = self.cost;
        let Self { variant, password, salt, pepper, .. } = self;
        Work { variant: *variant, memory, iterations, lanes, password, salt, pepper }
    }
}

/// Every kind of input, with as little memory as shows every way through: blocks that do and do not divide among the lanes.
fn inputs() -> impl Strategy<Value = Input> {
    let variant = prop_oneof![Just(Variant::D), Just(Variant::I), Just(Variant::Id)];
    let cost = (1_u32..=8, 1_u32..=4, 0_u32..=200).prop_map(|(p, t, more)| [8 * p + more, t, p]);
    let bytes = |least: usize, most: usize| prop::collection::vec(any::<u8>(), least..=most);
    (variant, cost, bytes(0, 600), bytes(8, 80), bytes(0, 64))
        .prop_map(|(variant, cost, password, salt, pepper)| Input { variant, cost, password, salt, pepper })
}

/// Both keep their memory from one input to the next, as the pool's threads do.
pub(crate) fn compare(cases: u32) -> Result<(), TestError<Input>> {
    let both = std::cell::RefCell::new((Vectorized::default(), RustCrypto::default()));
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config).run(&inputs(), |input| {
        let (chosen, judge) = &mut *both.borrow_mut();
        let tag = chosen.tag(&input.work());
        prop_assert!(tag.is_some());
        prop_assert_eq!(tag, judge.tag(&input.work()));
        Ok(())
    })
}
