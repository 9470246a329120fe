//! What must hold whatever happens (issue 5; design section 11, "Safety"). Each rule is one function; `World` calls them after
//! every request that reached a service and at the ends it comes to.
//!
//! The rules are written over facts of the tenant and over plans that a person confirmed, not over the page's own idea of
//! what it did.

use crate::facts::{Fact, Facts};
use entrada::flow::plan::{Action, Plan, Step};
use entrada_cloud::seed::BUSINESS_CENTRAL_APP_ID;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Who brought a fact about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// The page in this tab.
    Tab(usize),
    /// Somebody else: it was there before, or another tool or person did it.
    Other,
}

/// Something with an id and a content that changes: an application (in no environment), a record or a user.
pub type Thing = (String, Uuid);

/// Which thing a fact is about.
pub fn thing(fact: &Fact) -> Option<Thing> {
    match fact {
        Fact::Application { app_id, .. } => Some((String::new(), *app_id)),
        Fact::Record { environment, client_id, .. } => Some((environment.clone(), *client_id)),
        Fact::User { environment, id, .. } => Some((environment.clone(), *id)),
        _ => None,
    }
}

impl Ledger {
    /// Who made the thing that a fact is about.
    pub fn maker_of_thing(&self, fact: &Fact) -> Option<Maker> {
        self.born.get(&thing(fact)?).copied()
    }

    /// True when this tab cannot know whether it was the one that made it.
    fn is_unsure(&self, tab: usize, of: &Asked) -> bool {
        self.unsure.iter().any(|(who, what)| *who == tab && what == of)
    }

    /// True when another tab made this fact and this one, which had asked for the same without an answer, takes it for its own:
    /// nothing that Microsoft tells says whose it is (docs/bad-days.md, "Limits").
    fn passes_for_own(&self, tab: usize, fact: &Fact) -> bool {
        let by_a_tab = |maker: Option<&Maker>| matches!(maker, Some(Maker::Tab(_)));
        let made = by_a_tab(self.makers.get(fact)) || by_a_tab(self.maker_of_thing(fact).as_ref());
        made && asked_for(fact).iter().any(|it| self.is_unsure(tab, it))
    }
}

/// What brings a fact about, directly or with what it belongs to.
fn asked_for(fact: &Fact) -> Vec<Asked> {
    match fact {
        Fact::Application { .. } => vec![Asked::Application],
        Fact::Principal { .. } | Fact::Grant { .. } => vec![Asked::ServicePrincipal],
        Fact::Record { environment, .. } | Fact::User { environment, .. } => vec![Asked::Record(environment.clone())],
        Fact::Set { environment, role_id, .. } => {
            vec![Asked::Set(environment.clone(), role_id.clone()), Asked::Record(environment.clone())]
        }
        Fact::Secret { .. } | Fact::Package { .. } | Fact::Admitted { .. } => Vec::new(),
    }
}

/// A plan that a person confirmed.
#[derive(Debug, Clone)]
pub struct Confirmed {
    /// In which tab.
    pub tab: usize,
    /// The plan.
    pub plan: Plan,
}

/// What a tab asked for, by a key that is the same for whoever asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The application.
    Application,
    /// Its service principal.
    ServicePrincipal,
    /// The record in this environment, and with it the user.
    Record(String),
    /// In this environment, this permission set.
    Set(String, String),
}

/// What the rules may look at.
#[derive(Debug)]
pub struct Ledger {
    /// Who made what.
    pub makers: BTreeMap<Fact, Maker>,
    /// Who made which application, record or user; later changes of its content do not make it theirs.
    pub born: BTreeMap<Thing, Maker>,
    /// Tabs that asked for something and were not told whether it was made: whoever else makes it then, they take it for theirs.
    pub unsure: Vec<(usize, Asked)>,
    /// Ids of the secrets that were there when a way back last looked.
    pub looked: Vec<Uuid>,
    /// Who deleted which application.
    pub deleted: BTreeMap<Uuid, Maker>,
    /// Who took what away.
    pub takers: BTreeMap<Fact, Maker>,
    /// Plans confirmed so far.
    pub confirmed: Vec<Confirmed>,
    /// Ids of secrets whose text was on a screen.
    pub seen: Vec<Uuid>,
    /// Every application that ever had a unique name: also of one that is gone, its user and record may be there.
    pub named: Vec<(String, Uuid)>,
}

/// At most one application per unique name.
pub fn one_application_per_name(facts: &Facts) -> Result<(), String> {
    let mut names: Vec<&str> = Vec::new();
    for fact in facts {
        if let Fact::Application { unique_name: Some(name), .. } = fact {
            if names.contains(&name.as_str()) {
                return Err(format!("two applications are called {name}"));
            }
            names.push(name);
        }
    }
    Ok(())
}

/// A secret is never asked for twice in one attempt: each attempt has a name of its own, so a name has one secret.
pub fn one_secret_per_name(facts: &Facts, ledger: &Ledger) -> Result<(), String> {
    let mut names: Vec<&str> = Vec::new();
    for fact in facts {
        if let (Fact::Secret { name, .. }, Some(Maker::Tab(_))) = (fact, ledger.makers.get(fact)) {
            if names.contains(&name.as_str()) {
                return Err(format!("two secrets are called {name}"));
            }
            names.push(name);
        }
    }
    Ok(())
}

/// Everything that came to be belongs to a plan that was confirmed; everything that went was this page's own, or named in it.
pub fn every_change_was_confirmed(before: &Facts, after: &Facts, ledger: &Ledger) -> Result<(), String> {
    for fact in after.difference(before) {
        if !ledger.confirmed.iter().any(|it| may_add(fact, before, after, &it.plan, ledger)) {
            return Err(format!("in no confirmed plan: {fact:?} came to be"));
        }
    }
    for fact in before.difference(after) {
        if !ledger.confirmed.iter().any(|it| may_remove(fact, before, after, it, ledger)) {
            return Err(format!("in no confirmed plan: {fact:?} went away"));
        }
    }
    Ok(())
}

/// Client ids that a plan is about.
fn ours(plan: &Plan, ledger: &Ledger) -> Vec<Uuid> {
    let known = plan.known.app_id.as_deref().and_then(|id| id.parse().ok());
    let named = ledger.named.iter().filter(|(name, _)| Some(name) == plan.brief.unique_name.as_ref());
    named.map(|(_, app_id)| *app_id).chain(known).collect()
}

fn lines<'a>(plan: &'a Plan, actions: &'a [Action]) -> impl Iterator<Item = (Option<&'a str>, &'a Step)> {
    let within = |lane: usize| plan.brief.sites[lane].environment.as_str();
    plan.lines.iter().filter(|line| actions.contains(&line.action)).map(move |line| (line.lane.map(within), &line.step))
}

const MAKES: [Action; 2] = [Action::Create, Action::Change];
const TAKES: [Action; 2] = [Action::Remove, Action::Change];

fn may_add(fact: &Fact, before: &Facts, after: &Facts, plan: &Plan, ledger: &Ledger) -> bool {
    let mine = ours(plan, ledger);
    let is_ours = |app_id: &Uuid| mine.contains(app_id);
    let any = |step: &dyn Fn(Option<&str>, &Step) -> bool| lines(plan, &MAKES).any(|(at, it)| step(at, it));
    match fact {
        Fact::Application { app_id, .. } => is_ours(app_id) && any(&|_, step| matches!(step, Step::Application)),
        Fact::Secret { app_id, name, .. } => {
            is_ours(app_id) && name.starts_with(&plan.brief.secret_name) && any(&|_, step| matches!(step, Step::Secret))
        }
        Fact::Principal { app_id, .. } => {
            is_ours(app_id) && any(&|_, step| matches!(step, Step::ServicePrincipal | Step::Application))
        }
        Fact::Grant { app_id, resource, role } => {
            let role = role.to_string();
            is_ours(app_id)
                && *resource == BUSINESS_CENTRAL_APP_ID
                && any(&|_, step| matches!(step, Step::Consent(roles) if roles.iter().any(|it| it.id == role)))
        }
        Fact::Record { environment, client_id, .. } => {
            is_ours(client_id) && any(&|at, step| at == Some(environment) && matches!(step, Step::Record(_)))
        }
        Fact::User { environment, application, .. } => {
            application.as_ref().is_some_and(is_ours)
                && any(&|at, step| at == Some(environment) && matches!(step, Step::Record(_)))
        }
        Fact::Set { environment, user, role_id, extension, company } => {
            let extension = extension.to_string();
            is_user_of(environment, *user, &mine, before, after)
                && any(&|at, step| {
                    at == Some(environment)
                        && matches!(step, Step::PermissionSet { set, company: within }
                            if &set.role_id == role_id && set.app_id.eq_ignore_ascii_case(&extension) && within == company)
                })
        }
        Fact::Package { environment, code } => {
            code.starts_with("ENTRADA-") && any(&|at, step| at == Some(environment) && matches!(step, Step::Record(_)))
        }
        Fact::Admitted { app_id } => is_ours(app_id) && any(&|_, step| matches!(step, Step::AdminCenter)),
    }
}

fn may_remove(fact: &Fact, before: &Facts, after: &Facts, confirmed: &Confirmed, ledger: &Ledger) -> bool {
    let plan = &confirmed.plan;
    let mine = ours(plan, ledger);
    let is_ours = |app_id: &Uuid| mine.contains(app_id);
    let any = |step: &dyn Fn(Option<&str>, &Step) -> bool| lines(plan, &TAKES).any(|(at, it)| step(at, it));
    let makes = |step: &dyn Fn(&Step) -> bool| lines(plan, &MAKES).any(|(_, it)| step(it));
    // What a way back takes is what its own tab brought about; a plan that names a thing may take it, whoever made it.
    let own = |fact: &Fact| ledger.makers.get(fact) == Some(&Maker::Tab(confirmed.tab));
    let application_goes = plan.brief.undo
        && plan.lines.iter().any(|line| line.action == Action::Remove && matches!(line.step, Step::Application));
    match fact {
        Fact::Application { app_id, .. } => {
            // An upsert writes the same again over what somebody made since the plan; it takes nothing away.
            let stays = after.iter().any(|it| matches!(it, Fact::Application { app_id: left, .. } if left == app_id));
            let taken = any(&|_, step| matches!(step, Step::Application))
                && (!application_goes
                    || match ledger.maker_of_thing(fact) {
                        Some(Maker::Tab(tab)) => {
                            tab == confirmed.tab || ledger.is_unsure(confirmed.tab, &Asked::Application)
                        }
                        _ => false,
                    });
            is_ours(app_id) && (taken || (stays && makes(&|step| matches!(step, Step::Application))))
        }
        Fact::Secret { app_id, key_id, .. } => {
            let id = key_id.to_string();
            let named = any(&|_, step| matches!(step, Step::RemoveSecret { key_id, .. } if *key_id == id));
            // One that was asked for and whose text never came: nobody saw it.
            let lost = makes(&|step| matches!(step, Step::Secret)) && own(fact) && !ledger.seen.contains(key_id);
            // Nobody can know of one that was made after the last look.
            let unknown = !ledger.looked.contains(key_id);
            is_ours(app_id) && (named || lost || (application_goes && (own(fact) || unknown)))
        }
        Fact::Principal { app_id, .. } => {
            is_ours(app_id) && (application_goes || any(&|_, step| matches!(step, Step::ServicePrincipal)))
        }
        Fact::Grant { app_id, .. } => {
            // What a service principal holds goes with it.
            let goes = any(&|_, step| matches!(step, Step::Consent(_) | Step::ServicePrincipal));
            is_ours(app_id) && (application_goes || goes)
        }
        Fact::Record { environment, client_id, .. } => {
            is_ours(client_id) && any(&|at, step| at == Some(environment) && matches!(step, Step::Record(_)))
                || is_ours(client_id) && makes(&|step| matches!(step, Step::Record(_)))
        }
        Fact::User { environment, application, .. } => {
            application.as_ref().is_some_and(is_ours)
                && (any(&|at, step| at == Some(environment) && matches!(step, Step::Record(_)))
                    || makes(&|step| matches!(step, Step::Record(_))))
        }
        Fact::Set { environment, user, role_id, company, .. } => {
            let user_goes = || any(&|at, step| at == Some(environment) && matches!(step, Step::Record(_)));
            let taken = || {
                any(&|at, step| {
                    at == Some(environment)
                        && match step {
                            Step::TakeSet(given) => &given.role_id == role_id && &given.company == company,
                            Step::PermissionSet { set, company: within } => {
                                &set.role_id == role_id && within == company
                            }
                            _ => false,
                        }
                })
            };
            is_user_of(environment, *user, &mine, before, before) && (taken() || user_goes())
        }
        Fact::Package { code, .. } => {
            code.starts_with("ENTRADA-")
                && (makes(&|step| matches!(step, Step::Record(_)))
                    || any(&|_, step| matches!(step, Step::RemovePackage(_))))
        }
        Fact::Admitted { app_id } => is_ours(app_id) && any(&|_, step| matches!(step, Step::AdminCenter)),
    }
}

fn is_user_of(environment: &str, user: Uuid, apps: &[Uuid], before: &Facts, after: &Facts) -> bool {
    before.iter().chain(after).any(|fact| {
        matches!(fact, Fact::User { environment: at, id, application: Some(app), .. }
            if at == environment && *id == user && apps.contains(app))
    })
}

/// No credential that nobody saw and no screen names: of every secret that a tab made, the text was shown, or its id is.
pub fn every_secret_is_known(facts: &Facts, ledger: &Ledger, named: &str, apps: &[Uuid]) -> Result<(), String> {
    for fact in facts {
        let Fact::Secret { key_id, name, app_id } = fact else { continue };
        // Whoever decides for another application on coming back does not see this one.
        if !apps.contains(app_id) {
            continue;
        }
        let made_here = matches!(ledger.makers.get(fact), Some(Maker::Tab(_)));
        if made_here && !ledger.seen.contains(key_id) && !named.contains(&key_id.to_string()) {
            return Err(format!("nobody saw the secret {name} ({key_id}), and no screen names it"));
        }
    }
    Ok(())
}

/// What a way back leaves is what was there before, except what it says it cannot bring back: secrets that nobody had seen and
/// packages that an interrupted run had left. What an earlier run of the same tab made and could not be seen when this one was
/// planned (replication) may go too: a page cannot tell it from its own (docs/bad-days.md, "Limits").
pub fn undone(before: &Facts, after: &Facts, ledger: &Ledger, tab: usize) -> Result<(), String> {
    let by_this = Some(Maker::Tab(tab));
    let own = |fact: &Fact| ledger.makers.get(fact).copied() == by_this || ledger.maker_of_thing(fact) == by_this;
    // What others did since is theirs.
    let of_others = |by: &BTreeMap<Fact, Maker>, fact: &Fact| by.get(fact).is_some_and(|it| *it != Maker::Tab(tab));
    let of_another_tab =
        |fact: &Fact| ledger.maker_of_thing(fact).is_some_and(|it| it != Maker::Other && Some(it) != by_this);
    let is_application = |it: &Fact, id: &Uuid| matches!(it, Fact::Application { app_id, .. } if app_id == id);
    // Changed by another tab after this one had read it: the way back restores what was read and shown.
    let is_restored = |id: &Uuid| after.iter().any(|it| is_application(it, id) && of_others(&ledger.takers, it));
    let unsaid = |fact: &&Fact| match fact {
        fact if of_others(&ledger.takers, fact) || ledger.passes_for_own(tab, fact) => false,
        Fact::Application { app_id, .. } if is_restored(app_id) => false,
        // Changed by this tab, and then deleted by somebody else.
        Fact::Application { app_id, .. } if ledger.deleted.get(app_id).is_some_and(|it| *it != Maker::Tab(tab)) => {
            false
        }
        // Made in another tab and not to be seen yet; this one's upsert wrote over it.
        Fact::Application { app_id, .. } if of_another_tab(fact) => !after.iter().any(|it| is_application(it, app_id)),
        // Given by somebody to a user that this tab had made, and gone with it.
        Fact::Set { environment, user, .. } => {
            !own(fact) && ledger.born.get(&(environment.clone(), *user)).copied() != by_this
        }
        Fact::Secret { key_id, .. } => ledger.seen.contains(key_id),
        Fact::Package { .. } => false,
        fact => !own(fact),
    };
    // Business Central keeps the user that enabling a record has made, disabled with it (business-central.md 3.1).
    let left = |fact: &&Fact| {
        match fact {
        fact if of_others(&ledger.makers, fact) => false,
        Fact::Application { app_id, .. } if is_restored(app_id) => false,
        // Switched on by another tab too; this one takes that for its own and switches it off.
        Fact::Record { enabled: false, .. } | Fact::User { enabled: false, .. }
            if before.iter().any(|it| thing(it) == thing(fact) && ledger.passes_for_own(tab, it)) =>
        {
            false
        }
        // Made in another tab and not to be seen yet; this one's upsert only wrote over it.
        Fact::Application { .. } if of_another_tab(fact) => false,
        // Written over with the same by an upsert that should have made it.
        Fact::Application { app_id, .. } => !before
            .iter()
            .any(|it| matches!(it, Fact::Application { app_id: was, .. } if was == app_id && own(it))),
        Fact::Package { .. } => false,
        Fact::User { id, enabled: false, .. } => {
            before.iter().any(|it| matches!(it, Fact::User { id: was, enabled: true, .. } if was == id))
        }
        // Half made by an earlier run and found by this one, which finished it: nobody can tell whose it is, so it stays.
        Fact::Record { environment, client_id: app, .. } | Fact::User { environment, application: Some(app), .. } => {
            !before.iter().any(|it| {
                matches!(it, Fact::Record { environment: at, client_id, .. } if at == environment && client_id == app && own(it))
            })
        }
        _ => true,
    }
    };
    if let Some(extra) = after.difference(before).find(left) {
        return Err(format!("after taking it back there is still {extra:?}"));
    }
    if let Some(gone) = before.difference(after).find(unsaid) {
        return Err(format!("taking it back also took {gone:?}"));
    }
    Ok(())
}

/// When somebody got a secret since, the way back takes this tab's own secrets and nothing else.
pub fn only_the_secret_went(shown: &Facts, after: &Facts, ledger: &Ledger, tab: usize) -> Result<(), String> {
    let own_secret =
        |fact: &&Fact| matches!(fact, Fact::Secret { .. }) && ledger.makers.get(*fact) == Some(&Maker::Tab(tab));
    let by_this = |fact: &&Fact| ledger.takers.get(*fact) == Some(&Maker::Tab(tab));
    match shown.difference(after).filter(by_this).find(|fact| !own_secret(fact)) {
        Some(gone) => Err(format!("somebody else needs {gone:?}, and it went away")),
        None => Ok(()),
    }
}

/// Nobody holds a credential to something half built: when a secret comes to be, the application may do what it should in at
/// least one environment of the plan.
pub fn credential_comes_last(facts: &Facts, plan: &Plan, ledger: &Ledger) -> Result<(), String> {
    let lanes = plan.brief.sites.len().max(1);
    let mut why = String::new();
    for lane in 0..lanes {
        let mut one = plan.clone();
        one.lines.retain(|line| line.lane.is_none_or(|it| it == lane));
        match complete_is_true(facts, &one, ledger) {
            Ok(()) => return Ok(()),
            Err(missing) => why = missing,
        }
    }
    Err(why)
}

/// The plan without the lines that keep what somebody else took away after it was read. Nothing is written for such a line, so
/// it is the verification that finds it out.
pub fn without_what_others_took(confirmed: &Confirmed, facts: &Facts, ledger: &Ledger) -> Plan {
    let mut plan = confirmed.plan.clone();
    let apps = ours(&plan, ledger);
    let others = |it: &&Fact| !facts.contains(*it) && ledger.takers[*it] != Maker::Tab(confirmed.tab);
    let taken: Vec<&Fact> = ledger.takers.keys().filter(others).collect();
    let sites = &plan.brief.sites;
    plan.lines.retain(|line| {
        let at = line.lane.map(|lane| sites[lane].environment.as_str());
        let is_it = |fact: &&Fact| match (&line.step, fact) {
            (Step::Consent(roles), Fact::Grant { app_id, role, .. }) => {
                apps.contains(app_id) && roles.iter().any(|it| it.id == role.to_string())
            }
            (Step::PermissionSet { set, company }, Fact::Set { environment, role_id, company: within, .. }) => {
                at == Some(environment) && role_id == &set.role_id && (within.is_empty() || within == company)
            }
            _ => false,
        };
        line.action != Action::Keep || !taken.iter().copied().any(|it| is_it(&it))
    });
    plan
}

/// "Complete" means that the tenant has all of it: application, service principal, roles, record, enabled user, permission sets.
pub fn complete_is_true(facts: &Facts, plan: &Plan, ledger: &Ledger) -> Result<(), String> {
    let apps = ours(plan, ledger);
    let there = |app: &&Uuid| facts.iter().any(|it| matches!(it, Fact::Application { app_id, .. } if app_id == *app));
    let Some(app) = apps.iter().find(there) else { return Err("complete without an application".into()) };
    let missing = |what: String| Err(format!("complete without {what}"));
    if !facts.contains(&Fact::Principal { app_id: *app, enabled: true }) {
        return missing("an enabled service principal".into());
    }
    for line in &plan.lines {
        if line.action == Action::Skip || line.action == Action::Remove {
            continue;
        }
        let at = line.lane.map(|lane| plan.brief.sites[lane].environment.as_str());
        match &line.step {
            Step::Consent(roles) => {
                for role in roles {
                    let held = |fact: &Fact| {
                        matches!(fact, Fact::Grant { app_id, role: held, .. }
                            if app_id == app && held.to_string() == role.id)
                    };
                    if !facts.iter().any(held) {
                        return missing(format!("the role {}", role.value));
                    }
                }
            }
            Step::Record(_) if line.action != Action::Keep => {
                let there = |fact: &Fact| {
                    matches!(fact, Fact::User { environment, application: Some(of), enabled: true, .. }
                        if Some(environment.as_str()) == at && of == app)
                };
                if !facts.iter().any(there) {
                    return missing(format!("the user in {at:?}"));
                }
            }
            Step::PermissionSet { set, company } => {
                let given = |fact: &Fact| {
                    matches!(fact, Fact::Set { environment, user, role_id, company: within, .. }
                        if Some(environment.as_str()) == at && role_id == &set.role_id
                            && (within.is_empty() || within == company)
                            && is_user_of(environment, *user, &apps, facts, facts))
                };
                if !facts.iter().any(given) {
                    return missing(format!("the permission set {} in {at:?}", set.role_id));
                }
            }
            _ => {}
        }
    }
    Ok(())
}
