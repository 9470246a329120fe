//! Everything the decisions may ask of the browser. Each is performed by one place in `browser/`.

use super::host::Tell;
use crate::protocol::http::{CallError, Request, Response, Silence};
use crate::protocol::secret::Secret;

/// Joins an answer to its question. Never used twice; an answer with an unknown id is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EffectId(pub u64);

/// What is copied or downloaded, so that the page can say that it worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// Client id.
    ClientId,
    /// Tenant id.
    TenantId,
    /// Client secret.
    Secret,
    /// Expiry.
    Expiry,
    /// Scope.
    Scope,
    /// Token URL.
    TokenUrl,
    /// Base URL of the APIs of this environment, counted from 0.
    BaseUrl(usize),
    /// Everything, in a format.
    Format(Format),
    /// The link for the administrator who can.
    Invitation,
    /// Description for the card in Business Central, in this lane's environment.
    Description(usize),
    /// The command that proves the access.
    ProofCommand,
    /// Codes, correlation ids and times for support.
    SupportReport,
    /// The consent link for another administrator.
    ConsentLink,
    /// The link with which an administrator consents to this page itself.
    PageConsent,
    /// The reminder.
    Calendar,
}

/// Formats for the receiving system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.env`
    Env,
    /// JSON
    Json,
    /// The fields of a Magento module
    Magento,
    /// curl
    Curl,
    /// PowerShell
    PowerShell,
    /// VS Code REST client
    RestClient,
}

/// One thing to do.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Send a request and report the answer as [`super::Event::Replied`].
    Fetch {
        /// Id of the answer.
        id: EffectId,
        /// What to send.
        request: Box<Request>,
        /// How long to wait for the answer.
        timeout_ms: u64,
    },
    /// Report [`super::Event::Elapsed`] after this time.
    Wait {
        /// Id of the answer.
        id: EffectId,
        /// Milliseconds.
        ms: u64,
    },
    /// Report [`super::Event::Ticked`] every second, or stop doing so; only for clocks on the screen.
    Tick(bool),
    /// Keep a text for this tab.
    Store {
        /// Key.
        key: String,
        /// Text, never a token.
        value: String,
    },
    /// Drop a text of this tab.
    Forget {
        /// Key.
        key: String,
    },
    /// Show this path in the address bar without loading anything: takes an OAuth answer out of address and history.
    CleanAddress {
        /// Path, query, and whatever of the fragment was not the server's.
        path: String,
    },
    /// Keep the record, read it back, and only then leave the page. Reports [`super::Event::StorageRefused`] instead
    /// of leaving when the record could not be kept (sign-in.md 3.2 case 6).
    Depart {
        /// Key of the record.
        key: String,
        /// The record.
        record: Secret,
        /// Where to.
        url: String,
    },
    /// Open a window of our own that stays reachable, now, while the click lasts; its messages are reported as
    /// [`super::Event::RelayAnswered`], its lack as [`super::Event::PopupBlocked`].
    OpenRelay {
        /// Where to.
        url: String,
    },
    /// Close that window if it is still there, and hear it no longer.
    CloseRelay,
    /// Leave the page without a record (sign-out).
    Leave {
        /// Where to.
        url: String,
    },
    /// Open an address in a new window.
    Open {
        /// Where to.
        url: String,
    },
    /// Put a text on the clipboard and report [`super::Event::Copied`].
    Copy {
        /// What it is.
        piece: Piece,
        /// The text.
        text: Secret,
    },
    /// Offer a text as a file.
    Download {
        /// File name.
        name: String,
        /// Media type.
        kind: &'static str,
        /// Content.
        content: Secret,
    },
    /// Tell the page around this one something.
    Tell(Tell),
    /// Look as the page around wants: custom properties and their values.
    Theme(Vec<(&'static str, String)>),
    /// Ask before the page is left, or stop asking.
    Guard(bool),
    /// Load the sentences of a language and report [`super::Event::TextLoaded`].
    LoadText {
        /// `da`, `de`.
        language: String,
    },
}

/// An answer or the lack of one.
pub type Answer = Result<Response, Silence>;

/// The answer for a reader, its lack as an error.
#[inline(never)]
pub(super) fn heard(answer: &Answer) -> Result<&Response, CallError> {
    answer.as_ref().map_err(|silence| CallError::Silent(*silence))
}
