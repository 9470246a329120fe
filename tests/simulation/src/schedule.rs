//! What happens in one simulated visit, as plain data drawn from a seed: what is set up, what goes wrong, who disturbs.

use entrada::flow::route::RouteKind;
use entrada_cloud::{Effect, Fault};
use fastrand::Rng;
use std::fmt;

/// How the tenant looks before the visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// Nothing of ours.
    Nothing,
    /// The same was set up before and is complete.
    Complete,
    /// It was set up before; since then somebody disabled the record.
    Disabled,
    /// It was set up before; since then somebody renamed the application, took its permissions and their consent away, and
    /// gave its user another permission set.
    Changed,
    /// Somebody else's application has the same display name.
    Namesake,
}

/// What the person wants beyond the preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Nothing.
    Plain,
    /// A new secret although a valid one may exist.
    Rotate,
    /// Other permission sets, and exactly these.
    Synchronise,
    /// One company only.
    OneCompany,
}

/// One environment and the way into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Name.
    pub environment: &'static str,
    /// Route.
    pub route: RouteKind,
}

/// What is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// Preset.
    pub preset: &'static str,
    /// Environments.
    pub places: Vec<Place>,
    /// The tenant before.
    pub before: Before,
    /// More wishes.
    pub wish: Wish,
    /// How many people do it; the second one begins when the first one is at that moment.
    pub second: Option<u64>,
    /// The second one is another tab of the same person.
    pub same_person: bool,
    /// How long new objects stay unseen, ms.
    pub lag_ms: u64,
    /// Travel time of a request one way, ms.
    pub latency_ms: u64,
}

/// Something that happens to a tab or a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disturbance {
    /// The page is loaded anew.
    Reload,
    /// The browser is closed; the person is back after so many hours, in a new tab.
    Away {
        /// Hours.
        hours: u64,
    },
    /// The person presses *Stop* and goes on later.
    Cancel,
    /// The computer's clock jumps.
    Clock {
        /// By how much.
        ms: i64,
    },
    /// The network goes away and the browser notices.
    Offline {
        /// For how long.
        ms: u64,
    },
    /// The network goes away and the browser does not notice.
    Tunnel {
        /// For how long.
        ms: u64,
    },
    /// The lid is closed: nothing happens, and what was under way is lost.
    Sleep {
        /// For how long.
        ms: u64,
    },
    /// Entra refuses secrets for a while (tenant policy).
    NoSecrets,
    /// The person loses the directory roles for a while.
    NoRoles,
    /// The person may not manage users in Business Central for a while.
    NoUsers,
    /// Somebody adds a secret of their own to the application.
    ForeignSecret,
    /// Somebody gives the application's user one more permission set.
    ForeignSet,
    /// Somebody deletes the application.
    ForeignDelete,
    /// Somebody disables the record.
    ForeignDisable,
}

/// Taking back what was made.
#[derive(Debug, Clone, PartialEq)]
pub struct WayBack {
    /// As things stand when the trouble ends; otherwise after everybody is complete.
    pub early: bool,
    /// What somebody else does before it is asked for.
    pub since: Option<Disturbance>,
    /// What goes wrong on the way; numbers count from its begin.
    pub faults: Vec<Fault>,
    /// What happens, and after how many moments of it.
    pub disturbances: Vec<(u64, Disturbance)>,
}

/// One visit.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Where it came from; also decides travel times and the person's pace.
    pub seed: u64,
    /// What is set up.
    pub scenario: Scenario,
    /// What goes wrong on the way.
    pub faults: Vec<Fault>,
    /// What happens, and after how many moments of the visit, to the first tab.
    pub disturbances: Vec<(u64, Disturbance)>,
    /// Whether and how what was made is taken back.
    pub way_back: Option<WayBack>,
}

const PRESETS: [&str; 4] = ["magento", "kitchen-display", "heyloyalty", "other"];
/// The writes of a set-up, so that each of them is met often.
const WRITES: [(&str, &str); 15] = [
    ("PATCH", "applications(uniqueName"),
    ("PATCH", "servicePrincipals("),
    ("POST", "appRoleAssignedTo"),
    ("POST", "ntraApplications"),
    ("PATCH", "ntraApplications"),
    ("POST", "userPermissions"),
    ("DELETE", "userPermissions"),
    ("POST", "addPassword"),
    ("POST", "removePassword"),
    ("DELETE", "/applications/"),
    ("DELETE", "/servicePrincipals/"),
    ("DELETE", "appRoleAssignedTo"),
    ("DELETE", "ntraApplications"),
    ("", "configurationPackages"),
    ("POST", "/token"),
];
/// How often a fault strikes; the last is a service that is down for as long as the trouble lasts.
const TIMES: [u32; 7] = [1, 1, 1, 2, 3, 8, 5_000];
const CODES: [(u16, &str); 12] = [
    (401, "InvalidAuthenticationToken"),
    (400, "Request_BadRequest"),
    (403, "Authorization_RequestDenied"),
    (404, "Request_ResourceNotFound"),
    (409, "Directory_ConcurrencyViolation"),
    (409, "Request_EntityChanged"),
    (429, "TooManyRequests"),
    (429, "activityLimitReached"),
    (500, "InternalServerError"),
    (502, "BadGateway"),
    (503, "ServiceUnavailable"),
    (504, "GatewayTimeout"),
];

impl Schedule {
    /// The visit of a seed.
    pub fn of(seed: u64) -> Self {
        let mut dice = Rng::with_seed(seed);
        let scenario = scenario(&mut dice);
        let faults = (0..number_of_faults(&mut dice)).map(|_| fault(&mut dice, 70)).collect();
        let count = [0, 0, 0, 1, 1, 1, 2, 3][dice.usize(..8)];
        let mut disturbances: Vec<_> = (0..count).map(|_| (dice.u64(..90), disturbance(&mut dice))).collect();
        disturbances.sort_by_key(|(moment, _)| *moment);
        let way_back = (dice.u8(..3) == 0).then(|| way_back(&mut dice));
        Self { seed, scenario, faults, disturbances, way_back }
    }
}

fn way_back(dice: &mut Rng) -> WayBack {
    let since = [Disturbance::ForeignSecret, Disturbance::ForeignSet, Disturbance::ForeignDisable];
    let count = [0, 0, 0, 0, 1, 2][dice.usize(..6)];
    let mut disturbances: Vec<_> = (0..count).map(|_| (dice.u64(..40), disturbance(dice))).collect();
    disturbances.sort_by_key(|(moment, _)| *moment);
    let faults = [0, 0, 1, 1, 2, 4][dice.usize(..6)];
    WayBack {
        early: dice.u8(..3) == 0,
        since: (dice.u8(..4) == 0).then(|| since[dice.usize(..since.len())]),
        faults: (0..faults).map(|_| fault(dice, 25)).collect(),
        disturbances,
    }
}

fn scenario(dice: &mut Rng) -> Scenario {
    let production =
        [RouteKind::PartnerApi, RouteKind::PartnerApi, RouteKind::OData, RouteKind::Guided, RouteKind::Package];
    let sandbox = [RouteKind::Guided, RouteKind::OData, RouteKind::Package];
    let mut places = Vec::new();
    let both = dice.u8(..6);
    if both != 0 {
        places.push(Place { environment: "Production", route: production[dice.usize(..production.len())] });
    }
    if both <= 1 {
        places.push(Place { environment: "Sandbox", route: sandbox[dice.usize(..sandbox.len())] });
    }
    let before = [
        Before::Nothing,
        Before::Nothing,
        Before::Nothing,
        Before::Complete,
        Before::Disabled,
        Before::Changed,
        Before::Namesake,
    ];
    let wish = [Wish::Plain, Wish::Plain, Wish::Plain, Wish::Rotate, Wish::Synchronise, Wish::OneCompany];
    Scenario {
        preset: PRESETS[dice.usize(..PRESETS.len())],
        places,
        before: before[dice.usize(..before.len())],
        wish: wish[dice.usize(..wish.len())],
        second: (dice.u8(..8) == 0).then(|| dice.u64(..60)),
        same_person: dice.bool(),
        lag_ms: [0, 0, 0, 0, 2_000, 15_000, 90_000, 600_000][dice.usize(..8)],
        latency_ms: [20, 50, 150, 400][dice.usize(..4)],
    }
}

fn number_of_faults(dice: &mut Rng) -> usize {
    [0, 1, 1, 1, 2, 2, 3, 4, 6, 10][dice.usize(..10)]
}

/// A fault at one of so many requests, or at a kind of request.
fn fault(dice: &mut Rng, requests: u64) -> Fault {
    let effect = effect(dice);
    if dice.u8(..3) == 0 {
        let (method, path) = WRITES[dice.usize(..WRITES.len())];
        Fault::times(method, path, effect, TIMES[dice.usize(..TIMES.len())])
    } else {
        Fault::at(dice.u64(..requests), effect)
    }
}

fn effect(dice: &mut Rng) -> Effect {
    let retry_after = |dice: &mut Rng| [None, Some(1), Some(10), Some(120)][dice.usize(..4)];
    match dice.u8(..14) {
        0 | 1 => Effect::DropBefore,
        2..=4 => Effect::DropAfter,
        5 => Effect::Delay { ms: [700, 5_000, 40_000, 70_000, 600_000][dice.usize(..5)] },
        6 | 7 => {
            let (status, code) = CODES[dice.usize(..CODES.len())];
            Effect::Status { status, retry_after: retry_after(dice), code: code.into() }
        }
        8 | 9 => {
            let (status, code) = CODES[dice.usize(8..CODES.len())];
            Effect::StatusAfter { status, retry_after: retry_after(dice), code: code.into() }
        }
        10 => [Effect::NoCors, Effect::Opaque][dice.usize(..2)].clone(),
        11 => Effect::Truncated { permille: dice.u16(..1000) },
        12 => Effect::Html { done: dice.bool() },
        _ => Effect::Twice,
    }
}

fn disturbance(dice: &mut Rng) -> Disturbance {
    let ms = |dice: &mut Rng| [2_000, 30_000, 400_000, 3_600_000][dice.usize(..4)];
    match dice.u8(..18) {
        0..=2 => Disturbance::Reload,
        3 | 4 => Disturbance::Away { hours: [0, 1, 20, 700][dice.usize(..4)] },
        5 | 6 => Disturbance::Cancel,
        7 => Disturbance::Clock { ms: [-86_400_000, -3_600_000, 600_000, 86_400_000][dice.usize(..4)] },
        8 => Disturbance::Offline { ms: ms(dice) },
        9 => Disturbance::Tunnel { ms: ms(dice) },
        10 => Disturbance::Sleep { ms: ms(dice) },
        11 => Disturbance::NoSecrets,
        12 => Disturbance::NoRoles,
        13 => Disturbance::NoUsers,
        14 => Disturbance::ForeignSecret,
        15 => Disturbance::ForeignSet,
        16 => Disturbance::ForeignDelete,
        _ => Disturbance::ForeignDisable,
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let it = &self.scenario;
        let places: Vec<String> =
            it.places.iter().map(|place| format!("{} by {}", place.environment, place.route.word())).collect();
        writeln!(
            out,
            "seed {}: {} in {}; before: {:?}; wish: {:?}; lag {} ms, {} ms each way",
            self.seed,
            it.preset,
            places.join(" and "),
            it.before,
            it.wish,
            it.lag_ms,
            it.latency_ms
        )?;
        if let Some(moment) = it.second {
            let who = if it.same_person { "a second tab" } else { "a second administrator" };
            writeln!(out, "  {who} does the same from moment {moment} on")?;
        }
        trouble(out, &self.faults, &self.disturbances)?;
        if let Some(way) = &self.way_back {
            let when = if way.early { "when the trouble ends, complete or not" } else { "in the end" };
            writeln!(out, "  and takes it back {when}; before that: {:?}", way.since)?;
            trouble(out, &way.faults, &way.disturbances)?;
        }
        Ok(())
    }
}

fn trouble(out: &mut fmt::Formatter<'_>, faults: &[Fault], disturbances: &[(u64, Disturbance)]) -> fmt::Result {
    for fault in faults {
        let matcher = &fault.matcher;
        let which = match matcher.number {
            Some(number) => format!("request {number}"),
            None => format!("{} …{}… x{}", matcher.method.as_deref().unwrap_or("any"), matcher.path, fault.times),
        };
        writeln!(out, "  fault at {which}: {:?}", fault.effect)?;
    }
    for (moment, what) in disturbances {
        writeln!(out, "  moment {moment}: {what:?}")?;
    }
    Ok(())
}
