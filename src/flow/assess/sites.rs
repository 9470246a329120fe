//! Checks of one environment, and the routes it offers.

use super::{Check, Detail, State};
use crate::flow::Model;
use crate::flow::checks::{Lookup, RecordFact, SiteFacts, is_retired};
use crate::flow::choices::SetKey;
use crate::flow::event::Intent;
use crate::flow::finding::{Finding, FindingCode as Code, Weight};
use crate::flow::route::{Gap, Offer, RouteKind};
use crate::gather::Gather;
use crate::protocol::business_central::PermissionSet;

/// Sets that open nearly everything; allowed, but said.
const BROAD_SETS: [&str; 3] = ["SUPER (DATA)", "D365 BUS FULL ACCESS", "D365 BUS PREMIUM"];

/// The set an application may not have (business-central.md 3.1).
pub const BARRED_SET: &str = "SUPER";

/// True for a set that opens nearly everything.
pub fn is_broad(role_id: &str) -> bool {
    BROAD_SETS.iter().any(|broad| broad.eq_ignore_ascii_case(role_id))
}

impl Model {
    /// The list of environments.
    pub(super) fn check_environments(&self) -> Check {
        let key = "environments";
        let typed = self.choices.as_ref().is_some_and(|choices| choices.typed);
        match &self.facts.environments {
            Lookup::Unasked | Lookup::Asking => Check::running(key),
            Lookup::Failed(finding) => {
                let chosen = self.choices.as_ref().is_some_and(|choices| !choices.environments.is_empty());
                let weight = if chosen && !typed { Weight::Error } else { Weight::Warning };
                Check::of(key, finding.clone().weighing(weight))
            }
            Lookup::Known(list) => match list.iter().filter(|it| it.active).count() {
                0 => Check::of(key, Finding::error(Code::NoEnvironment).action(Intent::CheckAgain)),
                active => Check::pass(key, Detail::Environments(active)),
            },
        }
    }

    /// All checks of one environment.
    pub(super) fn site_checks(&self, site: &SiteFacts) -> Vec<Check> {
        let mut checks = vec![self.check_environment(site)];
        let wanted = self.choices.as_ref().is_some_and(|choices| choices.want_user);
        if site.companies.known().is_some() && wanted {
            checks.push(check_users(site));
            checks.push(self.check_route(site));
            checks.push(self.check_sets(site));
        }
        for check in &mut checks {
            check.environment.clone_from(&site.environment);
        }
        checks
    }

    fn check_environment(&self, site: &SiteFacts) -> Check {
        let key = "environment";
        match &site.companies {
            Lookup::Failed(finding) => Check::of(key, finding.clone()),
            Lookup::Unasked | Lookup::Asking => Check::running(key),
            Lookup::Known(companies) => {
                let chosen = self.choices.as_ref().and_then(|choices| choices.companies.as_ref());
                if let Some(chosen) = chosen {
                    let missing: Vec<&str> = chosen
                        .iter()
                        .filter(|name| !companies.iter().any(|company| &company.name == *name))
                        .map(String::as_str)
                        .gather();
                    if chosen.is_empty() {
                        return Check::of(key, Finding::error(Code::NoCompany));
                    }
                    if !missing.is_empty() {
                        let all = missing.len() == chosen.len();
                        let finding = Finding::warning(Code::CompanyMissing)
                            .with("companies", missing.join(", "))
                            .with("environment", site.environment.clone());
                        return Check::of(key, if all { finding.weighing(Weight::Error) } else { finding });
                    }
                }
                let found = self.facts.listed(&site.environment);
                let parts = found.map_or_else(
                    || [site.environment.clone(), String::new(), String::new(), String::new()],
                    |it| [it.name.clone(), it.kind.clone(), it.country.clone(), it.version.clone()],
                );
                Check::pass(key, Detail::Environment(parts))
            }
        }
    }

    /// The route that will be taken in an environment: the chosen one if it is there, else the best.
    pub fn route(&self, site: &SiteFacts) -> Option<RouteKind> {
        let wanted = self.choices.as_ref().and_then(|choices| choices.route_for(&site.environment));
        let offers = self.routes(site);
        let open = |kind: RouteKind| offers.iter().any(|offer| offer.kind == kind && offer.gap.is_none());
        // The experimental route is never taken by itself.
        let best = || offers.iter().find(|offer| offer.gap.is_none() && offer.kind != RouteKind::Package);
        wanted.filter(|kind| open(*kind)).or_else(|| best().map(|offer| offer.kind))
    }

    /// Every route of this deployment as it stands in an environment, best first.
    pub fn routes(&self, site: &SiteFacts) -> Vec<Offer> {
        let config = &self.deployment().config;
        let readable = matches!(site.record.known(), Some(RecordFact::Readable(_)));
        let retired = self.facts.listed(&site.environment).is_some_and(|it| is_retired(&it.version));
        let mut offers = Vec::new();
        let mut offer = |configured: bool, kind: RouteKind, gap: Option<Gap>| {
            if configured {
                offers.push(Offer { kind, gap });
            }
        };
        let here = self.has_bridge(&site.environment);
        let bridge = match &site.bridge {
            Lookup::Known(_) if readable => None,
            Lookup::Unasked | Lookup::Asking => Some(Gap::Reading),
            Lookup::Known(_) | Lookup::Failed(_) => Some(Gap::Unreadable),
        };
        offer(here, RouteKind::Host, bridge);
        let partner = match &site.partner {
            Lookup::Known(true) if readable => None,
            // Looked for only where the page around does not do it.
            Lookup::Unasked if here && bridge.is_none() => Some(Gap::NotNeeded),
            Lookup::Unasked | Lookup::Asking => Some(Gap::Reading),
            Lookup::Known(_) => Some(Gap::NotInstalled),
            Lookup::Failed(_) => Some(Gap::Unreadable),
        };
        offer(config.partner_api.is_some(), RouteKind::PartnerApi, partner);
        let odata = match &site.odata {
            _ if retired => Some(Gap::Retired),
            Lookup::Known(Some(_)) if readable => None,
            Lookup::Known(Some(_)) | Lookup::Failed(_) => Some(Gap::Unreadable),
            Lookup::Known(None) => Some(Gap::NotPublished),
            // Looked for only where the partner's page is not there.
            Lookup::Unasked if matches!(partner, None | Some(Gap::NotNeeded)) => Some(Gap::NotNeeded),
            Lookup::Unasked if matches!(site.record, Lookup::Failed(_)) => Some(Gap::Unreadable),
            Lookup::Unasked | Lookup::Asking => Some(Gap::Reading),
        };
        offer(config.odata, RouteKind::OData, odata);
        offer(config.guided, RouteKind::Guided, None);
        offer(config.package, RouteKind::Package, None);
        offers
    }

    fn check_route(&self, site: &SiteFacts) -> Check {
        let key = "route";
        if self.facts.registered.known().is_some() && site.record.is_open() {
            return Check::running(key);
        }
        let environment = || site.environment.clone();
        let Some(route) = self.route(site) else {
            return match &site.record {
                Lookup::Failed(finding) => Check::of(key, finding.clone()),
                Lookup::Known(_) => Check::of(key, Finding::error(Code::NoRoute)),
                _ => Check::unknown(key),
            };
        };
        let passing =
            |finding: Finding| Check { state: State::Pass, detail: Detail::Route(route), ..Check::of(key, finding) };
        if let Lookup::Failed(finding) = &site.bridge {
            let finding = finding.clone().weighing(Weight::Warning);
            return Check { detail: Detail::Route(route), ..Check::of(key, finding) };
        }
        match (route, &site.record) {
            (_, Lookup::Known(RecordFact::Readable(Some(record)))) if !record.enabled => {
                let finding = Finding::info(Code::RecordDisabled);
                Check { state: State::Warn, detail: Detail::Route(route), ..Check::of(key, finding) }
            }
            _ if site.user_is_lost() => {
                let finding = Finding::warning(Code::ApplicationUserLost).with("environment", environment());
                Check { detail: Detail::Route(route), ..Check::of(key, finding) }
            }
            (RouteKind::Package, _) => match &site.packages {
                Lookup::Unasked | Lookup::Asking => Check::running(key),
                Lookup::Failed(finding) => Check::of(key, finding.clone()),
                Lookup::Known(_) => {
                    let finding = Finding::warning(Code::PackageExperimental).with("environment", environment());
                    Check { detail: Detail::Route(route), ..Check::of(key, finding) }
                }
            },
            (RouteKind::Guided | RouteKind::OData, Lookup::Known(_))
                if matches!(site.partner, Lookup::Known(false)) =>
            {
                passing(Finding::info(Code::PartnerApiMissing).with("environment", environment()))
            }
            _ => Check::pass(key, Detail::Route(route)),
        }
    }

    /// Chosen sets that exist in an environment.
    pub fn chosen_sets(&self, site: &SiteFacts) -> Vec<PermissionSet> {
        let (Some(choices), Some(sets)) = (&self.choices, site.sets.known()) else { return Vec::new() };
        let chosen =
            |set: &&PermissionSet| choices.sets.iter().any(|key| set.is(&key.role_id, &key.app_id, &key.scope));
        sets.iter().filter(chosen).cloned().gather()
    }

    /// Role ids that were chosen, or that the preset wants, and that an environment does not have.
    pub fn missing_sets(&self, site: &SiteFacts) -> Vec<String> {
        let (Some(choices), Some(sets)) = (&self.choices, site.sets.known()) else { return Vec::new() };
        let here = |key: &&SetKey| sets.iter().any(|set| set.is(&key.role_id, &key.app_id, &key.scope));
        let named = |wanted: &&String| sets.iter().any(|set| set.role_id.eq_ignore_ascii_case(wanted));
        let chosen = choices.sets.iter().filter(|key| !here(key)).map(|key| key.role_id.clone());
        chosen.chain(choices.wanted_sets.iter().filter(|wanted| !named(wanted)).cloned()).gather()
    }

    fn check_sets(&self, site: &SiteFacts) -> Check {
        let key = "permission-sets";
        let Some(choices) = &self.choices else { return Check::unknown(key) };
        match &site.sets {
            Lookup::Unasked | Lookup::Asking => return Check::running(key),
            Lookup::Failed(finding) => return Check::of(key, finding.clone()),
            Lookup::Known(_) => {}
        }
        for wanted in &choices.wanted_sets {
            // Counted over all chosen environments: one choice holds for all of them.
            let mut found: Vec<SetKey> = Vec::new();
            for set in self.facts.sites.iter().filter_map(|site| site.sets.known()).flatten() {
                // The name first: this goes over every set of every environment.
                if set.role_id.eq_ignore_ascii_case(wanted) && !found.iter().any(|key| *key == SetKey::of(set)) {
                    found.push(SetKey::of(set));
                }
            }
            let count = found.len();
            if count > 1 {
                let finding = Finding::error(Code::PermissionSetAmbiguous)
                    .with("count", count.to_string())
                    .with("set", wanted.clone());
                return Check::of(key, finding);
            }
        }
        if choices.sets.iter().any(|set| set.role_id.eq_ignore_ascii_case(BARRED_SET)) {
            return Check::of(key, Finding::error(Code::SuperBarred));
        }
        let chosen = self.chosen_sets(site).len();
        let missing = self.missing_sets(site);
        if !missing.is_empty() {
            let finding = Finding::warning(Code::PermissionSetMissing)
                .with("set", missing.join(", "))
                .with("environment", site.environment.clone());
            // Without any set the application could do nothing there.
            let none = chosen == 0 && !choices.sets.is_empty();
            return Check::of(key, if none { finding.weighing(Weight::Error) } else { finding });
        }
        if choices.sets.is_empty() {
            return Check::of(key, Finding::error(Code::NoPermissionSet));
        }
        let broad: Vec<&str> =
            choices.sets.iter().map(|set| set.role_id.as_str()).filter(|role| is_broad(role)).gather();
        if broad.is_empty() {
            return Check::pass(key, Detail::Sets(chosen));
        }
        let finding = Finding::info(Code::PermissionSetBroad).with("sets", broad.join(", "));
        Check { state: State::Pass, detail: Detail::Sets(chosen), ..Check::of(key, finding) }
    }
}

fn check_users(site: &SiteFacts) -> Check {
    let key = "users";
    match &site.user {
        Lookup::Unasked | Lookup::Asking => Check::running(key),
        Lookup::Failed(finding) => Check::of(key, finding.clone()),
        // A user of our name without a record was left by a record of ours that somebody deleted: the name ends in
        // digits of the client id. A new record takes it up again (business-central.md 3.1).
        Lookup::Known(_) => Check::pass(key, Detail::UsersReadable),
    }
}
