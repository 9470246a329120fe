//! Two administrators set the same up at once, in two browsers. Which request of one meets which state of the other is arranged by
//! gates, so every interleaving is the same each time.
#![allow(clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use entrada_cloud::seed::roles;
use entrada_e2e::{Handed, Journey, Moment, World};
use serde_json::json;

const ADA: &str = "ada@cronus.example";
const BEA: &str = "bea@cronus.example";
const APPLICATION: &str = "App registration";
const PRINCIPAL: &str = "Enterprise application";
const CONSENT: &str = "Admin consent";
const RECORD: &str = "Microsoft Entra application card";
const SET: &str = "Permission set";
const SECRET: &str = "Client secret";

/// Where Ada is stopped while Bea goes through, who takes back first, and what the other one made, in the order in which that is
/// taken back.
struct Meeting {
    moment: Moment,
    first_back: Who,
    made_by_the_other: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Ada,
    Bea,
}

/// Takes the credential along and reads the evidence.
async fn to_the_end(journey: &Journey<'_>) -> Handed {
    let handed = journey.read_credential().await;
    journey.stored().await;
    journey.finish().await;
    let evidence = journey.evidence().await;
    assert!(evidence.iter().all(|(_, state)| state == "Fine"), "{evidence:?}");
    handed
}

fn works(handed: &Handed) -> bool {
    handed.ask_token().status == 200 && handed.companies(&handed.token()).status == 200
}

async fn both_at_once(meeting: Meeting) {
    let world = World::open().await;
    // Bea is an administrator of Business Central; for this she is one of applications too.
    let both = [roles::APPLICATION_ADMINISTRATOR, roles::BUSINESS_CENTRAL_ADMINISTRATOR];
    world.arrange("edit", &json!({ "roles": { "upn": BEA, "roles": both } }));
    let visitor = world.visitor().await;
    let (ada, bea) = (world.journey(), visitor.journey(&world));
    for (journey, upn) in [(&ada, ADA), (&bea, BEA)] {
        journey.to_the_plan(upn, "Magento 2", "Production").await;
        let plan = journey.plan().await;
        assert!(plan.iter().all(|line| line.word == "Create"), "both see an empty tenant: {plan:#?}");
    }
    let before = world.comparable_state();

    world.hold_at("ada", meeting.moment);
    ada.confirm().await;
    world.until_moment("ada", meeting.moment).await;
    bea.confirm().await;
    let of_bea = to_the_end(&bea).await;
    assert!(works(&of_bea), "Bea is done while Ada waits");
    world.open_gate("ada");
    let of_ada = to_the_end(&ada).await;

    // One of everything but the secret, of which each has their own; and both work.
    assert_eq!(of_ada.client_id, of_bea.client_id);
    assert_ne!(of_ada.secret, of_bea.secret);
    assert!(works(&of_ada) && works(&of_bea));
    let made = before.difference(&world.comparable_state());
    let count = |place: &str| made.iter().filter(|line| line.starts_with(&format!("+ {place}[] "))).count();
    let environment = ".business_central.tenants[].environments[]";
    let of_all = [
        ".directories[].applications".to_owned(),
        ".directories[].service_principals".to_owned(),
        ".directories[].app_role_assignments".to_owned(),
        format!("{environment}.entra_applications"),
        format!("{environment}.users"),
        format!("{environment}.access_control"),
    ]
    .map(|place| count(&place));
    assert_eq!((of_all, made.len()), ([1, 1, 2, 1, 1, 2], 8), "{made:#?}");
    let application = made.iter().find(|line| line.starts_with("+ .directories[].applications")).expect("it was made");
    assert_eq!(application.matches("\"key_id\"").count(), 2, "{application}");
    assert!(!application.contains("Made with"), "whose it is cannot be said of what two made: {application}");

    // Whoever takes back first sees that the other one needs the rest, and takes nothing but their own secret.
    let (mut first, mut second) = ((ada, of_ada), (bea, of_bea));
    if meeting.first_back == Who::Bea {
        std::mem::swap(&mut first, &mut second);
    }
    let (journey, handed) = first;
    journey.see_the_way_back().await;
    let plan = journey.plan().await;
    let words: Vec<_> = plan.iter().map(|line| (line.word.as_str(), line.what.starts_with(SECRET))).collect();
    assert_eq!(words, [("Remove", true), ("Keep", true)], "{plan:#?}");
    assert_eq!(journey.findings().await, Vec::<String>::new());
    journey.confirm().await;
    journey.see_outcome("Part of it was taken back").await;
    assert!(handed.ask_token().text.contains("AADSTS7000215"), "its own secret is gone");
    assert!(works(&second.1), "the other one's works as before");

    // The other one made what the first has not made, and claims no more than that.
    let (journey, handed) = second;
    journey.see_the_way_back().await;
    let plan = journey.plan().await;
    let mine = meeting.made_by_the_other;
    let fits = plan.len() == mine.len() && plan.iter().zip(mine).all(|(it, title)| it.what.starts_with(title));
    assert!(fits && plan.iter().all(|line| line.word == "Remove"), "{mine:?}: {plan:#?}");
    assert_eq!(journey.findings().await, Vec::<String>::new());
    journey.confirm().await;
    journey.see_outcome("Everything was taken back").await;
    assert!(!works(&handed));
    world.all_is_well(&["400", "404", "409"]).await;
    visitor.console_is_clean(&["400", "404", "409"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bea_goes_through_before_ada_has_written_anything() {
    both_at_once(Meeting {
        moment: Moment::BEFORE_THE_APPLICATION,
        first_back: Who::Bea,
        made_by_the_other: &[SECRET],
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bea_goes_through_between_adas_application_and_all_the_rest() {
    both_at_once(Meeting {
        moment: Moment::AFTER_THE_APPLICATION,
        first_back: Who::Ada,
        made_by_the_other: &[RECORD, PRINCIPAL, CONSENT, SECRET],
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bea_goes_through_between_adas_consent_and_her_record() {
    both_at_once(Meeting {
        moment: Moment::BEFORE_THE_RECORD,
        first_back: Who::Ada,
        made_by_the_other: &[RECORD, SECRET],
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bea_goes_through_between_adas_record_and_its_being_enabled() {
    both_at_once(Meeting {
        moment: Moment::BEFORE_THE_RECORD_IS_ENABLED,
        first_back: Who::Bea,
        made_by_the_other: &[RECORD, APPLICATION],
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bea_goes_through_between_adas_two_permission_sets() {
    both_at_once(Meeting {
        moment: Moment::DURING_THE_PERMISSION_SETS,
        first_back: Who::Ada,
        made_by_the_other: &[SET, SECRET],
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bea_goes_through_before_ada_makes_her_secret() {
    both_at_once(Meeting { moment: Moment::BEFORE_THE_SECRET, first_back: Who::Ada, made_by_the_other: &[SECRET] })
        .await;
}
