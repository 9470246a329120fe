//! The ways to register an application inside Business Central (business-central.md 3), best first.

/// One way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RouteKind {
    /// The Business Central page around this one does it in AL.
    Host,
    /// A partner extension's API page.
    PartnerApi,
    /// The card or list published as an OData page, up to version 29.
    OData,
    /// The administrator enters it by hand, we watch.
    Guided,
    /// A configuration package; experimental, never taken unless chosen.
    Package,
}

impl RouteKind {
    /// All of them, best first.
    pub const ALL: [Self; 5] = [Self::Host, Self::PartnerApi, Self::OData, Self::Guided, Self::Package];

    /// Stable word for checkpoints and keys.
    pub fn word(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::PartnerApi => "partner-api",
            Self::OData => "odata",
            Self::Guided => "guided",
            Self::Package => "package",
        }
    }

    /// The reverse of [`Self::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Why a route cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Not known yet.
    Reading,
    /// The partner's extension is not installed here.
    NotInstalled,
    /// No page over the record is published as OData.
    NotPublished,
    /// A better route is there, so this one was not looked for.
    NotNeeded,
    /// It could not be read whether it is there.
    Unreadable,
    /// Microsoft's pages are no OData endpoints from version 30 on (business-central.md 0.3).
    Retired,
}

/// A route as it stands in one environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Which.
    pub kind: RouteKind,
    /// What keeps it from being taken.
    pub gap: Option<Gap>,
}
