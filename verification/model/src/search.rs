//! Breadth first through every world that can be reached, and backwards from the keys that the owner sets.
//!
//! Own and short, for two reasons: whether there is a way on from every state is a question about the graph's edges, which
//! `stateright` does not keep (its `eventually` is unsound where there are cycles, and endless time has them); and worlds
//! are compared whole here, where it compares 64 bits of them.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    bits::{self, Reader, Writer},
    graph::{Graph, Place},
    judge::{Asked, Taken},
    property::Property,
    step::{Step, System},
    store::{Event, Store},
    world::{Person, World},
};

/// What an exploration saw.
#[derive(Debug)]
pub struct Explored {
    /// The bound's name.
    pub name: &'static str,
    /// Different worlds.
    pub worlds: usize,
    /// Steps taken, to worlds known or new.
    pub steps: u64,
    /// Steps to the farthest world.
    pub depth: usize,
    /// How long it took.
    pub took: Duration,
    /// Bytes that the worlds and the ways between them took up.
    pub bytes: usize,
    asked: Asked,
    /// What was broken, and the shortest way there.
    pub broken: Option<Counterexample>,
}

impl Explored {
    /// How often the property was asked about: for each step, or for each one that it speaks of. None where it never was.
    #[must_use]
    pub fn asked(&self, property: Property) -> Option<u64> {
        Some(self.asked.0[property as usize]).filter(|times| *times > 0)
    }

    /// Whether it was broken.
    #[must_use]
    pub fn breaks(&self, property: Property) -> bool {
        self.broken.as_ref().is_some_and(|broken| broken.properties.contains(&property))
    }
}

/// A way to something that must not be.
#[derive(Debug)]
pub struct Counterexample {
    /// What it breaks.
    pub properties: Vec<Property>,
    /// The steps, as they are written in this package.
    pub steps: Vec<String>,
}

/// Worlds whose steps are taken at once, before what they lead to is kept.
const PORTION: usize = 1 << 14;

/// Explores a bound to its end, or to the first thing that is broken.
pub(crate) fn explore(system: &System) -> Explored {
    let began = Instant::now();
    let mut graph = Graph::new(Writer::default().name(&system.first()));
    let (mut steps, mut asked, mut depth, mut broken) = (0, Asked::default(), 0, None);
    let (mut next, mut end) = (Graph::FIRST, graph.end());
    while broken.is_none() && next < end {
        let mut portion = Vec::with_capacity(PORTION);
        while next < end && portion.len() < PORTION {
            portion.push(next);
            next = graph.after(next);
        }
        for ahead in look_ahead(system, &graph, &portion) {
            steps += ahead.steps;
            asked.add(&ahead.asked);
            ahead.keep(&mut graph);
            broken = broken.or(ahead.broken);
        }
        if next == end {
            end = graph.end();
            depth += usize::from(next < end);
        }
    }
    let mut broken = broken.map(|broken| broken.on_the_way(system, &graph));
    // Without the owner there is nobody to find a way on for.
    if broken.is_none() && system.bound.has_owner() {
        asked.0[Property::WayOn as usize] = graph.worlds() as u64;
        let stuck = graph.stuck().map(|world| way_to(system, &graph, world));
        broken = stuck.map(|steps| Counterexample { properties: vec![Property::WayOn], steps });
    }
    let (name, worlds, bytes) = (system.bound.name, graph.worlds(), graph.size());
    Explored { name, worlds, steps, depth, took: began.elapsed(), bytes, asked, broken }
}

/// Takes every step from these worlds, half of them on each of two threads. What comes of it is in the order of the worlds.
fn look_ahead(system: &System, graph: &Graph, portion: &[Place]) -> [Ahead; 2] {
    let (first, second) = portion.split_at(portion.len() / 2);
    let look = |worlds: &[Place]| {
        let (mut ahead, mut store) = (Ahead::default(), system.store());
        for world in worlds {
            ahead.look(system, graph, &mut store, *world);
        }
        ahead
    };
    thread::scope(|scope| {
        let other = scope.spawn(|| look(first));
        let second = look(second);
        [other.join().expect("a panic of the search ends it"), second]
    })
}

/// What the steps from some worlds lead to.
#[derive(Default)]
struct Ahead {
    steps: u64,
    asked: Asked,
    seen: Vec<Seen>,
    /// The names of those that nobody knew, one after the other.
    names: Vec<u32>,
    broken: Option<Broken>,
    writer: Writer,
    tried: Vec<Step>,
}

/// In the order in which it was seen.
enum Seen {
    /// From this world, with a step by which the owner sets a key or without.
    From(Place, bool),
    /// A step leads to a world that is known, and the owner may count on it.
    Way(Place),
    /// A step leads to the next of the new worlds, and the owner may count on it or not.
    New(bool),
}

/// The first step that breaks something.
struct Broken {
    world: Place,
    step: Step,
    properties: Vec<Property>,
}

impl Ahead {
    fn look(&mut self, system: &System, graph: &Graph, store: &mut Store<'_>, place: Place) {
        let world: World = Reader::value(graph.name(place));
        let mut tried = std::mem::take(&mut self.tried);
        system.steps(&world, &mut tried);
        let begin = self.seen.len();
        self.seen.push(Seen::From(place, false));
        let mut sets_key = false;
        for step in &tried {
            if !system.take(store, &world, *step) {
                continue;
            }
            self.steps += 1;
            let taken = Taken { before: &world, step: *step, after: &store.world, events: &store.events };
            let properties = system.judge(&taken, &mut self.asked);
            if !properties.is_empty() {
                self.broken.get_or_insert(Broken { world: place, step: *step, properties });
            }
            let helps = system.helps(&world, *step);
            let by_owner = |event: &Event| matches!(event, Event::KeySet { by: Person::Owner, .. });
            sets_key |= helps && store.events.iter().any(by_owner);
            let name = self.writer.name(&store.world);
            match graph.find(name) {
                Some(known) if helps && known != place => self.seen.push(Seen::Way(known)),
                Some(_) => {}
                None => {
                    self.names.extend(name);
                    self.seen.push(Seen::New(helps));
                }
            }
        }
        self.seen[begin] = Seen::From(place, sets_key);
        self.tried = tried;
    }

    /// Keeps what was found in the graph.
    fn keep(&self, graph: &mut Graph) {
        let (mut from, mut names) = (Graph::FIRST, &self.names[..]);
        for seen in &self.seen {
            match *seen {
                Seen::From(place, sets_key) => {
                    from = place;
                    graph.begin_ways(place);
                    if sets_key {
                        graph.add_goal(place);
                    }
                }
                Seen::Way(to) => graph.add_way(to),
                Seen::New(helps) => {
                    let (name, rest) = names.split_at(bits::length(names[0]) as usize);
                    names = rest;
                    let place = graph.place(name, from);
                    if helps {
                        graph.add_way(place);
                    }
                }
            }
        }
    }
}

impl Broken {
    fn on_the_way(self, system: &System, graph: &Graph) -> Counterexample {
        let mut steps = way_to(system, graph, self.world);
        steps.push(format!("{:?}", self.step));
        Counterexample { properties: self.properties, steps }
    }
}

/// The steps by which a world was first reached: from each world before, the first one that leads there.
fn way_to(system: &System, graph: &Graph, mut place: Place) -> Vec<String> {
    let (mut steps, mut tried) = (Vec::new(), Vec::new());
    let (mut store, mut writer) = (system.store(), Writer::default());
    while place != Graph::FIRST {
        let from = graph.from(place);
        let world: World = Reader::value(graph.name(from));
        system.steps(&world, &mut tried);
        let mut leads_here = |step: &&Step| {
            system.take(&mut store, &world, **step) && writer.name(&store.world) == graph.name(place)
        };
        steps.extend(tried.iter().find(&mut leads_here).map(|step| format!("{step:?}")));
        place = from;
    }
    steps.reverse();
    steps
}
