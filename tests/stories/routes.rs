//! Each way into Business Central (business-central.md 3): offered with its reason, planned, taken, read back, and used
//! by a program that has only what the hand-over screen shows.
#![allow(unreachable_pub, reason = "a test crate exports nothing; `pub` marks what stories use")]

use crate::program::{COMPANIES, Program};
use crate::world::{World, config};
use entrada::flow::Intent;
use entrada::flow::route::RouteKind;
use entrada::view_model::{ChangeKind, CheckState, Page, RouteView, StepState};
use entrada_cloud::ConsentAnswer;
use serde_json::{Value, json};

/// The route of one environment.
pub struct Way {
    pub environment: &'static str,
    /// What has to be so before the page is opened.
    pub arranged: Vec<Value>,
    /// Changes to `config.json`.
    pub routes: Option<Value>,
    /// Chosen by the person; else the best.
    pub chosen: Option<RouteKind>,
    pub kind: RouteKind,
    /// How the evidence says the user was found.
    pub found: &'static str,
}

impl Way {
    fn new(environment: &'static str, kind: RouteKind, found: &'static str) -> Self {
        Self { environment, arranged: Vec::new(), routes: None, chosen: None, kind, found }
    }

    pub fn partner() -> Self {
        Self::new("Production", RouteKind::PartnerApi, BY_ID)
    }

    /// A partner's page of another shape (design 6): other names, and maybe an action instead of a writable state.
    pub fn shaped(action: bool, shows_user: bool) -> Self {
        let user_id = shows_user.then_some("userSecurityId");
        let names = json!({
            "client_id": "applicationId", "description": "title", "contact_information": null, "state": "status",
            "user_id": user_id, "permission_granted": null,
        });
        let page = json!({
            "publisher": "contoso", "group": "access", "version": "v2.0", "entity_set": "applications",
            "entity": "application", "names": names, "action": action.then_some("Microsoft.NAV.switchOn"),
        });
        let mut routes = json!({ "partnerApi": {
            "publisher": "contoso", "group": "access", "version": "v2.0", "entitySet": "applications",
            "fields": { "clientId": "applicationId", "description": "title", "contactInformation": "", "state": "status",
                "userId": user_id.unwrap_or_default() },
        } });
        if action {
            routes["partnerApi"]["action"] = json!("switchOn");
        }
        Self { arranged: vec![json!({ "partner_page": page })], routes: Some(routes), ..Self::partner() }
    }

    pub fn odata() -> Self {
        Self {
            arranged: vec![json!({ "publish_page": { "page": 9861, "service": "EntraCard" } })],
            ..Self::new("Sandbox", RouteKind::OData, BY_ID)
        }
    }

    /// As on a version that spells the properties differently (business-central.md 10).
    pub fn odata_spelt_differently() -> Self {
        let mut way = Self::odata();
        way.arranged.push(json!({ "odata_card": {
            "client_id": "ClientID", "description": "Description_", "state": "STATE", "user_id": null,
        } }));
        way
    }

    pub fn guided() -> Self {
        Self::new("Sandbox", RouteKind::Guided, BY_NAME)
    }

    pub fn package() -> Self {
        Self { chosen: Some(RouteKind::Package), ..Self::new("Sandbox", RouteKind::Package, BY_NAME) }
    }

    /// Signed in, the environment chosen, and the route if it is not the best one.
    pub fn world(&self) -> World {
        let mut world = World::new();
        for what in &self.arranged {
            world.arrange(self.environment, what);
        }
        if let Some(routes) = &self.routes {
            let mut config = config();
            config["routes"] = routes.clone();
            world.config = Ok(config.to_string());
        }
        world.open();
        world.press(Intent::SignIn);
        world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
        world.press(Intent::Preset("magento".into()));
        world.only(self.environment);
        if let Some(kind) = self.chosen {
            world.press(Intent::Route { environment: self.environment.into(), kind });
        }
        world
    }

    /// Waits for the end; where a person has to act, the person does.
    pub fn finish(&self, world: &mut World) {
        if self.kind == RouteKind::Guided {
            world.run_until(60_000, |world| asks(world) || world.model.run.as_ref().unwrap().outcome.is_some());
            if asks(world) {
                register_by_hand(world, self.environment);
            }
        }
        world.settle();
    }
}

const BY_ID: &str = "found by the client id";
const BY_NAME: &str = "found by its name";

pub fn all() -> Vec<(&'static str, Way)> {
    vec![
        ("partner", Way::partner()),
        ("partner, other names", Way::shaped(false, true)),
        ("partner, action", Way::shaped(true, true)),
        ("partner, action, no user shown", Way::shaped(true, false)),
        ("odata", Way::odata()),
        ("odata, spelt differently", Way::odata_spelt_differently()),
        ("guided", Way::guided()),
        ("package", Way::package()),
    ]
}

fn asks(world: &World) -> bool {
    let Page::Run(run) = world.page() else { return false };
    run.lanes.iter().flat_map(|lane| &lane.steps).any(|step| step.state == StepState::Asking && step.ask.is_some())
}

/// What the person on the card does with the two values shown.
fn register_by_hand(world: &mut World, environment: &str) {
    let description = world.model.piece(entrada::flow::Piece::Description(0)).unwrap().open().to_owned();
    let client_id = world.app_id();
    let what = json!({ "register_by_hand": { "client_id": client_id, "description": description } });
    world.arrange(environment, &what);
}

pub fn route_view(world: &World, environment: &str) -> RouteView {
    let Page::Choose(choose) = world.page() else { panic!("{:?}", world.codes()) };
    choose.routes.into_iter().find(|route| route.environment == environment).unwrap()
}

/// Whether an address of the plan, with `{…}` where a value was not known, is this address.
fn fits(shown: &str, sent: &str) -> bool {
    let mut parts = shown.split('{');
    let Some(mut rest) = sent.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    for part in parts {
        let fixed = part.split_once('}').map_or(part, |(_, fixed)| fixed);
        if fixed.is_empty() {
            return true;
        }
        let Some(place) = rest.find(fixed) else { return false };
        rest = &rest[place + fixed.len()..];
    }
    rest.is_empty()
}

/// Everything sent that changes something, since a place in the log.
fn sent_since(world: &World, place: usize) -> Vec<String> {
    let entries = world.cloud.log().iter().skip(place).filter(|it| it.origin.is_some() && !it.url.contains("/oauth2/"));
    let writes = entries.filter(|it| it.write || it.items.iter().any(|item| item.write));
    writes.map(|it| format!("{} {}", it.method, it.url)).collect()
}

/// Confirms the plan, lets it run, and holds what it showed against what was sent: no more, no less.
fn run_as_shown(name: &str, way: &Way, world: &mut World) {
    world.press(Intent::Plan);
    let Page::Plan(plan) = world.page() else { panic!("{name}: {:?} {:?}", world.model.blocker(), world.codes()) };
    let shown: Vec<String> = plan.lines.iter().flat_map(|line| &line.requests).map(|it| it.line.clone()).collect();
    for line in &plan.lines {
        let silent = line.kind == ChangeKind::Keep
            || line.kind == ChangeKind::Skip
            || (way.kind == RouteKind::Guided && line.title.contains("application card"));
        let writes = line.requests.iter().any(|it| !it.line.starts_with("GET "));
        assert_eq!(writes, !silent, "{name}: {line:#?}");
    }
    let place = world.cloud.log().len();
    world.click(Intent::Confirm);
    way.finish(world);
    let sent = sent_since(world, place);
    for line in shown.iter().filter(|line| !line.starts_with("GET ")) {
        assert!(sent.iter().any(|it| fits(line, it)), "{name}: shown and not sent: {line}\n{sent:#?}");
    }
    for it in &sent {
        assert!(shown.iter().any(|line| fits(line, it)), "{name}: sent and not shown: {it}\n{shown:#?}");
    }
}

#[test]
fn each_route_is_explained_planned_taken_and_read_back_and_a_program_gets_in() {
    for (name, way) in all() {
        let mut world = way.world();
        let route = route_view(&world, way.environment);
        let taken = route.options.iter().find(|option| option.chosen).unwrap();
        assert_eq!(taken.value, way.kind.word(), "{name}: {route:#?}");
        assert!(!taken.disabled && !taken.hint.is_empty(), "{name}");
        assert!(route.why.starts_with(&taken.label), "{name}: {}", route.why);
        let reason = if way.chosen.is_some() { "you chose it" } else { "the best way" };
        assert!(route.why.contains(reason), "{name}: {}", route.why);
        for option in route.options.iter().filter(|option| option.disabled) {
            assert!(option.hint.starts_with("Not available"), "{name}: {option:#?}");
        }
        assert_eq!(world.model.blocker(), None, "{name}: {:?}", world.codes());

        run_as_shown(name, &way, &mut world);
        let program = Program::of(&world);
        assert_eq!(program.companies(&mut world), COMPANIES, "{name}");
        assert_eq!(world.call_as_application("/api/v2.0/companies").0, 200, "{name}");
        let app_id = world.app_id();
        assert_eq!(world.tally_in(way.environment, &app_id), [1, 1, 0], "{name}");
        let done = world.hand_over_done();
        for row in &done.evidence {
            assert_eq!(row.state, CheckState::Pass, "{name}: {row:#?}");
        }
        let user = done.evidence.iter().find(|row| row.label == "Application user").unwrap();
        assert!(user.value.contains(way.found), "{name}: {user:#?}");

        // Afterwards everything is as it should be, by whatever the route can read.
        world.press(Intent::StartOver);
        world.press(Intent::Plan);
        let Page::Plan(plan) = world.page() else { panic!("{name}: {:?}", world.codes()) };
        assert!(plan.lines.iter().all(|line| line.kind == ChangeKind::Keep), "{name}: {:#?}", plan.lines);
        world.assert_contract();
    }
}

#[test]
fn a_published_page_is_looked_for_beside_a_better_route_when_the_person_wants_it() {
    let way = Way { environment: "Production", arranged: Way::odata().arranged, ..Way::partner() };
    let mut world = way.world();
    let before = route_view(&world, "Production");
    let option = |view: &RouteView, kind: RouteKind| {
        view.options.iter().find(|option| option.value == kind.word()).unwrap().clone()
    };
    assert!(option(&before, RouteKind::OData).hint.contains("Choose it to have it looked for"));
    assert!(world.sent.iter().all(|(_, url)| !url.contains("$metadata")));
    world.press(Intent::Route { environment: "Production".into(), kind: RouteKind::OData });
    let after = route_view(&world, "Production");
    assert!(option(&after, RouteKind::OData).chosen && after.why.contains("you chose it"), "{after:#?}");
    let place = world.sent.len();
    world.set_up();
    assert!(world.sent[place..].iter().any(|(_, url)| url.contains("/ODataV4/")));
    assert_eq!(Program::of(&world).companies(&mut world), COMPANIES);
}

#[test]
fn a_reason_stands_beside_every_route_that_cannot_be_taken() {
    let mut world = Way::guided().world();
    let view = route_view(&world, "Sandbox");
    let hints: Vec<(&str, bool)> = view.options.iter().map(|it| (it.hint.as_str(), it.disabled)).collect();
    assert!(hints[0].1 && hints[0].0.contains("extension that offers it is not installed"), "{hints:#?}");
    assert!(hints[1].1 && hints[1].0.contains("publishes no card or list"), "{hints:#?}");
    assert!(!hints[2].1 && !hints[3].1);
    assert!(view.options[3].label.contains("experimental") && hints[3].0.contains("Nobody has proven"));
    // Choosing what is not there changes nothing.
    world.press(Intent::Route { environment: "Sandbox".into(), kind: RouteKind::PartnerApi });
    assert_eq!(world.model.route(world.site("Sandbox")), Some(RouteKind::Guided));
}

#[test]
fn from_version_30_on_no_page_of_microsofts_is_offered_and_two_ways_remain() {
    let mut way = Way::odata();
    way.arranged.push(json!({ "version": "30.0" }));
    let mut world = way.world();
    let view = route_view(&world, "Sandbox");
    let odata = &view.options[1];
    assert!(odata.disabled && odata.hint.contains("from version 30 on"), "{odata:#?}");
    assert!(world.sent.iter().all(|(_, url)| !url.contains("ODataV4")), "nothing is asked that cannot be there");
    let open: Vec<&str> = view.options.iter().filter(|it| !it.disabled).map(|it| it.value.as_str()).collect();
    assert_eq!(open, ["guided", "package"]);
    assert!(view.options[2].chosen, "the experimental way is never taken by itself");
    // Both of them work there.
    for way in [Way::guided(), Way::package()] {
        let way = Way { arranged: vec![json!({ "version": "30.0" })], ..way };
        let mut world = way.world();
        world.start_run();
        way.finish(&mut world);
        assert_eq!(Program::of(&world).companies(&mut world), COMPANIES);
    }
    // Where guiding is switched off, nothing is left, and the package is still not taken by itself.
    let mut config = config();
    config["routes"] = json!({ "guided": false });
    world.config = Ok(config.to_string());
    world.open();
    world.reload_as("ada@cronus.example");
    world.only("Sandbox");
    assert!(world.codes().contains(&"no_route".to_owned()), "{:?}", world.codes());
    assert!(world.model.blocker().is_some());
    world.press(Intent::Route { environment: "Sandbox".into(), kind: RouteKind::Package });
    assert_eq!(world.model.blocker(), None, "{:?}", world.codes());
}
