//! Ids and secrets from one seed: two clouds with the same seed and the same requests give the same answers.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// Makes every id, code, token and secret of one cloud. There is no operating-system randomness in the core.
#[derive(Clone, Debug)]
pub struct Ids {
    seed: u64,
    made: u64,
}

impl Ids {
    /// A generator that always gives the same row for the same seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, made: 0 }
    }

    fn block(&mut self, lane: u8) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_le_bytes());
        hash.update(self.made.to_le_bytes());
        hash.update([lane]);
        if lane == 0 {
            self.made = self.made.wrapping_add(1);
        }
        hash.finalize().into()
    }

    /// The next id, shaped like a random (version 4) one.
    pub fn uuid(&mut self) -> Uuid {
        let block = self.block(0);
        let mut bytes = [0_u8; 16];
        bytes.copy_from_slice(&block[..16]);
        Builder::from_random_bytes(bytes).into_uuid()
    }

    /// The next client secret: 40 characters of the alphabet Entra uses, with its usual `~` in the fourth or fifth place.
    pub fn secret(&mut self) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
        let tail = self.block(1);
        let head = self.block(0);
        let mut secret: String =
            head.iter().chain(&tail).take(39).map(|byte| char::from(ALPHABET[usize::from(byte & 63)])).collect();
        secret.insert(4, '~');
        secret
    }

    /// The next opaque value for codes, refresh tokens and session cookies: URL-safe, 86 characters.
    pub fn opaque(&mut self) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut value = String::with_capacity(86);
        for _ in 0..3 {
            let block = self.block(0);
            value.extend(block.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 63)])));
        }
        value.truncate(86);
        value
    }

    /// A number from 0 up to, not including, `bound` (0 when `bound` is 0).
    pub fn below(&mut self, bound: u64) -> u64 {
        let block = self.block(0);
        let mut bytes = [0_u8; 8];
        bytes.copy_from_slice(&block[..8]);
        u64::from_le_bytes(bytes).checked_rem(bound).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn the_same_seed_gives_the_same_row_and_another_seed_another() {
        let (mut one, mut same, mut other) = (Ids::new(7), Ids::new(7), Ids::new(8));
        for _ in 0..20 {
            let id = one.uuid();
            assert_eq!(id, same.uuid());
            assert_ne!(id, other.uuid());
        }
        let secret = one.secret();
        assert_eq!(secret, same.secret());
        assert_eq!(secret.len(), 40);
        assert_ne!(secret, one.secret());
        assert_eq!(one.opaque().len(), 86);
    }
}
