//! One tab of one browser: storage, address, the page in it.

use entrada::flow::Model;
use std::collections::BTreeMap;

/// Where the page lies.
pub const FOLDER: &str = "https://setup.example/entrada/";
/// The same without its path.
pub const ORIGIN: &str = "https://setup.example";

/// A tab.
#[derive(Debug)]
pub struct Tab {
    /// Who sits in front of it.
    pub upn: &'static str,
    /// The page.
    pub model: Model,
    /// The tab's storage.
    pub storage: BTreeMap<String, String>,
    /// Address shown.
    pub address: String,
    /// Where the page was left to.
    pub departed: Option<String>,
    /// Leaving is asked about.
    pub guarded: bool,
    /// How far its computer's clock is off.
    pub clock_error: i64,
    /// No request gets through before this time.
    pub cut_off_until: u64,
    /// Nothing happens in it before this time.
    pub asleep_until: u64,
    /// The browser says that there is no network.
    pub says_offline: bool,
    /// How often a page was loaded; what was under way for an earlier one goes nowhere.
    pub load: u32,
    /// Nobody is there before this time.
    pub away_until: u64,
    /// The person will look at the screen.
    pub look_due: bool,
    /// Things under way for the page in it.
    pub pending: u32,
}

impl Tab {
    /// A new tab.
    pub fn new(upn: &'static str) -> Self {
        Self {
            upn,
            model: Model::default(),
            storage: BTreeMap::new(),
            address: FOLDER.into(),
            departed: None,
            guarded: false,
            clock_error: 0,
            cut_off_until: 0,
            asleep_until: 0,
            says_offline: false,
            load: 0,
            away_until: 0,
            look_due: false,
            pending: 0,
        }
    }
}
