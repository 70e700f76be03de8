//! Numbers and lists of them as bits, as few as they need, one after the other in words of 32.

/// What can be written as bits and read from them again: the same bits for equal values, and for no others.
pub(crate) trait Packed: Sized {
    fn write(&self, bits: &mut Writer);
    fn read(bits: &mut Reader<'_>) -> Self;
}

/// Writes into words that are kept for the next.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    words: Vec<u32>,
    /// What does not fill a word yet.
    rest: u64,
    filled: u32,
}

/// Bits of the number of words that every name begins with.
const LENGTH: u32 = 6;

impl Writer {
    /// What `value` is written as. The first bits are the number of words, so that no name begins another.
    pub(crate) fn name(&mut self, value: &impl Packed) -> &[u32] {
        self.words.clear();
        (self.rest, self.filled) = (0, LENGTH);
        value.write(self);
        if self.filled > 0 {
            self.words.push(low(self.rest));
        }
        let length = u32::try_from(self.words.len()).ok().filter(|length| *length < 1 << LENGTH);
        self.words[0] |= length.expect("no bound has worlds of 250 bytes");
        &self.words
    }

    pub(crate) fn put(&mut self, number: u32, width: u32) {
        assert!(u64::from(number) < 1 << width, "{number} does not fit into {width} bits");
        self.rest |= u64::from(number) << self.filled;
        self.filled += width;
        if self.filled >= u32::BITS {
            self.words.push(low(self.rest));
            self.rest >>= u32::BITS;
            self.filled -= u32::BITS;
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is wanted")]
const fn low(bits: u64) -> u32 {
    bits as u32
}

/// Words of the name that begins here.
pub(crate) const fn length(first: u32) -> u32 {
    first & ((1 << LENGTH) - 1)
}

/// Bits that tell so many words apart.
pub(crate) const fn width(words: usize) -> u32 {
    usize::BITS - (words - 1).leading_zeros()
}

/// Reads what a [`Writer`] wrote.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    words: &'a [u32],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn value<T: Packed>(name: &'a [u32]) -> T {
        T::read(&mut Self { words: name, at: LENGTH as usize })
    }

    pub(crate) fn take(&mut self, width: u32) -> u32 {
        let (word, from) = (self.at / 32, self.at % 32);
        let next = self.words.get(word + 1).copied().unwrap_or_default();
        let both = u64::from(self.words[word]) | u64::from(next) << 32;
        self.at += width as usize;
        low(both >> from & ((1 << width) - 1))
    }
}

/// Most numbers here are small: three bits, or three and six more.
const SMALL: u32 = 7;

impl Packed for u32 {
    fn write(&self, bits: &mut Writer) {
        bits.put((*self).min(SMALL), 3);
        if *self >= SMALL {
            bits.put(*self - SMALL, 6);
        }
    }

    fn read(bits: &mut Reader<'_>) -> Self {
        match bits.take(3) {
            SMALL => SMALL + bits.take(6),
            small => small,
        }
    }
}

impl Packed for u8 {
    fn write(&self, bits: &mut Writer) {
        u32::from(*self).write(bits);
    }

    fn read(bits: &mut Reader<'_>) -> Self {
        Self::try_from(u32::read(bits)).expect("70 is the largest that is written")
    }
}

impl Packed for bool {
    fn write(&self, bits: &mut Writer) {
        bits.put(u32::from(*self), 1);
    }

    fn read(bits: &mut Reader<'_>) -> Self {
        bits.take(1) == 1
    }
}

impl<T: Packed> Packed for Option<T> {
    fn write(&self, bits: &mut Writer) {
        self.is_some().write(bits);
        if let Some(value) = self {
            value.write(bits);
        }
    }

    fn read(bits: &mut Reader<'_>) -> Self {
        bool::read(bits).then(|| T::read(bits))
    }
}

/// A list is its length and its values.
pub(crate) fn write_list<T: Packed>(list: &[T], bits: &mut Writer) {
    u32::try_from(list.len()).expect("no list of a world is that long").write(bits);
    for value in list {
        value.write(bits);
    }
}

impl<T: Packed> Packed for Vec<T> {
    fn write(&self, bits: &mut Writer) {
        write_list(self, bits);
    }

    fn read(bits: &mut Reader<'_>) -> Self {
        (0..u32::read(bits)).map(|_| T::read(bits)).collect()
    }
}

impl<T: Packed, const N: usize> Packed for [T; N] {
    fn write(&self, bits: &mut Writer) {
        for value in self {
            value.write(bits);
        }
    }

    fn read(bits: &mut Reader<'_>) -> Self {
        std::array::from_fn(|_| T::read(bits))
    }
}

/// A struct is its fields, one after the other.
macro_rules! fields {
    ($($name:ident { $($field:ident),+ })+) => {$(
        impl Packed for $name {
            fn write(&self, bits: &mut Writer) {
                $(self.$field.write(bits);)+
            }

            fn read(bits: &mut Reader<'_>) -> Self {
                $(let $field = Packed::read(bits);)+
                Self { $($field),+ }
            }
        }
    )+};
}

/// One of a few words is its place among them.
macro_rules! words {
    ($($name:ident { $($word:ident),+ })+) => {$(
        impl Packed for $name {
            fn write(&self, bits: &mut Writer) {
                bits.put(*self as u32, crate::bits::width([$(Self::$word),+].len()));
            }

            fn read(bits: &mut Reader<'_>) -> Self {
                let words = [$(Self::$word),+];
                words[bits.take(crate::bits::width(words.len())) as usize]
            }
        }
    )+};
}

pub(crate) use {fields, words};
