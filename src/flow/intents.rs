//! What the person does.

use super::checks::Lookup;
use super::choices::{SetKey, Target, keep, tick};
use super::effect::{Effect, Format, Piece};
use super::event::Intent;
use super::moment::Out;
use super::session::{Session, Wish};
use super::{Finding, Model, Place, Timer, hand_over, start};
use crate::config::Preset;
use crate::gather::Also;
use crate::protocol::business_central as bc;
use crate::protocol::secret::Secret;
use crate::protocol::url;

/// Quiet time after a keystroke before the name is looked up.
const TYPING_MS: u64 = 500;

impl Model {
    pub(super) fn intend(&mut self, intent: Intent, out: &mut Out) {
        if !matches!(intent, Intent::Copy(_)) {
            self.copied = None;
        }
        match intent {
            Intent::SignIn => self.enter(Wish::default(), out),
            Intent::SwitchAccount => self.enter(Wish { prompt: Some("select_account"), ..Wish::default() }, out),
            Intent::SwitchTenant => self.switch_tenant(out),
            Intent::SignOut => self.sign_out(out),
            Intent::OpenRelayAgain => self.open_relay_again(out),
            Intent::CancelSignIn => self.close_relay(out),
            Intent::OpenAlone => out.push(Effect::Open { url: self.invitation() }),
            Intent::TenantTyped(text) => self.type_tenant(text, out),
            Intent::Language(tag) => self.use_language(&tag, out),
            Intent::Dismiss => self.notices.clear(),
            Intent::GrantConsent(_) => self.enter(self.consent_wish(), out),
            Intent::GrantMorePermission => {
                self.sign_in(Wish::permission("AppRoleAssignment.ReadWrite.All"), out);
            }
            Intent::CheckPolicy => self.ask_policy(out),
            Intent::Copy(piece) => self.copy(piece, out),
            Intent::Download(format) => self.download(format, out),
            Intent::DownloadCalendar => self.download_calendar(out),
            Intent::OpenCard(_) | Intent::OpenAdminCenter | Intent::OpenConsentPage => {
                if let Some(url) = self.outside(&intent) {
                    out.push(Effect::Open { url });
                }
            }
            Intent::CheckAgain => self.check_again(out),
            Intent::Plan => self.show_plan(),
            Intent::Undo => self.look_before_way_back(out),
            Intent::Back if self.undoing => self.undoing = false,
            Intent::Back if self.plan.as_ref().is_some_and(|plan| plan.brief.undo) => self.leave_undo(),
            Intent::Back => {
                if self.place == Place::Plan || self.run.as_ref().is_none_or(|run| run.outcome.is_some()) {
                    self.back_to_choices(out);
                }
            }
            Intent::Confirm if self.place == Place::Plan && !self.undoing => {
                // A way back may have been on the screen for an hour, and somebody may need the application by now.
                if self.plan.as_ref().is_some_and(|plan| plan.brief.undo) {
                    self.look_before_way_back(out);
                } else {
                    self.begin_run(out);
                }
            }
            Intent::Confirm => {}
            Intent::Cancel => self.cancel_run(out),
            Intent::Resume => self.resume_run(out),
            Intent::Stored(stored) => {
                if let Some(run) = &mut self.run {
                    run.stored = stored;
                }
                out.push(Effect::Guard(!stored));
                self.save_checkpoint(out);
            }
            Intent::ShowCredential => {
                if self.run.as_ref().is_some_and(|run| run.outcome.is_some() && run.holds_unstored_secret()) {
                    self.place = Place::HandOver;
                }
            }
            Intent::HandToHost => self.hand_to_host(out),
            Intent::Finish => self.finish(out),
            Intent::StartOver => self.start_over(out),
            choice => self.choose(choice, out),
        }
    }

    /// A sign-in by click; the only thing that starts one.
    fn enter(&mut self, wish: Wish, out: &mut Out) {
        let busy = matches!(self.session, Session::Leaving | Session::Redeeming);
        let tenant_fits = self.tenant_typed.trim().is_empty() || start::is_tenant_name(&self.tenant_typed);
        if busy || !tenant_fits || self.run.as_ref().is_some_and(super::Run::holds_unstored_secret) {
            return;
        }
        self.notices.clear();
        self.sign_in(wish, out);
    }

    /// The same person at the tenant that was typed (sign-in.md 2.5: partners re-authorise there).
    fn switch_tenant(&mut self, out: &mut Out) {
        if !self.tenant_typed.trim().is_empty() {
            let tenant = Some(self.wanted_tenant());
            self.enter(Wish { tenant, ..Wish::default() }, out);
        }
    }

    /// True when the tenant field holds something that cannot be a tenant.
    pub fn tenant_is_odd(&self) -> bool {
        !self.tenant_typed.trim().is_empty() && !start::is_tenant_name(&self.tenant_typed)
    }

    /// True when the environment field holds something that cannot be an environment.
    pub fn environment_is_odd(&self) -> bool {
        !self.environment_typed.trim().is_empty() && !start::is_environment_name(&self.environment_typed)
    }

    fn type_tenant(&mut self, text: String, out: &mut Out) {
        self.tenant_typed = text;
        self.drop_notice(super::FindingCode::TenantUnknown);
        self.typed += 1;
        let count = self.typed;
        self.net.timer(Timer::Typed { count }, TYPING_MS, out);
    }

    fn use_language(&mut self, tag: &str, out: &mut Out) {
        if self.deployment().config.languages.iter().any(|known| known == tag) {
            tag.clone_into(&mut self.language);
            self.load_text(out);
            self.save_checkpoint(out);
        }
    }

    fn ask_policy(&mut self, out: &mut Out) {
        let unread = self.facts.policy.failed().is_none();
        if unread {
            self.facts.policy = Lookup::Asking;
            self.ask(super::Question::Policy, 1, out);
        } else {
            // It was refused with the permissions we have: ask for the one that reading it needs.
            self.sign_in(Wish::permission("Policy.Read.All"), out);
        }
    }

    fn check_again(&mut self, out: &mut Out) {
        self.notices.clear();
        if matches!(self.session, Session::SignedIn(_)) {
            self.ask_everything(out);
        }
    }

    fn show_plan(&mut self) {
        if self.place == Place::Choose && self.blocker().is_none() {
            self.plan = self.build_plan();
            if self.plan.is_some() {
                self.place = Place::Plan;
            }
        }
    }

    /// The plan of the way back is put away; what the run made stays.
    pub(super) fn leave_undo(&mut self) {
        self.plan = None;
        self.place = match &self.run {
            Some(run) if run.holds_unstored_secret() => Place::HandOver,
            Some(run) if run.outcome == Some(super::run::Outcome::Complete) => Place::Done,
            _ => Place::Run,
        };
    }

    /// Back to the second screen; what a run changed has to be read again.
    fn back_to_choices(&mut self, out: &mut Out) {
        let changed = self.run.is_some();
        if self.run.as_ref().is_some_and(super::Run::holds_unstored_secret) {
            return;
        }
        self.plan = None;
        self.run = None;
        self.place = Place::Choose;
        if changed {
            self.check_again(out);
        }
        self.save_checkpoint(out);
    }

    fn finish(&mut self, out: &mut Out) {
        let Some(run) = &mut self.run else { return };
        if run.stored {
            // The text has done its work; from here on it is nowhere on this page.
            if let Some(secret) = &mut run.known.secret {
                secret.text = Secret::new("");
            }
            self.place = Place::Done;
            self.interrupted = None;
            out.push(Effect::Guard(false));
            if run.outcome == Some(super::run::Outcome::Partial) {
                // An environment is not ready yet: the choices stay, so that the next visit can go on.
                self.save_checkpoint(out);
            } else {
                out.push(Effect::Forget { key: super::checkpoint::KEY.into() });
            }
        }
    }

    fn start_over(&mut self, out: &mut Out) {
        if self.run.as_ref().is_some_and(super::Run::holds_unstored_secret) {
            return;
        }
        self.back_to_choices(out);
        self.interrupted = None;
    }

    fn choose(&mut self, choice: Intent, out: &mut Out) {
        if !matches!(self.place, Place::Choose | Place::Welcome) {
            return;
        }
        let deployment = self.shared_deployment();
        let Some(choices) = &mut self.choices else { return };
        match choice {
            Intent::Preset(id) => {
                if let Some(preset) = deployment.preset(&id) {
                    choices.change_preset(&deployment.config, preset);
                    self.reread_application(out);
                    self.match_wanted_sets();
                }
            }
            Intent::Name(name) => {
                choices.name = name;
                choices.instance = "main".into();
                self.typed += 1;
                self.facts.namesakes = Lookup::Unasked;
                let count = self.typed;
                self.net.timer(Timer::Typed { count }, TYPING_MS, out);
                return;
            }
            Intent::MakeAnother => {
                choices.instance = out.entropy.short();
                choices.target = Target::Ours;
                self.reread_application(out);
            }
            Intent::UseExisting { app_id } => {
                // One of ours from an earlier set-up is taken up again under its own key; a foreign one by its client id.
                let prefix = format!("entrada-{}-", choices.preset);
                let known = self.facts.namesakes.known().map(Vec::as_slice).unwrap_or_default();
                let named = known.iter().find(|it| it.app_id == app_id).and_then(|it| it.unique_name.as_deref());
                if let Some(instance) = named.and_then(|name| name.strip_prefix(&prefix)) {
                    instance.clone_into(&mut choices.instance);
                    choices.target = Target::Ours;
                } else {
                    choices.target = Target::Existing(app_id);
                }
                self.reread_application(out);
            }
            Intent::Environment { name, chosen } => {
                choices.tick_environment(&name, chosen);
                self.change_sites();
            }
            Intent::EnvironmentTyped(name) => {
                choices.typed = true;
                // A name that was wrong is being corrected: it is not wanted beside the right one.
                let facts = &self.facts;
                let wrong = |name: &str| facts.site(name).is_some_and(|site| site.companies.failed().is_some());
                keep(&mut choices.environments, &mut |known| !wrong(known));
                self.environment_typed = name;
            }
            Intent::Probe => {
                let typed = self.environment_typed.trim().to_owned();
                if start::is_environment_name(&typed) {
                    choices.typed = true;
                    keep(&mut choices.environments, &mut |known| !known.eq_ignore_ascii_case(&typed));
                    choices.environments.push(typed);
                    self.change_sites();
                }
            }
            Intent::AllCompanies(all) => choices.companies = if all { None } else { Some(Vec::new()) },
            Intent::Company { name, chosen } => {
                tick(choices.companies.get_or_insert_default(), &name, chosen);
            }
            Intent::PermissionSet { key, chosen } => {
                let mut all = self.facts.sites.iter().filter_map(|site| site.sets.known()).flatten();
                let set = all.find(|set| SetKey::of(set).word() == key);
                // One that is nowhere any more can still be taken out.
                if set.is_some() || !chosen {
                    choices.sets.retain(|known| known.word() != key);
                }
                if let Some(set) = set {
                    if chosen && !set.role_id.eq_ignore_ascii_case(super::assess::BARRED_SET) {
                        choices.sets.push(SetKey::of(set));
                    }
                    // Ticking one of several settles which was meant; a wanted set that is not here was seen.
                    keep(&mut choices.wanted_sets, &mut |wanted| !wanted.eq_ignore_ascii_case(&set.role_id));
                }
            }
            Intent::AppRole { value, chosen } => {
                tick(&mut choices.app_roles, &value, chosen);
            }
            Intent::WantSecret(want) => choices.want_secret = Some(want),
            Intent::Months(months) if deployment.config.credentials.months.contains(&months) => choices.months = months,
            Intent::WantUser(want) => choices.want_user = want,
            Intent::Route { environment, kind } => choices.set_route(environment, kind),
            Intent::Exact(exact) => choices.exact = exact,
            _ => return,
        }
        self.save_checkpoint(out);
    }

    fn change_sites(&mut self) {
        let wanted = self.preset().map(Preset::role_ids);
        if let (Some(choices), Some(wanted)) = (&mut self.choices, wanted) {
            // The environments decide which sets there are: what the preset wants is matched anew, what was ticked by
            // hand stays as long as one of them has it.
            choices.wanted_sets = wanted;
            self.facts.choose(&choices.environments);
            self.match_wanted_sets();
        }
    }

    fn reread_application(&mut self, out: &mut Out) {
        if matches!(self.session, Session::SignedIn(_)) {
            self.ask_application(out);
        }
    }

    pub(super) fn typing_paused(&mut self, out: &mut Out) {
        if !self.tenant_typed.is_empty() && !self.tenant_is_odd() {
            self.locate_ahead(out);
        }
        self.reread_application(out);
        self.save_checkpoint(out);
    }

    /// Addresses outside this page that a button opens.
    pub(super) fn outside(&self, intent: &Intent) -> Option<String> {
        match intent {
            Intent::OpenConsentPage => {
                let run = self.run.as_ref()?;
                run.brief.authority.admin_consent(run.known.app_id.as_deref()?)
            }
            Intent::OpenCard(lane) => self.card_url(*lane),
            Intent::OpenAdminCenter => {
                let tenant = &self.account()?.tenant;
                Some(format!("https://businesscentral.dynamics.com/{}/admin", url::encode(tenant)))
            }
            _ => None,
        }
    }

    /// Where an administrator of the wanted tenant consents to this page: without a way back, because the administrator
    /// is somebody else in another browser (graph.md 9, short form; sign-in.md 2.5 for partners).
    fn page_consent(&self) -> Option<String> {
        let config = &self.deployment().config;
        let tenant = self.account().map_or_else(|| self.wanted_tenant(), |account| account.tenant.clone());
        config.endpoints.entra(&tenant)?.admin_consent(&config.client_id)
    }

    /// The card of the record in the web client: the list filtered by client id once the record exists, a new card
    /// before that, which takes no values from a link (business-central.md 4).
    fn card_url(&self, lane: usize) -> Option<String> {
        let run = self.run.as_ref()?;
        let site = run.brief.sites.get(lane)?;
        let app_id = run.known.app_id.as_deref()?;
        Some(if run.known.sites.get(lane)?.user.is_some() {
            bc::record_link(&site.web_client, "", app_id)
        } else {
            bc::new_record_link(&site.web_client, "")
        })
    }

    fn copy(&mut self, piece: Piece, out: &mut Out) {
        self.copied = None;
        if let Some(text) = self.piece(piece) {
            out.push(Effect::Copy { piece, text });
        }
    }

    /// The text of a thing that can be copied.
    pub fn piece(&self, piece: Piece) -> Option<Secret> {
        match piece {
            Piece::Invitation => Some(Secret::new(self.invitation())),
            Piece::ConsentLink => self.outside(&Intent::OpenConsentPage).map(Secret::new),
            Piece::PageConsent => self.page_consent().map(Secret::new),
            Piece::Description(lane) => self.run.as_ref().map(|run| Secret::new(super::run::description_of(run, lane))),
            Piece::SupportReport => Some(Secret::new(self.support_report())),
            Piece::Calendar => None,
            other => {
                let credential = hand_over::credential(self)?;
                hand_over::piece(&credential, other)
            }
        }
    }

    fn download(&mut self, format: Format, out: &mut Out) {
        let Some(credential) = hand_over::credential(self) else { return };
        let name = hand_over::file_name(format);
        out.push(Effect::Download {
            name: name.into(),
            kind: "text/plain",
            content: hand_over::format(&credential, format),
        });
    }

    fn download_calendar(&mut self, out: &mut Out) {
        let Some(run) = &self.run else { return };
        let Some(secret) = &run.known.secret else { return };
        let content = super::calendar::reminder(
            &run.brief.name,
            run.known.app_id.as_deref().unwrap_or(""),
            secret.ends,
            self.now,
        );
        out.push(Effect::Download {
            name: "secret-expiry.ics".into(),
            kind: "text/calendar",
            content: Secret::new(content),
        });
    }

    /// The link to send to the administrator who can: choices only, never a secret, never an endpoint.
    pub fn invitation(&self) -> String {
        let deployment = self.deployment();
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        if let Some(choices) = &self.choices {
            pairs.push(("preset", &choices.preset));
            pairs.also(choices.environments.iter().map(|environment| ("environment", environment.as_str())));
        }
        let tenant = self.account().map(|account| account.tenant.clone());
        pairs.also(tenant.as_deref().map(|tenant| ("tenant", tenant)));
        format!("{}?{}", deployment.folder, url::write_pairs(&pairs))
    }

    /// Codes, correlation ids and times; no names, no addresses' queries, nothing secret.
    pub fn support_report(&self) -> String {
        use std::fmt::Write;
        let mut text = format!("Entrada {}\n", self.build);
        let checks = self.checks();
        let run = self.run.iter().flat_map(|run| run.tasks.iter()).filter_map(|task| match &task.state {
            super::run::TaskState::Failed(finding) => Some(finding),
            super::run::TaskState::Asking { finding, .. } => finding.as_ref(),
            _ => None,
        });
        let mut tell = |finding: &Finding| {
            text.push_str(finding.code.code());
            if let Some(trace) = &finding.trace {
                let at = crate::protocol::date::rfc3339(trace.at);
                let _ = write!(text, " {} {} {} {at}", trace.status, trace.code, trace.request_id);
            }
            text.push('\n');
        };
        self.notices.iter().for_each(&mut tell);
        checks.iter().filter_map(|check| check.finding.as_ref()).for_each(&mut tell);
        run.for_each(tell);
        let _ = writeln!(text, "late answers: {}", self.net.ignored);
        text
    }
}
