//! Every world that was reached, and the ways between them, in two lists of numbers.

use hashbrown::HashTable;

use crate::bits;

/// Where a world lies. Half of the numbers: eight gigabytes of worlds.
pub(crate) type Place = u32;

/// Marks whose ways follow.
const WHOSE: u32 = 1 << 31;

/// The worlds one after the other, in the order in which they were reached: from where, and the name. They are found by their whole names; the
/// table holds only places.
pub(crate) struct Graph {
    lines: Vec<u32>,
    table: HashTable<Place>,
    /// For each world its place, marked, and then where the steps lead that the owner may count on.
    ways: Vec<u32>,
    /// The worlds in which the owner sets a key by the next step.
    goals: Vec<Place>,
}

impl Graph {
    pub(crate) const FIRST: Place = 0;

    pub(crate) fn new(first: &[u32]) -> Self {
        let mut graph =
            Self { lines: Vec::new(), table: HashTable::new(), ways: Vec::new(), goals: Vec::new() };
        graph.place(first, Self::FIRST);
        graph
    }

    pub(crate) fn worlds(&self) -> usize {
        self.table.len()
    }

    /// What it all takes up, in bytes.
    pub(crate) fn size(&self) -> usize {
        let numbers = self.lines.capacity() + self.ways.capacity() + self.goals.capacity();
        numbers * size_of::<u32>() + self.table.allocation_size()
    }

    pub(crate) fn name(&self, place: Place) -> &[u32] {
        name(&self.lines, place)
    }

    /// From where it was first reached.
    pub(crate) fn from(&self, place: Place) -> Place {
        self.lines[place as usize]
    }

    /// The place after this one: of the next world, or of the next that will be found.
    pub(crate) fn after(&self, place: Place) -> Place {
        place + 1 + bits::length(self.lines[place as usize + 1])
    }

    pub(crate) fn end(&self) -> Place {
        Place::try_from(self.lines.len()).expect("place refuses what lies farther")
    }

    pub(crate) fn find(&self, name: &[u32]) -> Option<Place> {
        self.table.find(hash(name), |place| self.name(*place) == name).copied()
    }

    /// Where the world lies. If it is a new one, it is kept.
    pub(crate) fn place(&mut self, known: &[u32], from: Place) -> Place {
        if let Some(place) = self.find(known) {
            return place;
        }
        let place = self.end();
        assert!(place < WHOSE, "more worlds than eight gigabytes hold");
        self.lines.push(from);
        self.lines.extend(known);
        let lines = &self.lines;
        self.table.insert_unique(hash(known), place, |place| hash(name(lines, *place)));
        place
    }

    /// What follows are the ways of this world.
    pub(crate) fn begin_ways(&mut self, of: Place) {
        self.ways.push(of | WHOSE);
    }

    pub(crate) fn add_way(&mut self, to: Place) {
        self.ways.push(to);
    }

    pub(crate) fn add_goal(&mut self, at: Place) {
        self.goals.push(at);
    }

    /// A world from which no way leads to a goal.
    pub(crate) fn stuck(&self) -> Option<Place> {
        let mut has_way = Places(vec![0; self.lines.len() / 64 + 1]);
        self.goals.iter().for_each(|goal| has_way.add(*goal));
        // Most ways lead to later worlds, so that few rounds from the end do.
        let mut changed = true;
        while changed {
            changed = false;
            let mut leads = false;
            for way in self.ways.iter().rev() {
                let place = way & !WHOSE;
                if *way == place {
                    leads |= has_way.has(place);
                    continue;
                }
                if leads && !has_way.has(place) {
                    has_way.add(place);
                    changed = true;
                }
                leads = false;
            }
        }
        let worlds = self.ways.iter().filter(|way| **way & WHOSE != 0).map(|way| way & !WHOSE);
        worlds.into_iter().find(|world| !has_way.has(*world))
    }
}

fn name(lines: &[u32], place: Place) -> &[u32] {
    let begin = place as usize + 1;
    &lines[begin..begin + bits::length(lines[begin]) as usize]
}

/// Places as bits.
struct Places(Vec<u64>);

impl Places {
    fn has(&self, place: Place) -> bool {
        self.0[place as usize / 64] >> (place % 64) & 1 == 1
    }

    fn add(&mut self, place: Place) {
        self.0[place as usize / 64] |= 1 << (place % 64);
    }
}

/// Where to look for a name; what is found there is compared whole.
fn hash(name: &[u32]) -> u64 {
    // The golden ratio's odd neighbour carries what differs in a few bits to the upper ones, and the shift to the lower ones.
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    name.iter().fold(0, |hash: u64, word| {
        let mixed = (hash ^ u64::from(*word)).wrapping_mul(SPREAD);
        mixed ^ mixed >> 32
    })
}
