//! That the model itself can be trusted: its names tell worlds apart, and what is broken is seen. The breaks that need more
//! than a moment are the program's own to show.

use std::collections::HashMap;

use crate::{Bound, Break, explore, step::System, world::World};

/// The worlds nearest to the beginning, each step to one of them included.
fn walk(bound: Bound, most: usize, mut see: impl FnMut(Vec<u8>, &World)) {
    let system = System::new(bound, None);
    let mut layer = vec![system.first()];
    let mut seen = std::collections::HashSet::new();
    let (mut steps, mut name) = (Vec::new(), Vec::new());
    while seen.len() < most {
        let mut next = Vec::new();
        for world in &layer {
            system.steps(world, &mut steps);
            for (after, _) in steps.iter().filter_map(|step| system.take(world, *step)) {
                after.name(&mut name);
                see(name.clone(), &after);
                if seen.insert(name.clone()) {
                    next.push(after);
                }
            }
        }
        layer = next;
    }
}

#[test]
fn worlds_with_one_name_are_equal() {
    for bound in [Bound::mail(), Bound::online(), Bound::desk(), Bound::slip()] {
        let mut named: HashMap<Vec<u8>, World> = HashMap::new();
        walk(bound, 3_000, |name, world| {
            let first = named.entry(name).or_insert_with(|| world.clone());
            assert_eq!(first, world);
        });
    }
}

#[test]
fn a_world_that_is_forgotten_twice_is_the_same() {
    for bound in [Bound::mail(), Bound::online(), Bound::slip()] {
        let rules = bound.rules(None);
        walk(bound, 2_000, |_, world| {
            let mut again = world.clone();
            again.forget(&rules.policy, rules.day);
            assert_eq!(again, *world);
        });
    }
}

#[test]
fn what_is_broken_close_to_the_beginning_is_seen() {
    for broken in [
        Break::CompareBeforeCount,
        Break::CodeOpensDoor,
        Break::RepeatSendsAnotherCode,
        Break::EndedRevived,
        Break::OthersLive,
        Break::MailLostWithWorker,
    ] {
        let explored = explore(broken.bound(), Some(broken));
        assert!(explored.breaks(broken.caught_by()), "{}", broken.as_str());
    }
}
