//! The ways to register an application inside Business Central (business-central.md 3).

/// One way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RouteKind {
    /// A partner extension's API page.
    PartnerApi,
    /// The administrator enters it by hand, we watch.
    Guided,
}

impl RouteKind {
    /// Stable word for checkpoints and links.
    pub fn word(self) -> &'static str {
        match self {
            Self::PartnerApi => "partner-api",
            Self::Guided => "guided",
        }
    }

    /// The reverse of [`Self::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::PartnerApi, Self::Guided].into_iter().find(|kind| kind.word() == word)
    }
}
