//! A value that must not be seen by accident: a token, a code, a verifier, a client secret.

use std::fmt;

/// Text that opens only by name. `Debug` is redacted, there is no `Display`, no equality and no serialisation,
/// so that a secret reaches a log, a snapshot or an error report only if someone writes `open()` there.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes the text over.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Every call of this is a place to check in a review.
    pub fn open(&self) -> &str {
        &self.0
    }

    /// How many bytes the text has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_never_shows_the_text() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "[redacted]");
        assert_eq!(format!("{:?}", Some(Secret::new("hunter2"))), "Some([redacted])");
        assert_eq!(Secret::new("hunter2").len(), 7);
        assert!(Secret::new("").is_empty() && !Secret::new("hunter2").is_empty());
    }
}
