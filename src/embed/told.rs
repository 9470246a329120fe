//! What the page around is told: derived from the model by comparing it with what was told last. Nothing here can hold a
//! secret: ids, names, states and the codes of findings, and no more.

use super::contract::{self, VERSION};
use crate::flow::assess::{Blocker, State};
use crate::flow::host::{Standing, Surface, Tell};
use crate::flow::run::{Outcome, Run, Task, TaskState};
use crate::flow::{FindingCode, Model, Place, Setup, Weight};
use crate::gather::Gather;
use crate::protocol::date;
use crate::protocol::json::{Value, json};

/// What was told last.
#[derive(Debug, Default)]
pub struct Told {
    seq: u64,
    ready: bool,
    closed: bool,
    height: u64,
    plan: Value,
    run: u64,
    steps: Vec<(&'static str, u32)>,
    end: Value,
    block: Value,
    failure: Value,
}

/// A message on its way.
type Message = (&'static str, Value);

/// Everything that is news.
pub fn told(model: &Model, told: &mut Told) -> Vec<Value> {
    let mut news: Vec<Message> = Vec::new();
    match model.host.standing {
        Standing::Open => {
            if let Setup::Broken(found) = &model.setup {
                changed(&mut told.failure, "failed", json!({ "finding": found.code.code() }), &mut news);
            } else {
                open(model, told, &mut news);
            }
        }
        Standing::Closed if !told.closed => {
            told.closed = true;
            news.push(("closed", json!({})));
        }
        _ => {}
    }
    news.into_iter().map(|message| envelope(model, told, message)).gather()
}

impl Told {
    /// What the page around is told on request.
    pub fn tell(&mut self, model: &Model, tell: &Tell) -> Value {
        envelope(model, self, contract::tell(tell))
    }
}

/// For a frame with the only origin it may reach: there is no message without one.
fn envelope(model: &Model, told: &mut Told, (kind, body): Message) -> Value {
    told.seq += 1;
    let framed = model.host.surface == Surface::Frame;
    let mut data = json!({ "type": kind, "id": &model.host.id, "seq": told.seq });
    // What a page gets that has mounted the program is an event as it is promised; a frame's is still a message, which the element
    // makes into one.
    data.set(if framed { "entrada" } else { "version" }, VERSION);
    for (name, value) in body.members() {
        if !value.is_null() {
            data.insert(name, value.clone());
        }
    }
    if framed { json!({ "to": &model.host.origin, "data": data }) } else { data }
}

/// Tells a thing when it is another than last time; `null` is nothing to tell.
fn changed(last: &mut Value, kind: &'static str, now: Value, news: &mut Vec<Message>) {
    if *last != now {
        last.clone_from(&now);
        if !now.is_null() {
            news.push((kind, now));
        }
    }
}

fn open(model: &Model, told: &mut Told, news: &mut Vec<Message>) {
    if !told.ready {
        told.ready = true;
        news.push(("ready", json!({ "language": &model.language })));
    }
    let height = model.host.height;
    if std::mem::replace(&mut told.height, height) != height {
        news.push(("resized", json!({ "height": height })));
    }
    changed(&mut told.plan, "plan-ready", plan(model), news);
    if let Some(run) = &model.run {
        steps(run, told, news);
    }
    changed(&mut told.block, "blocked", block(model), news);
    let (end, failure) = model.run.as_ref().map_or((Value::Null, Value::Null), |run| end(model, run));
    changed(&mut told.end, "completed", end, news);
    changed(&mut told.failure, "failed", failure, news);
}

fn plan(model: &Model) -> Value {
    let Some(plan) = model.plan.as_ref().filter(|_| model.place == Place::Plan) else { return Value::Null };
    let changes = plan.lines.iter().filter(|line| line.writes()).count();
    let names = plan.brief.sites.iter().map(|site| Value::from(&site.environment)).collect::<Vec<_>>();
    json!({ "changes": changes as u64, "keeps": (plan.lines.len() - changes) as u64, "environments": names })
}

fn steps(run: &Run, told: &mut Told, news: &mut Vec<Message>) {
    if std::mem::replace(&mut told.run, run.id) != run.id {
        told.steps.clear();
        // The end of an earlier run is no end of this one, even if it reads the same.
        (told.end, told.failure) = (Value::Null, Value::Null);
    }
    told.steps.resize(run.tasks.len(), ("", 0));
    for (index, task) in run.tasks.iter().enumerate() {
        let Some(state) = word(&task.state) else { continue };
        let now = (state, task.attempts);
        if std::mem::replace(&mut told.steps[index], now) != now {
            let lane = task.lane.and_then(|lane| run.brief.sites.get(lane)).map(|site| &site.environment);
            news.push((
                "step-changed",
                json!({
                    "step": task.step.word(), "index": index as u64, "lane": lane, "state": state, "attempts": task.attempts,
                }),
            ));
        }
    }
}

/// What is left out is no step of this run.
fn word(state: &TaskState) -> Option<&'static str> {
    Some(match state {
        TaskState::Pending => "pending",
        TaskState::Running => "running",
        TaskState::Waiting { .. } => "waiting",
        TaskState::Asking { .. } => "asking",
        TaskState::Done | TaskState::Kept => "done",
        TaskState::Failed(_) => "failed",
        TaskState::Stopped => "stopped",
        TaskState::Skipped => return None,
    })
}

/// What keeps a person from going on, and where it lies.
fn block(model: &Model) -> Value {
    let block = |code: &str, by: &str| json!({ "finding": code, "by": by });
    if let Some(found) = model.notices.iter().rev().find(|found| found.weight == Weight::Error) {
        let by = if found.code == FindingCode::PopupBlocked { "popup" } else { "notice" };
        return block(found.code.code(), by);
    }
    if let Some(run) = &model.run {
        let asks = |task: &Task| match &task.state {
            TaskState::Asking { finding: Some(found), .. } => Some(found.code.code()),
            _ => None,
        };
        return run.tasks.iter().find_map(asks).map_or(Value::Null, |code| block(code, "step"));
    }
    if model.place == Place::Choose && matches!(model.blocker(), Some(Blocker::Check(_))) {
        let checks = model.checks();
        let failed = checks.iter().filter(|check| check.state == State::Fail).find_map(|check| check.finding.as_ref());
        return failed.map_or(Value::Null, |found| block(found.code.code(), "check"));
    }
    Value::Null
}

/// How the run ended: what was completed, or what it failed at.
fn end(model: &Model, run: &Run) -> (Value, Value) {
    let outcome = match run.outcome {
        None => return (Value::Null, Value::Null),
        Some(Outcome::Complete) => "complete",
        Some(Outcome::Partial) => "partial",
        Some(Outcome::Undone) => "undone",
        Some(Outcome::Nothing) => {
            let failed = run.tasks.iter().find_map(|task| match &task.state {
                TaskState::Failed(found) => Some(found.code.code()),
                _ => None,
            });
            return (Value::Null, json!({ "finding": failed.unwrap_or("stopped") }));
        }
    };
    let sites = run.brief.sites.iter().zip(&run.known.sites).enumerate();
    let environments: Vec<Value> = sites
        .map(|(lane, (site, known))| {
            let mut value = json!({ "name": &site.environment, "outcome": lane_word(run.lane_outcome(lane)) });
            if let Some(user) = &known.user {
                value.insert("userId", Value::from(user));
            }
            value
        })
        .gather();
    let tenant = model.account().map_or(&run.brief.tenant, |account| &account.tenant);
    let completed = json!({
        "outcome": outcome, "clientId": run.known.app_id.as_ref(), "tenantId": tenant,
        "applicationObjectId": run.known.app_object.as_ref(), "environments": environments,
        "expires": run.known.secret.as_ref().map(|secret| date::rfc3339(secret.ends)),
    });
    (completed, Value::Null)
}

fn lane_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Complete => "complete",
        Outcome::Partial => "partial",
        Outcome::Nothing => "nothing",
        Outcome::Undone => "undone",
    }
}
