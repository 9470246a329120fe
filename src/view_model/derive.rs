//! From the model to the screen.

use super::{
    ActionView, FieldView, HeaderView, Page, StageState, StageView, ViewModel, WelcomeView, choose, finish, plan, run,
    words,
};
use crate::flow::host::{Standing, Surface};
use crate::flow::run::{Task, TaskState};
use crate::flow::session::{SCOPES, Session};
use crate::flow::{Finding, Intent, Model, Place, Setup};
use crate::gather::{Also, Gather};
use crate::search::around;
use crate::text::{Catalogue, LANGUAGES, en};

impl From<&Model> for ViewModel {
    fn from(model: &Model) -> Self {
        let words = &*model.catalogue;
        let config = &model.deployment().config;
        Self {
            mounted: model.host.surface == Surface::Module,
            language: words.language().to_owned(),
            words: words.clone(),
            languages: LANGUAGES
                .iter()
                .filter(|(tag, _)| config.languages.iter().any(|language| language == tag))
                .map(|(tag, name)| ((*tag).to_owned(), (*name).to_owned()))
                .gather(),
            header: header(model, words),
            stages: if matches!(model.setup, Setup::Ready) && model.host.is_open() {
                stages(model.place, words)
            } else {
                Vec::new()
            },
            announcement: announcement(model, words),
            notices: notices(model, words),
            support: config.support.as_ref().map(|support| (support.label.clone(), support.url.clone())),
            page: page(model, words),
        }
    }
}

fn header(model: &Model, words: &Catalogue) -> HeaderView {
    let organization = model.facts.directory.known().and_then(|directory| directory.organization.as_ref());
    HeaderView {
        account: model.account().map(|account| (account.name.clone(), account.username.clone())),
        tenant: organization.map(|organization| (organization.name.clone(), organization.domain.clone())),
        // Whoever works in a frame has to see in whose page (sign-in.md 3.4).
        host: (model.host.surface == Surface::Frame && model.host.standing == Standing::Open)
            .then(|| words.fill(en::HOST_INSIDE, &[("origin", &model.host.origin)])),
    }
}

fn stages(place: Place, words: &Catalogue) -> Vec<StageView> {
    let order = [
        (Place::Welcome, en::STAGE_WELCOME),
        (Place::Choose, en::STAGE_CHOOSE),
        (Place::Plan, en::STAGE_PLAN),
        (Place::Run, en::STAGE_RUN),
        (Place::HandOver, en::STAGE_HAND_OVER),
        (Place::Done, en::STAGE_DONE),
    ];
    let here = order.iter().position(|(stage, _)| *stage == place).unwrap_or(0);
    order
        .iter()
        .enumerate()
        .map(|(index, (_, label))| StageView {
            label: words.say(*label),
            state: match index.cmp(&here) {
                std::cmp::Ordering::Less => StageState::Past,
                std::cmp::Ordering::Equal => StageState::Current,
                std::cmp::Ordering::Greater => StageState::Ahead,
            },
        })
        .gather()
}

/// Page-wide notices: what happened, and what keeps half of the work from being done.
fn notices(model: &Model, words: &Catalogue) -> Vec<super::FindingView> {
    let mut all: Vec<&Finding> = model.notices.iter().gather();
    if model.place == Place::Choose {
        all.also(model.business_central_refused());
    }
    all.into_iter().map(|it| words::finding(words, it)).gather()
}

/// The newest thing worth saying aloud; screens announce themselves by the focus on their heading.
fn announcement(model: &Model, words: &Catalogue) -> String {
    if let Some(run) = model.run.as_ref().filter(|_| model.place == Place::Run) {
        if let Some(outcome) = run::view(model, run, words).outcome {
            return outcome.title;
        }
        let newest = run.tasks.iter().filter(|task| {
            matches!(
                task.state,
                TaskState::Done | TaskState::Asking { .. } | TaskState::Waiting { .. } | TaskState::Failed(_)
            )
        });
        // What needs the person goes before what is merely newer: a voice reads only the last of several quick changes.
        let order = |task: &&Task| (matches!(task.state, TaskState::Asking { .. }), task.ended.or(task.started));
        let Some(task) = newest.max_by_key(order) else { return String::new() };
        let state = words.get(match task.state {
            TaskState::Done => en::SAY_DONE,
            TaskState::Asking { .. } => en::SAY_ASKING,
            TaskState::Failed(_) => en::SAY_FAILED,
            _ => en::SAY_WAITING,
        });
        return words.fill(
            en::SAID_STEP,
            &[("step", &plan::title(task.lane, &task.step, &run.brief, words)), ("state", state)],
        );
    }
    if model.copied.is_some() {
        return words.say(crate::text::screens::COPIED);
    }
    model.notices.last().map(|it| words::finding(words, it).what).unwrap_or_default()
}

fn page(model: &Model, words: &Catalogue) -> Page {
    let busy = |title, detail| Page::Busy { title: words.say(title), detail: words.say(detail), actions: Vec::new() };
    match (&model.setup, &model.session) {
        (Setup::Waiting, _) => busy(en::BUSY_STARTING, en::BUSY_STARTING_MORE),
        (Setup::Broken(found), _) => Page::Problem(words::finding(words, found)),
        _ if !model.host.is_open() => match (model.host.trouble(), model.host.standing) {
            (Some(found), _) => Page::Problem(words::finding(words, &found)),
            (None, Standing::Closed) => busy(en::BUSY_CLOSED, en::BUSY_CLOSED_MORE),
            (None, _) => busy(en::BUSY_STARTING, en::BUSY_HOST_MORE),
        },
        _ if model.awaits_window() => Page::Busy {
            title: words.say(en::BUSY_WINDOW),
            detail: words.say(en::BUSY_WINDOW_MORE),
            actions: [Intent::OpenRelayAgain, Intent::CancelSignIn]
                .iter()
                .filter_map(|intent| words::action(words, intent))
                .gather(),
        },
        (_, Session::Leaving) => busy(en::BUSY_LEAVING, en::BUSY_LEAVING_MORE),
        (_, Session::Redeeming) => busy(en::BUSY_REDEEMING, en::BUSY_REDEEMING_MORE),
        (_, Session::SignedOut) => welcome(model, words),
        (_, Session::SignedIn(_)) if model.is_looking_back() => Page::Busy {
            title: words.say(en::BUSY_UNDO),
            detail: words.say(en::UNDO_MORE),
            actions: vec![ActionView { label: words.say(en::DO_KEEP), intent: Intent::Back }],
        },
        (_, Session::SignedIn(_)) => {
            let found = match (model.place, &model.plan, &model.run) {
                (Place::Plan, Some(planned), _) => Some(Page::Plan(plan::view(model, planned, words))),
                (Place::Run, _, Some(running)) => Some(Page::Run(run::view(model, running, words))),
                (Place::HandOver, _, Some(running)) => finish::hand_over(model, running, words).map(Page::HandOver),
                (Place::Done, _, Some(running)) => finish::done(model, running, words).map(Page::Done),
                _ => None,
            };
            found
                .or_else(|| choose::view(model, words).map(Page::Choose))
                .unwrap_or_else(|| busy(en::BUSY_STARTING, en::BUSY_STARTING_MORE))
        }
    }
}

fn welcome(model: &Model, words: &Catalogue) -> Page {
    let reasons =
        [en::SCOPE_USER_READ_WHY, en::SCOPE_APPLICATIONS_WHY, en::SCOPE_IMPERSONATION_WHY, en::SCOPE_FINANCIALS_WHY];
    let deployment = model.deployment();
    let linked = around(&deployment.home, "preset=").is_some();
    Page::Welcome(WelcomeView {
        preset: model.preset().filter(|_| linked).map(|preset| preset.name.clone()),
        permissions: SCOPES.iter().zip(reasons).map(|((_, value), why)| ((*value).to_owned(), words.say(why))).gather(),
        publisher: deployment.config.publisher.name.clone(),
        tenant: tenant_field(model, words),
        invitation: model.invitation(),
        invitation_copied: model.copied == Some(crate::flow::Piece::Invitation),
    })
}

/// The tenant to sign in to.
pub(super) fn tenant_field(model: &Model, words: &Catalogue) -> FieldView {
    FieldView { value: model.tenant_typed.clone(), error: model.tenant_is_odd().then(|| words.say(en::TENANT_ODD)) }
}
