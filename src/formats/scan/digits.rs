//! Runs of digits, and letters, in bytes. Every text of a repository is searched for them, so the search is fast: eight bytes at once,
//! each as one byte of a word.

use std::ops::Range;

/// A byte in every place of a word.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The highest bit of every byte.
const HIGH: u64 = each(0x80);
/// All other bits.
const LOW: u64 = each(0x7f);
const ZERO: u64 = each(b'0');
/// What lifts ten or more to the highest bit.
const TO_TEN: u64 = each(0x80 - 10);
/// The bit by which small letters differ from capital ones.
const SMALL: u64 = each(0x20);

/// The runs of ASCII digits, in order.
pub fn runs(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + first_digit(bytes.get(at..)?)?;
        let rest = bytes.get(start..).unwrap_or_default();
        at = start + rest.iter().take_while(|b| b.is_ascii_digit()).count();
        Some(start..at)
    })
}

fn first_digit(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    for (i, word) in words.iter().enumerate() {
        // a digit differs from `0` by less than ten
        let off = u64::from_le_bytes(*word) ^ ZERO;
        let ten_or_more = (off & LOW) + TO_TEN;
        let digits = !(ten_or_more | off) & HIGH;
        if digits != 0 {
            return Some(8 * i + digits.trailing_zeros() as usize / 8);
        }
    }
    let digit = rest.iter().position(u8::is_ascii_digit)?;
    Some(bytes.len() - rest.len() + digit)
}

/// Whether one of the places of an ASCII letter, given in lower case and looked for in both, fits.
pub fn any_letter(bytes: &[u8], letter: u8, mut fits: impl FnMut(usize) -> bool) -> bool {
    let (words, rest) = bytes.as_chunks::<8>();
    let all = each(letter);
    for (i, word) in words.iter().enumerate() {
        let off = (u64::from_le_bytes(*word) | SMALL) ^ all;
        let mut here = !(((off & LOW) + LOW) | off) & HIGH;
        while here != 0 {
            if fits(8 * i + here.trailing_zeros() as usize / 8) {
                return true;
            }
            here &= here - 1;
        }
    }
    let behind = bytes.len() - rest.len();
    let mut rest = rest.iter().enumerate();
    rest.any(|(i, b)| b.to_ascii_lowercase() == letter && fits(behind + i))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same, one byte after the other.
    fn plainly(bytes: &[u8]) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for (i, _) in bytes.iter().enumerate().filter(|(_, b)| b.is_ascii_digit()) {
            match found.last_mut() {
                Some(last) if last.end == i => last.end = i + 1,
                _ => found.push(i..i + 1),
            }
        }
        found
    }

    proptest! {
        #[test]
        fn every_run_is_found(text in "([a-f:ü\n/]{0,20}[0-9]{0,7}){0,6}", bytes: Vec<u8>) {
            for bytes in [text.as_bytes(), &bytes] {
                prop_assert_eq!(runs(bytes).collect::<Vec<_>>(), plainly(bytes));
            }
        }

        #[test]
        fn every_letter_is_found(text in "[oOpn/\u{4f}\u{2f}ß]{0,40}", bytes: Vec<u8>) {
            for bytes in [text.as_bytes(), &bytes] {
                let places = bytes.iter().enumerate();
                let plainly = places.filter(|(_, b)| matches!(b, b'o' | b'O')).map(|(i, _)| i);
                let mut found = Vec::new();
                let some = any_letter(bytes, b'o', |i| {
                    found.push(i);
                    false
                });
                prop_assert!(!some);
                prop_assert_eq!(&found, &plainly.collect::<Vec<_>>());
                prop_assert_eq!(any_letter(bytes, b'o', |_| true), !found.is_empty());
            }
        }
    }
}
