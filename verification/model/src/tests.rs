//! That the model itself can be trusted: a name is all of its world, and what is broken is seen. The breaks that need more
//! than a moment are the program's own to show.

use crate::{
    Bound, Break, Property,
    bits::{Reader, Writer},
    explore,
    step::System,
    world::World,
};

/// The worlds nearest to the beginning, each step to one of them included.
fn walk(bound: Bound, most: usize, mut see: impl FnMut(&[u32], &World)) {
    let system = System::new(bound, None);
    let mut layer = vec![system.first()];
    let mut seen = std::collections::HashSet::new();
    let mut store = system.store();
    let (mut steps, mut writer) = (Vec::new(), Writer::default());
    while seen.len() < most {
        let mut next = Vec::new();
        for world in &layer {
            system.steps(world, &mut steps);
            for step in &steps {
                if !system.take(&mut store, world, *step) {
                    continue;
                }
                let name = writer.name(&store.world);
                see(name, &store.world);
                if seen.insert(name.to_vec()) {
                    next.push(store.world.clone());
                }
            }
        }
        layer = next;
    }
}

#[test]
fn a_world_can_be_read_from_its_name() {
    for bound in [Bound::mail(), Bound::online(), Bound::desk(), Bound::slip(), Bound::beside()] {
        walk(bound, 5_000, |name, world| assert_eq!(Reader::value::<World>(name), *world));
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
        let properties = explored.broken.map_or_else(Vec::new, |broken| broken.properties);
        assert_eq!(properties, broken.caught_by(), "{}", broken.as_str());
    }
}

#[test]
fn each_property_is_the_only_one_to_catch_some_break() {
    for property in Property::ALL {
        assert!(Break::ALL.iter().any(|broken| broken.caught_by() == [property]), "{}", property.number());
    }
}
