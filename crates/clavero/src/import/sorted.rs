//! Millions of numbers in their order, in little memory: sorted piece by piece, the pieces in a file that has no name, and read
//! back as one.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
    fs::File,
    io::{self, BufWriter, Write as _},
    ops::Range,
    os::unix::fs::FileExt as _,
};

/// Numbers that are sorted at once: 16 MiB.
const PIECE: usize = 1 << 20;
/// Numbers of a piece that are read at once.
const READ: usize = 4_096;
/// Bytes of a number.
const WIDTH: usize = size_of::<u128>();

/// Takes numbers in any order.
#[derive(Debug)]
pub(crate) struct Sorter {
    piece: Vec<u128>,
    size: usize,
    file: Option<File>,
    ends: Vec<u64>,
}

impl Default for Sorter {
    fn default() -> Self {
        Self::of_pieces(PIECE)
    }
}

impl Sorter {
    fn of_pieces(size: usize) -> Self {
        Self { piece: Vec::new(), size, file: None, ends: Vec::new() }
    }

    /// Takes one.
    ///
    /// # Errors
    /// The folder for temporary files is full.
    pub(crate) fn push(&mut self, number: u128) -> io::Result<()> {
        self.piece.push(number);
        if self.piece.len() < self.size { Ok(()) } else { self.put_away() }
    }

    fn put_away(&mut self) -> io::Result<()> {
        self.piece.sort_unstable();
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        let mut writer = BufWriter::with_capacity(READ * WIDTH, file);
        for number in &self.piece {
            writer.write_all(&number.to_le_bytes())?;
        }
        writer.flush()?;
        let end = self.ends.last().copied().unwrap_or(0) + self.piece.len() as u64;
        self.ends.push(end);
        self.piece.clear();
        Ok(())
    }

    /// All of them have come.
    pub(crate) fn finish(mut self) -> io::Result<Sorted> {
        if self.file.is_some() && !self.piece.is_empty() {
            self.put_away()?;
            self.piece.shrink_to_fit();
        }
        self.piece.sort_unstable();
        Ok(Sorted { kept: self.piece, file: self.file, ends: self.ends })
    }
}

/// Numbers that can be read in their order, as often as wanted.
#[derive(Debug)]
pub(crate) struct Sorted {
    kept: Vec<u128>,
    file: Option<File>,
    ends: Vec<u64>,
}

impl Sorted {
    /// From the smallest to the largest.
    pub(crate) fn numbers(&self) -> io::Result<Numbers<'_>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let pieces =
            starts.zip(&self.ends).map(|(start, end)| Piece { rest: start..*end, read: VecDeque::new() });
        let mut numbers = Numbers {
            kept: self.kept.iter(),
            file: self.file.as_ref(),
            pieces: pieces.collect(),
            next: BinaryHeap::new(),
        };
        for place in 0..numbers.pieces.len() {
            numbers.look(place)?;
        }
        Ok(numbers)
    }
}

#[derive(Debug)]
struct Piece {
    rest: Range<u64>,
    read: VecDeque<u128>,
}

/// The numbers on their way.
#[derive(Debug)]
pub(crate) struct Numbers<'a> {
    kept: std::slice::Iter<'a, u128>,
    file: Option<&'a File>,
    pieces: Vec<Piece>,
    next: BinaryHeap<Reverse<(u128, usize)>>,
}

impl Numbers<'_> {
    /// Puts the next number of a piece among those of which the smallest is next.
    fn look(&mut self, place: usize) -> io::Result<()> {
        let (Some(piece), Some(file)) = (self.pieces.get_mut(place), self.file) else { return Ok(()) };
        if piece.read.is_empty() {
            let count = (piece.rest.end - piece.rest.start).min(READ as u64);
            let mut bytes = vec![0; usize::try_from(count).unwrap_or(READ) * WIDTH];
            file.read_exact_at(&mut bytes, piece.rest.start * WIDTH as u64)?;
            piece.rest.start += count;
            let (numbers, _) = bytes.as_chunks::<WIDTH>();
            piece.read.extend(numbers.iter().map(|bytes| u128::from_le_bytes(*bytes)));
        }
        if let Some(number) = piece.read.pop_front() {
            self.next.push(Reverse((number, place)));
        }
        Ok(())
    }
}

impl Iterator for Numbers<'_> {
    type Item = io::Result<u128>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.file.is_none() {
            return self.kept.next().copied().map(Ok);
        }
        let Reverse((number, place)) = self.next.pop()?;
        Some(self.look(place).map(|()| number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn numbers_come_back_in_their_order_however_many_pieces_they_make(
            numbers in proptest::collection::vec(proptest::num::u128::ANY, 0..200), size in 1_usize..50,
        ) {
            let mut sorter = Sorter::of_pieces(size);
            for number in &numbers {
                sorter.push(*number).unwrap();
            }
            let sorted = sorter.finish().unwrap();
            let mut expected = numbers;
            expected.sort_unstable();
            for _ in 0..2 {
                let read: Vec<u128> = sorted.numbers().unwrap().map(Result::unwrap).collect();
                proptest::prop_assert_eq!(&read, &expected);
            }
        }
    }
}
