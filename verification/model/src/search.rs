//! Breadth first through every world that can be reached, and backwards from the keys that the owner sets.
//!
//! Own and short, for two reasons: whether there is a way on from every state is a question about the graph's edges, which
//! `stateright` does not keep (its `eventually` is unsound where there are cycles, and endless time has them); and worlds
//! are compared whole here, where it compares 64 bits of them.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::{
    judge::{Asked, Taken},
    property::Property,
    step::{Step, System},
    store::Event,
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

/// The graph, as far as it is needed afterwards.
struct Graph {
    places: HashMap<Box<[u8]>, u32>,
    /// From where, and by which step, each world was first reached.
    from: Vec<(u32, Step)>,
    /// For each world where its steps end in `ways`.
    ends: Vec<usize>,
    /// Where the steps lead that the owner may count on.
    ways: Vec<u32>,
    /// The worlds in which the owner sets a key by the next step.
    goals: Vec<u32>,
}

impl Graph {
    fn new(first: &World) -> Self {
        let mut name = Vec::new();
        first.name(&mut name);
        let places = HashMap::from([(name.into_boxed_slice(), 0)]);
        Self { places, from: vec![(0, Step::Tick)], ends: Vec::new(), ways: Vec::new(), goals: Vec::new() }
    }

    /// The world's number, and whether it is new.
    fn place(&mut self, name: &[u8], from: u32, step: Step) -> (u32, bool) {
        if let Some(known) = self.places.get(name) {
            return (*known, false);
        }
        let next =
            u32::try_from(self.from.len()).expect("more worlds than a u32 counts would not fit into memory");
        self.places.insert(name.into(), next);
        self.from.push((from, step));
        (next, true)
    }

    fn way_to(&self, mut world: u32) -> Vec<String> {
        let mut steps = Vec::new();
        while world != 0 {
            let (from, step) = self.from[world as usize];
            steps.push(format!("{step:?}"));
            world = from;
        }
        steps.reverse();
        steps
    }

    /// The first world from which no way leads to a goal.
    fn stuck(&self) -> Option<u32> {
        let mut has_way = vec![false; self.ends.len()];
        for goal in &self.goals {
            has_way[*goal as usize] = true;
        }
        let mut changed = true;
        while changed {
            changed = false;
            for world in (0..self.ends.len()).rev().filter(|world| !has_way[*world]).collect::<Vec<_>>() {
                let begin = if world == 0 { 0 } else { self.ends[world - 1] };
                if self.ways[begin..self.ends[world]].iter().any(|next| has_way[*next as usize]) {
                    has_way[world] = true;
                    changed = true;
                }
            }
        }
        has_way.iter().position(|has| !has).and_then(|world| u32::try_from(world).ok())
    }
}

/// Explores a bound to its end, or to the first thing that is broken.
pub(crate) fn explore(system: &System) -> Explored {
    let began = Instant::now();
    let mut search = Search::new(system);
    let first = system.first();
    let mut graph = Graph::new(&first);
    let mut layer = vec![first];
    let mut depth = 0;
    let mut broken = None;
    while broken.is_none() && !layer.is_empty() {
        match search.next_layer(&mut graph, &layer) {
            Ok(next) => layer = next,
            Err(found) => broken = Some(found),
        }
        depth += usize::from(!layer.is_empty());
    }
    // Without the owner there is nobody to find a way on for.
    if broken.is_none() && system.bound.has_owner() {
        search.asked.0[Property::WayOn as usize] = graph.from.len() as u64;
        let stuck = graph.stuck().map(|world| graph.way_to(world));
        broken = stuck.map(|steps| Counterexample { properties: vec![Property::WayOn], steps });
    }
    let (name, worlds) = (system.bound.name, graph.from.len());
    let Search { steps, asked, .. } = search;
    Explored { name, worlds, steps, depth, took: began.elapsed(), asked, broken }
}

struct Search<'a> {
    system: &'a System,
    steps: u64,
    asked: Asked,
    /// Written over for each world.
    name: Vec<u8>,
    tried: Vec<Step>,
}

impl<'a> Search<'a> {
    fn new(system: &'a System) -> Self {
        Self { system, steps: 0, asked: Asked::default(), name: Vec::new(), tried: Vec::new() }
    }

    /// Every new world that is one step from these.
    fn next_layer(&mut self, graph: &mut Graph, layer: &[World]) -> Result<Vec<World>, Counterexample> {
        let mut next_layer = Vec::new();
        for world in layer {
            let here = u32::try_from(graph.ends.len()).expect("counted when it was placed");
            let mut tried = std::mem::take(&mut self.tried);
            self.system.steps(world, &mut tried);
            for step in &tried {
                next_layer.extend(self.go(graph, (here, world), *step)?);
            }
            self.tried = tried;
            graph.ends.push(graph.ways.len());
        }
        Ok(next_layer)
    }

    /// Takes a step, judges it, and answers the world that it leads to, if that is a new one.
    fn go(
        &mut self,
        graph: &mut Graph,
        (here, world): (u32, &World),
        step: Step,
    ) -> Result<Option<World>, Counterexample> {
        let Some((after, events)) = self.system.take(world, step) else { return Ok(None) };
        self.steps += 1;
        let taken = Taken { before: world, step, after: &after, events: &events };
        let properties = self.system.judge(&taken, &mut self.asked);
        if !properties.is_empty() {
            let mut steps = graph.way_to(here);
            steps.push(format!("{step:?}"));
            return Err(Counterexample { properties, steps });
        }
        after.name(&mut self.name);
        let (place, new) = graph.place(&self.name, here, step);
        if self.system.helps(world, step) {
            let by_owner = |event: &Event| matches!(event, Event::KeySet { by: Person::Owner, .. });
            if events.iter().any(by_owner) && graph.goals.last() != Some(&here) {
                graph.goals.push(here);
            }
            graph.ways.push(place);
        }
        Ok(new.then_some(after))
    }
}
