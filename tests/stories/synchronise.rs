//! An application user is brought to exactly the chosen permission sets: what is added and what is taken away is shown line
//! by line, and nothing else happens.

use crate::program::Program;
use crate::world::World;
use entrada::flow::run::Outcome;
use entrada::flow::{Intent, Place};
use entrada::view_model::{ChangeKind, CheckState, Page};
use entrada_cloud::Effect;
use entrada_cloud::business_central::AccessControl;

const A: &str = "D365 CUSTOMER, VIEW";
const B: &str = "D365 ITEM, VIEW";
const C: &str = "D365 VENDOR, VIEW";
const D: &str = "D365 SALES DOC, VIEW";
const X: &str = "CRONUS Danmark A/S";
const ALL: &str = "";

fn tick(world: &mut World, role: &str, chosen: bool) {
    let set = world.site("Production").sets.known().unwrap().iter().find(|set| set.role_id == role).unwrap();
    let key = entrada::flow::choices::SetKey::of(set).word();
    world.press(Intent::PermissionSet { key, chosen });
}

fn choose(world: &mut World, sets: &[&str], company: Option<&str>) {
    for role in [A, B, C, D] {
        tick(world, role, sets.contains(&role));
    }
    world.press(Intent::AllCompanies(company.is_none()));
    if let Some(name) = company {
        world.press(Intent::Company { name: name.into(), chosen: true });
    }
}

/// Set up with these sets, back at the choices.
fn set_up(sets: &[&str], company: Option<&str>) -> (World, Program) {
    let mut world = World::ready("other");
    choose(&mut world, sets, company);
    assert_eq!(world.model.blocker(), None, "{:?}", world.codes());
    world.set_up();
    let program = Program::of(&world);
    world.hand_over_done();
    world.press(Intent::StartOver);
    (world, program)
}

/// {A, B, C in company X}, and {B, D in all} chosen.
fn from_three_to_two(exact: bool) -> (World, Program) {
    let (mut world, program) = set_up(&[A, B, C], Some(X));
    choose(&mut world, &[B, D], None);
    world.press(Intent::Exact(exact));
    (world, program)
}

fn rows<'a>(world: &'a mut World, program: &Program) -> Vec<&'a mut AccessControl> {
    let inside = world.inside("Production");
    let id = Some(program.client_id.parse().unwrap());
    let user = inside.users.iter().find(|user| user.application_id == id).unwrap().security_id;
    inside.access_control.iter_mut().filter(|row| row.user == user).collect()
}

/// What the application user holds: set and company.
fn held(world: &mut World, program: &Program) -> Vec<(String, String)> {
    let mut held: Vec<_> = rows(world, program).iter().map(|row| (row.role_id.clone(), row.company.clone())).collect();
    held.sort();
    held
}

fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = wanted.iter().map(|(set, company)| ((*set).to_owned(), (*company).to_owned())).collect();
    pairs.sort();
    pairs
}

/// Lines of the plan that change something: kind, title, number of requests.
fn changes(world: &mut World) -> Vec<(ChangeKind, String, usize)> {
    world.press(Intent::Plan);
    let Page::Plan(plan) = world.page() else { panic!("{:?} {:?}", world.model.blocker(), world.codes()) };
    let writes = plan.lines.iter().filter(|line| !matches!(line.kind, ChangeKind::Keep | ChangeKind::Skip));
    writes.map(|line| (line.kind, line.title.clone(), line.requests.len())).collect()
}

fn line(kind: ChangeKind, set: &str, company: &str) -> (ChangeKind, String, usize) {
    let within = if company.is_empty() { "all companies".to_owned() } else { format!("company {company}") };
    (kind, format!("Permission set {set}, {within}"), 1)
}

fn complete(world: &mut World) {
    world.press(Intent::Confirm);
    assert_eq!(world.model.run.as_ref().unwrap().outcome, Some(Outcome::Complete), "{:?}", world.codes());
    assert_eq!(world.model.place, Place::Done, "the secret stays, so there is nothing to hand over");
}

#[test]
fn from_three_sets_in_one_company_to_two_in_all_exactly_as_the_plan_shows() {
    let (mut world, program) = from_three_to_two(true);
    assert_eq!(held(&mut world, &program), pairs(&[(A, X), (B, X), (C, X)]));
    let mut shown = changes(&mut world);
    let first_removal = shown.iter().position(|it| it.0 == ChangeKind::Remove).unwrap();
    assert!(shown[first_removal..].iter().all(|it| it.0 == ChangeKind::Remove), "adds come first: {shown:#?}");
    let mut wanted = vec![
        line(ChangeKind::Create, B, ALL),
        line(ChangeKind::Create, D, ALL),
        line(ChangeKind::Remove, A, X),
        line(ChangeKind::Remove, B, X),
        line(ChangeKind::Remove, C, X),
    ];
    shown.sort_by_key(|it| format!("{it:?}"));
    wanted.sort_by_key(|it| format!("{it:?}"));
    assert_eq!(shown, wanted);

    let place = world.cloud.log().len();
    complete(&mut world);
    assert_eq!(held(&mut world, &program), pairs(&[(B, ALL), (D, ALL)]));
    let writes = world.writes_since(place);
    assert_eq!(writes.len(), 5, "{writes:#?}");
    let last_add = writes.iter().rposition(|it| it.starts_with("POST ")).unwrap();
    let first_take = writes.iter().position(|it| it.starts_with("DELETE ")).unwrap();
    assert!(last_add < first_take, "the integration never stands without: {writes:#?}");
    assert_eq!(program.get(&mut world, "/api/v2.0/companies").0, 200);
    let Page::Done(done) = world.page() else { panic!() };
    assert!(done.evidence.iter().all(|row| row.state == CheckState::Pass), "{:#?}", done.evidence);

    // Once more changes nothing.
    world.press(Intent::StartOver);
    world.press(Intent::Exact(true));
    assert_eq!(changes(&mut world), []);
}

#[test]
fn from_all_companies_to_one() {
    let (mut world, program) = set_up(&[B, D], None);
    choose(&mut world, &[B], Some(X));
    world.press(Intent::Exact(true));
    let shown = changes(&mut world);
    assert_eq!(shown[0], line(ChangeKind::Create, B, X));
    assert_eq!(shown.len(), 3, "{shown:#?}");
    complete(&mut world);
    assert_eq!(held(&mut world, &program), pairs(&[(B, X)]));
    let company = |name: &str| format!("/api/v2.0/items?company={}", entrada::protocol::url::encode(name));
    assert_eq!(program.get(&mut world, &company(X)).0, 200);
    assert_eq!(program.get(&mut world, &company("CRONUS International Ltd.")).0, 400);
}

#[test]
fn without_the_tick_nothing_is_taken_away() {
    let (mut world, program) = from_three_to_two(false);
    let shown = changes(&mut world);
    assert_eq!(shown, [line(ChangeKind::Create, B, ALL), line(ChangeKind::Create, D, ALL)]);
    complete(&mut world);
    assert_eq!(held(&mut world, &program), pairs(&[(A, X), (B, ALL), (B, X), (C, X), (D, ALL)]));
}

#[test]
fn the_tick_is_offered_only_where_there_is_something_to_take_away() {
    let world = World::ready("magento");
    let Page::Choose(choose) = world.page() else { panic!() };
    assert_eq!(choose.exact, None);
    let (world, _) = set_up(&[A], None);
    let Page::Choose(choose) = world.page() else { panic!() };
    assert!(choose.exact.is_some_and(|tick| !tick.ticked), "never by itself");
}

#[test]
fn a_removal_whose_answer_is_lost_is_found_done_or_done_again() {
    for effect in [Effect::DropBefore, Effect::DropAfter] {
        let (mut world, program) = from_three_to_two(true);
        world.press(Intent::Plan);
        world.fault("DELETE", "userPermissions(", effect.clone(), 2);
        complete(&mut world);
        assert_eq!(held(&mut world, &program), pairs(&[(B, ALL), (D, ALL)]), "{effect:?}");
    }
}

#[test]
fn a_set_that_somebody_else_took_away_or_changed_meanwhile_is_no_obstacle() {
    let (mut world, program) = from_three_to_two(true);
    world.press(Intent::Plan);
    let gone = rows(&mut world, &program).iter().find(|row| row.role_id == A).unwrap().id;
    let inside = world.inside("Production");
    inside.access_control.retain(|row| row.id != gone);
    // Another name of the set is another version of the assignment.
    inside.permission_sets.iter_mut().filter(|set| set.role_id == C).for_each(|set| set.name = "Renamed".into());
    let place = world.cloud.log().len();
    complete(&mut world);
    assert_eq!(held(&mut world, &program), pairs(&[(B, ALL), (D, ALL)]));
    let statuses: Vec<u16> = world.cloud.log().iter().skip(place).map(|it| it.status).collect();
    assert!(statuses.contains(&404) && statuses.contains(&409), "{statuses:?}");
}

#[test]
fn what_was_to_go_and_is_still_there_is_listed_in_the_evidence() {
    let (mut world, program) = from_three_to_two(true);
    world.press(Intent::Plan);
    let kept = rows(&mut world, &program).iter().find(|row| row.role_id == A).map(|row| (**row).clone()).unwrap();
    world.click(Intent::Confirm);
    while rows(&mut world, &program).iter().any(|row| row.id == kept.id) {
        assert!(world.step(), "it was never taken away");
    }
    world.inside("Production").access_control.push(kept);
    world.settle();
    let Page::Done(done) = world.page() else { panic!("{:?}", world.codes()) };
    let sets = done.evidence.iter().find(|row| row.label == "Permission sets").unwrap();
    assert_eq!(sets.state, CheckState::Warn, "{sets:#?}");
    assert!(sets.value.contains(&format!("{A} ({X})")), "{sets:#?}");
}

#[test]
fn nothing_is_taken_away_before_the_last_addition_has_worked() {
    let (mut world, _) = from_three_to_two(true);
    world.press(Intent::Plan);
    let busy = Effect::Status { status: 503, retry_after: Some(20), code: "Internal_TenantUnavailable".into() };
    world.fault("POST", "userPermissions", busy, 1);
    let place = world.cloud.log().len();
    complete(&mut world);
    let log = &world.cloud.log()[place..];
    let added = log.iter().rposition(|it| it.method == "POST" && it.url.contains("userPermissions")).unwrap();
    assert!(log[added].status == 201 && log[added].at_ms - log[0].at_ms >= 20_000);
    let taken = log.iter().position(|it| it.method == "DELETE").unwrap();
    assert!(added < taken, "a set was taken away while another was still to be given");
}
