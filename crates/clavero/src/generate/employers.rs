//! Made-up employers of every kind: companies with branches, public bodies, persons, foreigners, households; some without
//! a mailbox, some without a key.

use clavero_protocol::EmployerKind;

use super::{
    names,
    numbers::{BODIES, CEDULAS, COMPANIES, Walk, cedula, company, public_body},
    random::SplitMix,
};

/// A row of the registry, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MadeUp {
    pub(crate) ruc: String,
    pub(crate) sucursal: u16,
    pub(crate) name: String,
    pub(crate) kind: EmployerKind,
    pub(crate) representative: String,
    pub(crate) representative_name: String,
    pub(crate) email: String,
    pub(crate) has_key: bool,
}

/// Branches of one company, at most.
const MOST_BRANCHES: u64 = 6;

/// Makes employers, one after the other, without end.
#[derive(Debug, Clone)]
pub(crate) struct MadeUpEmployers {
    random: SplitMix,
    people: Walk,
    companies: Walk,
    bodies: Walk,
    /// The company whose branches are being made, and how many are left.
    branches: Option<(MadeUp, u64)>,
    made: u64,
}

impl MadeUpEmployers {
    /// The same seed makes the same employers.
    pub(crate) const fn new(seed: u64) -> Self {
        let mut random = SplitMix::new(seed);
        let (people, companies, bodies) = (random.next(), random.next(), random.next());
        Self {
            people: Walk::new(people, CEDULAS),
            companies: Walk::new(companies, COMPANIES),
            bodies: Walk::new(bodies, BODIES),
            random,
            branches: None,
            made: 0,
        }
    }

    fn person(&mut self) -> String {
        let random = &mut self.random;
        format!("{} {} {}", random.pick(&names::FIRST), random.pick(&names::LAST), random.pick(&names::LAST))
    }

    fn kind(&mut self) -> EmployerKind {
        match self.random.below(100) {
            0..55 => EmployerKind::Privada,
            55..59 => EmployerKind::Publica,
            59..84 => EmployerKind::Natural,
            84..87 => EmployerKind::Extranjera,
            _ => EmployerKind::Domestico,
        }
    }

    fn employer(&mut self) -> MadeUp {
        let kind = self.kind();
        let representative_name = self.person();
        let cedula = cedula(&mut self.people);
        let (ruc, name) = match kind {
            EmployerKind::Privada => (company(&mut self.companies), self.company_name()),
            EmployerKind::Publica => (public_body(&mut self.bodies), self.body_name()),
            EmployerKind::Natural => (format!("{cedula}001"), representative_name.clone()),
            EmployerKind::Extranjera => (company(&mut self.companies), representative_name.clone()),
            EmployerKind::Domestico => (format!("{cedula}000"), representative_name.clone()),
        };
        let representative = if kind == EmployerKind::Extranjera {
            format!("EXT{:06}", self.random.below(1_000_000))
        } else {
            cedula
        };
        let email = if self.random.percent(3) {
            String::new()
        } else {
            format!("empleador{}@{}", self.made, self.random.pick(&names::DOMAINS))
        };
        let has_key = !self.random.percent(4);
        MadeUp { ruc, sucursal: 1, name, kind, representative, representative_name, email, has_key }
    }

    fn company_name(&mut self) -> String {
        let random = &mut self.random;
        let (trade, place) = (random.pick(&names::TRADES), random.pick(&names::PLACES));
        format!("{trade} {place} {} {}", self.made, random.pick(&names::COMPANY_FORMS))
    }

    fn body_name(&mut self) -> String {
        let random = &mut self.random;
        format!("{} {} {}", random.pick(&names::BODIES), random.pick(&names::PLACES), self.made)
    }
}

impl Iterator for MadeUpEmployers {
    type Item = MadeUp;

    fn next(&mut self) -> Option<MadeUp> {
        self.made += 1;
        if let Some((mut branch, left)) = self.branches.take() {
            branch.sucursal += 1;
            if left > 1 {
                self.branches = Some((branch.clone(), left - 1));
            }
            return Some(branch);
        }
        let employer = self.employer();
        let has_branches = matches!(employer.kind, EmployerKind::Privada | EmployerKind::Publica);
        if has_branches && self.random.percent(8) {
            self.branches = Some((employer.clone(), 1 + self.random.below(MOST_BRANCHES - 1)));
        }
        Some(employer)
    }
}
