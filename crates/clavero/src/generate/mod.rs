//! Made-up registers in the formats that the importers read: for trying out, testing and measuring. No row is a real
//! employer's, except by chance.

mod employers;
mod names;
mod numbers;
mod random;

use std::io::{self, Write};

use clavero_protocol::EmployerKind;

pub(crate) use self::employers::{MadeUp, MadeUpEmployers};
use self::random::SplitMix;
use crate::import::{CATASTRO_COLUMNS, EMPLOYER_COLUMNS};

/// Writes so many rows of the employer registry.
pub(crate) fn write_employers(count: u32, seed: u64, output: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(output);
    writer.write_record(EMPLOYER_COLUMNS).map_err(io_error)?;
    for made_up in MadeUpEmployers::new(seed).take(count as usize) {
        let MadeUp { ruc, sucursal, name, kind, representative, representative_name, email, has_key } =
            made_up;
        let (sucursal, has_key) = (format!("{sucursal:04}"), if has_key { "si" } else { "no" });
        let row = [
            ruc.as_str(),
            &sucursal,
            &name,
            kind.as_str(),
            &representative,
            &representative_name,
            &email,
            has_key,
        ];
        writer.write_record(row).map_err(io_error)?;
    }
    writer.flush()
}

/// With the kind that the system gave it: who writes into a closed pipe wants to know.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Writes the tax register of the same employers, as the authority writes it: `|`, ISO-8859-1, a row per establishment.
/// Households are not in it.
pub(crate) fn write_catastro(count: u32, seed: u64, mut output: impl Write) -> io::Result<()> {
    let mut random = SplitMix::new(seed ^ 0xCA7A_5780);
    writeln!(output, "{}\r", CATASTRO_COLUMNS.map(str::to_uppercase).join("|"))?;
    let mut last: Option<(String, String)> = None;
    for made_up in MadeUpEmployers::new(seed).take(count as usize) {
        if made_up.kind == EmployerKind::Domestico {
            continue;
        }
        // Every establishment of a RUC has the state of the RUC.
        let state = match last.take() {
            Some((ruc, state)) if ruc == made_up.ruc => state,
            _ => state(&mut random),
        };
        let text = format!(
            "{}|{}|PICHINCHA|{state}|S|SOCIEDAD|{}||ABI|PICHINCHA|QUITO|IÑAQUITO|G4711|VENTA AL POR MENOR|N|N\r\n",
            made_up.ruc, made_up.name, made_up.sucursal
        );
        output.write_all(&latin_1(&text))?;
        last = Some((made_up.ruc, state));
    }
    output.flush()
}

/// State, class and the four dates.
fn state(random: &mut SplitMix) -> String {
    let day = |random: &mut SplitMix, from: u64, years: u64| {
        let (year, month, day) = (from + random.below(years), 1 + random.below(12), 1 + random.below(28));
        format!("{year}-{month:02}-{day:02} 00:00:00")
    };
    let (started, updated) = (day(random, 1995, 25), day(random, 2021, 5));
    match random.below(100) {
        0..4 => format!("SUSPENDIDO|GEN|{started}|{updated}|{}|", day(random, 2021, 5)),
        4..6 => format!("PASIVO|GEN|{started}|{updated}|{}|", day(random, 2021, 5)),
        6..8 => format!("ACTIVO|RISE|{started}|{updated}||{}", day(random, 2021, 5)),
        _ => format!("ACTIVO|GEN|{started}|{updated}||"),
    }
}

fn latin_1(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, io::Cursor, sync::Arc};

    use clavero_protocol::{ForeignerRule, TaxState};

    use super::*;
    use crate::import::{Catastro, Employers, Register, Sorter, Words, packed};

    #[test]
    fn every_made_up_employer_is_one_that_the_import_takes() {
        let mut bytes = Vec::new();
        write_employers(3_000, 1, &mut bytes).unwrap();
        let mut employers = Employers::new(Cursor::new(&bytes), ForeignerRule::default()).ok().unwrap();
        let (mut kinds, mut branches, mut count) = (BTreeSet::new(), 0, 0);
        while let Some(row) = employers.next().unwrap() {
            let row = row.unwrap_or_else(|error| panic!("{error:?}"));
            kinds.insert(row.kind);
            branches += u32::from(row.key.sucursal().to_string() != "0001");
            count += 1;
        }
        assert_eq!((count, kinds.len()), (3_000, EmployerKind::ALL.len()));
        assert!(branches > 50, "{branches}");
        assert!(String::from_utf8(bytes).unwrap().contains('ñ'));
    }

    #[test]
    fn the_tax_register_of_the_same_seed_speaks_of_the_same_employers() {
        let mut bytes = Vec::new();
        write_catastro(3_000, 1, &mut bytes).unwrap();
        let known: BTreeSet<String> =
            MadeUpEmployers::new(1).take(3_000).map(|made_up| made_up.ruc).collect();
        let words = Arc::new(Words::default());
        let mut catastro = Catastro::new(Cursor::new(&bytes), Arc::clone(&words)).ok().unwrap();
        let mut rows = Sorter::default();
        while let Some(row) = catastro.next().unwrap() {
            let row = row.unwrap_or_else(|error| panic!("{error:?}"));
            assert!(known.contains(&format!("{:013}", row.ruc)));
            rows.push(packed(0, &row)).unwrap();
        }
        let mut states = [0_u32; 3];
        for row in Register::new(rows.finish().unwrap(), &words).rows().unwrap() {
            match row.unwrap().state {
                TaxState::Active => states[0] += 1,
                TaxState::Suspended => states[1] += 1,
                TaxState::Closed => states[2] += 1,
                other => panic!("{other:?}"),
            }
        }
        assert!(states.iter().all(|count| *count > 20), "{states:?}");
    }

    #[test]
    fn one_seed_gives_one_file_and_another_seed_another() {
        let made = |seed| {
            let mut bytes = Vec::new();
            write_employers(100, seed, &mut bytes).unwrap();
            bytes
        };
        assert_eq!(made(1), made(1));
        assert_ne!(made(1), made(2));
    }
}
