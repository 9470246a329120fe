//! The person in front of a tab: reads the screen and does the next sensible thing. Knows what is wanted, and whether a secret
//! that works is in their hands; remembers nothing else.

use crate::schedule::{Scenario, Wish};
use entrada::flow::assess::Blocker;
use entrada::flow::choices::SetKey;
use entrada::flow::run::{Outcome, TaskState};
use entrada::flow::session::Session;
use entrada::flow::{Intent, Model, Place, Setup};

/// How far a person's visit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visit {
    /// Under way.
    Open,
    /// Everything wanted is there and the secret in hand.
    Complete,
    /// Some of it is, and the person has stopped trying.
    Partial,
    /// The run changed nothing, or no run began.
    Nothing,
    /// What was made was taken back.
    Undone,
}

/// What a person has in mind.
#[derive(Debug)]
pub struct Person {
    /// How far.
    pub visit: Visit,
    /// What has been chosen since the page was loaded.
    chosen: bool,
    routed: bool,
    wished: bool,
    /// How often the same obstacle was met since it last went on.
    patience: u32,
    /// Patience they have.
    limit: u32,
    /// A secret whose text they hold, by its id.
    pub holds: Option<String>,
    /// Somebody else is at work in the tenant.
    pub meddled: bool,
    /// Taking it back is what they want now.
    pub regrets: bool,
    /// Tries of a run: each *Set up access* and *Try again*.
    pub attempts: u32,
}

/// What a person does.
#[derive(Debug)]
pub enum Act {
    /// Nothing: it goes on by itself, or is over.
    Wait,
    /// Presses this.
    Press(Intent),
    /// Presses these, one after the other.
    Do(Vec<Intent>),
    /// Signs in at Microsoft's pages and comes back.
    ComeBack,
    /// Loads the page again.
    Reload,
    /// Registers the application on the card in this lane's environment.
    ByHand(usize),
    /// Takes it back there.
    TakeBackByHand(usize),
}

impl Default for Person {
    fn default() -> Self {
        Self {
            visit: Visit::Open,
            chosen: false,
            routed: false,
            wished: false,
            patience: 0,
            limit: 4,
            holds: None,
            meddled: false,
            regrets: false,
            attempts: 0,
        }
    }
}

impl Person {
    /// The page is a fresh one.
    pub fn begins_anew(&mut self) {
        self.chosen = false;
        self.routed = false;
        self.wished = false;
        // A way back that was interrupted is not offered again; what they want then is that it works.
        self.regrets = false;
    }

    /// Begins with so much patience again.
    pub fn takes_heart(&mut self, limit: u32) {
        self.patience = 0;
        self.limit = limit;
    }

    fn tries(&mut self, act: Act, otherwise: Visit) -> Act {
        self.patience += 1;
        if self.patience > self.limit {
            self.visit = otherwise;
            return Act::Wait;
        }
        act
    }

    /// The next thing to do. `quiet`: nothing is under way on the page.
    pub fn act(&mut self, model: &Model, away: bool, quiet: bool, scenario: &Scenario) -> Act {
        if away {
            return Act::ComeBack;
        }
        if !matches!(model.setup, Setup::Ready) || model.is_looking_back() {
            return Act::Wait;
        }
        let signs_in = |it: &entrada::flow::Finding| it.actions.contains(&Intent::SignIn);
        if self.regrets && quiet && model.notices.iter().any(signs_in) {
            return self.tries(Act::Press(Intent::SignIn), Visit::Partial);
        }
        if let (Some(run), Place::Run | Place::HandOver | Place::Done) = (&model.run, model.place) {
            return self.at_run(model, run, quiet);
        }
        match (&model.session, model.place) {
            (Session::SignedOut, _) if quiet => self.tries(Act::Press(Intent::SignIn), Visit::Nothing),
            (Session::SignedIn(_), Place::Welcome | Place::Choose) => self.choose(model, quiet, scenario),
            (_, Place::Plan) => {
                let Some(plan) = &model.plan else { return Act::Wait };
                if self.regrets && !plan.brief.undo {
                    return Act::Press(Intent::Back);
                }
                if plan.brief.undo {
                    // Nothing to take back that nobody else needs.
                    if plan.is_empty() {
                        self.visit = Visit::Complete;
                        return Act::Wait;
                    }
                    return self.tries(Act::Press(Intent::Confirm), Visit::Complete);
                }
                if plan.is_empty() {
                    if self.lacks_secret(model) {
                        return self.tries(Act::Do(vec![Intent::Back, Intent::WantSecret(true)]), Visit::Partial);
                    }
                    self.visit = Visit::Complete;
                    return Act::Wait;
                }
                // Whoever reads "a secret is valid, make a new one only if its text is lost" and has none wants a new one.
                if self.lacks_secret(model) && !model.wants_secret() {
                    return self.tries(Act::Do(vec![Intent::Back, Intent::WantSecret(true)]), Visit::Partial);
                }
                self.attempts += 1;
                Act::Press(Intent::Confirm)
            }
            _ => Act::Wait,
        }
    }

    fn lacks_secret(&self, model: &Model) -> bool {
        let app = model.facts.registered.known().and_then(|it| it.as_ref()?.application.as_ref());
        let held = |app: &entrada::protocol::graph::Application| {
            app.secrets.iter().any(|secret| Some(&secret.key_id) == self.holds.as_ref())
        };
        !app.is_some_and(held) && !model.is_vendor()
    }

    fn at_run(&mut self, model: &Model, run: &entrada::flow::run::Run, quiet: bool) -> Act {
        if model.place == Place::HandOver {
            if let Some(secret) = run.known.secret.as_ref().filter(|it| !it.text.is_empty()) {
                self.holds = Some(secret.key_id.clone());
            }
            return match (run.stored, run.outcome) {
                (false, _) => Act::Press(Intent::Stored(true)),
                // Whoever is in a hurry leaves before it was read back.
                _ => Act::Press(Intent::Finish),
            };
        }
        match run.outcome {
            None => {
                for task in &run.tasks {
                    let TaskState::Asking { finding: None, .. } = &task.state else { continue };
                    if let Some(lane) = task.lane {
                        return if run.brief.undo { Act::TakeBackByHand(lane) } else { Act::ByHand(lane) };
                    }
                }
                Act::Wait
            }
            Some(Outcome::Undone) => {
                self.visit = Visit::Undone;
                Act::Wait
            }
            // The page says that it could not read everything back, and offers to try again.
            Some(Outcome::Complete) if !self.regrets && run.tasks.iter().any(unread) => {
                if quiet {
                    self.tries(Act::Press(Intent::Resume), Visit::Complete)
                } else {
                    Act::Wait
                }
            }
            Some(Outcome::Complete) => {
                if !self.regrets {
                    self.patience = 0;
                }
                if self.regrets && !run.brief.undo {
                    // The way back is drafted after a look at what is there.
                    if !quiet {
                        return Act::Wait;
                    }
                    return if model.can_undo() {
                        self.tries(Act::Press(Intent::Undo), Visit::Complete)
                    } else {
                        self.visit = Visit::Complete;
                        Act::Wait
                    };
                }
                self.visit = Visit::Complete;
                Act::Wait
            }
            // The page says that the session is over and has one button for it.
            Some(Outcome::Partial | Outcome::Nothing) if quiet && session_over(run) => {
                self.tries(Act::Press(Intent::SignIn), Visit::Partial)
            }
            Some(Outcome::Partial | Outcome::Nothing) if quiet => {
                if self.regrets && !run.brief.undo && model.can_undo() {
                    return self.tries(Act::Press(Intent::Undo), Visit::Partial);
                }
                // Trying again does not help against what somebody else took away; choosing again reads everything anew.
                let helps = self.meddled || run.tasks.iter().any(sends_back);
                if self.patience % 3 == 2 && helps && !run.brief.undo && !run.holds_unstored_secret() {
                    return self.tries(Act::Press(Intent::Back), Visit::Partial);
                }
                self.attempts += 1;
                let ended = if run.outcome == Some(Outcome::Partial) { Visit::Partial } else { Visit::Nothing };
                self.tries(Act::Press(Intent::Resume), ended)
            }
            Some(_) => Act::Wait,
        }
    }

    fn choose(&mut self, model: &Model, quiet: bool, scenario: &Scenario) -> Act {
        if !self.chosen {
            self.chosen = true;
            let kept = model.choices.as_ref().is_some_and(|it| {
                it.preset == scenario.preset
                    && it.environments.iter().eq(scenario.places.iter().map(|place| place.environment))
            });
            if kept {
                return Act::Do(Vec::new());
            }
            let chosen = model.choices.as_ref().map(|it| it.environments.clone()).unwrap_or_default();
            let mut intents = vec![Intent::Preset(scenario.preset.into())];
            if scenario.preset == "other" {
                intents.push(Intent::Name("Web shop".into()));
            }
            let wanted = |name: &str| scenario.places.iter().any(|place| place.environment == name);
            intents.extend(
                chosen.into_iter().filter(|it| !wanted(it)).map(|name| Intent::Environment { name, chosen: false }),
            );
            let places = scenario.places.iter();
            intents.extend(places.map(|it| Intent::Environment { name: it.environment.into(), chosen: true }));
            return Act::Do(intents);
        }
        if !quiet {
            return Act::Wait;
        }
        if !self.routed {
            self.routed = true;
            let places = scenario.places.iter();
            return Act::Do(
                places.map(|it| Intent::Route { environment: it.environment.into(), kind: it.route }).collect(),
            );
        }
        if !self.wished {
            self.wished = true;
            let mut wishes = self.wishes(model, scenario);
            if scenario.preset == "other" && scenario.wish != Wish::Synchronise {
                wishes.extend(read_only(model));
            }
            if !wishes.is_empty() {
                return Act::Do(wishes);
            }
        }
        match model.blocker() {
            None => Act::Press(Intent::Plan),
            Some(Blocker::Check("name")) if model.facts.namesakes.known().is_some() => {
                let namesakes = model.facts.namesakes.known().map(Vec::as_slice).unwrap_or_default();
                // One that this page made on an earlier visit is meant; beside anybody else's, another is made.
                let own = namesakes.iter().find(|it| it.tags.iter().any(|tag| tag == "entrada"));
                let choice = own.map_or(Intent::MakeAnother, |it| Intent::UseExisting { app_id: it.app_id.clone() });
                self.tries(Act::Press(choice), Visit::Nothing)
            }
            Some(_) if self.patience % 2 == 1 => self.tries(Act::Reload, Visit::Nothing),
            Some(_) => self.tries(Act::Press(Intent::CheckAgain), Visit::Nothing),
        }
    }

    fn wishes(&self, model: &Model, scenario: &Scenario) -> Vec<Intent> {
        match scenario.wish {
            Wish::Rotate if self.holds.is_none() => vec![Intent::WantSecret(true)],
            Wish::Plain | Wish::Rotate => Vec::new(),
            Wish::OneCompany => {
                let first = model.facts.sites.first().and_then(|site| site.companies.known()?.first());
                first.map_or_else(Vec::new, |company| {
                    vec![Intent::AllCompanies(false), Intent::Company { name: company.name.clone(), chosen: true }]
                })
            }
            Wish::Synchronise => {
                let mut wishes = vec![Intent::Exact(true)];
                wishes.extend(read_only(model));
                wishes
            }
        }
    }
}

/// Ticks a set that every environment has.
fn read_only(model: &Model) -> Option<Intent> {
    let sets = model.facts.sites.first().and_then(|site| site.sets.known())?;
    let read = sets.iter().find(|set| set.role_id == "D365 READ")?;
    Some(Intent::PermissionSet { key: SetKey::of(read).word(), chosen: true })
}

fn unread(task: &entrada::flow::run::Task) -> bool {
    use entrada::flow::plan::Step;
    matches!((&task.step, &task.state), (Step::VerifyEntra | Step::VerifyBusinessCentral, TaskState::Failed(_)))
}

fn sends_back(task: &entrada::flow::run::Task) -> bool {
    matches!(&task.state, TaskState::Failed(finding) if finding.actions.contains(&Intent::Back))
}

fn session_over(run: &entrada::flow::run::Run) -> bool {
    let offers = |task: &entrada::flow::run::Task| matches!(&task.state, TaskState::Failed(finding) if finding.actions.contains(&Intent::SignIn));
    run.tasks.iter().any(offers)
}
