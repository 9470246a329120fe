//! Speaks to the person at the terminal; the only file that prints.

use std::fmt;
use std::io::{IsTerminal, Write, stderr, stdout};

/// Something that could not be done: what, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    what: String,
    cure: Option<String>,
}

impl Failure {
    /// A failure that says all there is to say.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), cure: None }
    }

    /// Adds what the person can do about it.
    #[must_use]
    pub(crate) fn cure(mut self, cure: impl Into<String>) -> Self {
        self.cure = Some(cure.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.what)?;
        match &self.cure {
            Some(cure) => write!(formatter, "\n  {}", cure.replace('\n', "\n  ")),
            None => Ok(()),
        }
    }
}

/// One line of output. A closed pipe (`cargo xtask size | head`) is no reason to stop.
pub(crate) fn line(text: impl fmt::Display) {
    let _ = writeln!(stdout(), "{text}");
}

/// One line about trouble.
pub(crate) fn trouble(text: impl fmt::Display) {
    let _ = writeln!(stderr(), "{text}");
}

/// Whether a person watches, so that a line may be rewritten while time passes.
pub(crate) fn watched() -> bool {
    stdout().is_terminal() && !in_ci()
}

/// Whether this runs in continuous integration: plain lines, no browser window.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

/// Replaces the line that is being shown (only for a watched terminal).
pub(crate) fn rewrite(text: &str) {
    let mut out = stdout();
    let _ = write!(out, "\r\x1b[K{text}");
    let _ = out.flush();
}
