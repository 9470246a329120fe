//! Randomness as an input: the browser draws 32 bytes once per event, this stretches them to what the event needs.

use sha2::{Digest, Sha256};

/// A source of unpredictable bytes that is itself a plain value, so a test can replay it.
///
/// The stream is SHA-256 over seed and counter; with a seed from `crypto.getRandomValues` every block has the
/// full 256 bits, which is what RFC 7636 section 7.1 asks of a verifier.
#[derive(Clone)]
pub struct Entropy {
    seed: [u8; 32],
    counter: u64,
}

impl Entropy {
    /// Starts a stream; the seed must come from a cryptographic source.
    pub fn new(seed: [u8; 32]) -> Self {
        Self { seed, counter: 0 }
    }

    /// The next 32 bytes of the stream.
    pub fn block(&mut self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.seed);
        hash.update(self.counter.to_be_bytes());
        self.counter += 1;
        hash.finalize().into()
    }

    /// A random GUID (RFC 9562 version 4), as Microsoft's correlation ids are.
    pub fn guid(&mut self) -> String {
        let mut bytes = self.block();
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let mut text = hex(&bytes[..16]);
        for place in [8, 13, 18, 23] {
            text.insert(place, '-');
        }
        text
    }

    /// A number below 1000, for jitter.
    pub fn permille(&mut self) -> u64 {
        let bytes = self.block();
        u64::from(u16::from_be_bytes([bytes[0], bytes[1]])) % 1000
    }

    /// A few lower-case hex digits, for names that must differ.
    pub fn short(&mut self) -> String {
        hex(&self.block()[..3])
    }
}

impl std::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entropy")
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_one_stream_differ_and_replay() {
        let mut first = Entropy::new([7; 32]);
        let mut again = Entropy::new([7; 32]);
        let one = first.block();
        assert_eq!(one, again.block());
        assert_ne!(one, first.block());
    }

    #[test]
    fn a_guid_has_the_form_of_version_4() {
        let guid = Entropy::new([1; 32]).guid();
        let parts: Vec<usize> = guid.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert_eq!(guid.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&guid.as_bytes()[19]));
    }

    #[test]
    fn short_values_differ_and_the_stream_is_not_shown() {
        let mut entropy = Entropy::new([1; 32]);
        let (one, other) = (entropy.short(), entropy.short());
        assert!(one.len() == 6 && one.bytes().all(|sign| sign.is_ascii_hexdigit()), "{one}");
        assert_ne!(one, other);
        let many: Vec<u64> = (0..64).map(|_| entropy.permille()).collect();
        assert!(many.iter().all(|it| *it < 1000) && many.iter().any(|it| *it > 500) && many.iter().any(|it| *it < 500));
        assert_eq!(format!("{entropy:?}"), "Entropy");
    }
}
