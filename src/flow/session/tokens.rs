//! Keeping tokens good, and giving them up.

use super::{Access, MARGIN_MS, Session, permissions, scopes};
use crate::flow::effect::{Answer, Effect, heard};
use crate::flow::event::Intent;
use crate::flow::finding::{Finding, FindingCode};
use crate::flow::moment::Out;
use crate::flow::net::Purpose;
use crate::flow::refusals::{refresh_finding, session_ended};
use crate::flow::{Model, Setup, Timer, checkpoint};
use crate::gather::{Also, Gather};
use crate::protocol::http::CallError;
use crate::protocol::oauth::{self, Resource, TokenRequest};
use crate::protocol::secret::Secret;

/// From so many tokens in a row that lack a permission on, it is not late but missing.
const TIMES_LATE: u32 = 4;

impl Model {
    /// A token that will still be good when it arrives.
    pub(in crate::flow) fn token(&mut self, resource: Resource, now: u64) -> Option<Secret> {
        let Session::SignedIn(session) = &mut self.session else { return None };
        let access = session.access(resource);
        // `obtained` in the future: the clock was turned back, so nobody knows the token's age (sign-in.md 1.6).
        if access.as_ref().is_some_and(|access| now >= access.stale || access.obtained > now) {
            *access = None;
        }
        access.as_ref().map(|access| access.token.clone())
    }

    pub(in crate::flow) fn token_is_old(&self, resource: Resource) -> bool {
        let Session::SignedIn(session) = &self.session else { return false };
        let access = match resource {
            Resource::Graph => &session.graph,
            Resource::BusinessCentral => &session.business_central,
        };
        access.as_ref().is_none_or(|access| self.now.saturating_sub(access.obtained) > 10 * 60_000)
    }

    /// A token was refused that was sent at this time; a newer one stays.
    pub(in crate::flow) fn drop_token(&mut self, resource: Resource, sent: u64) {
        if let Session::SignedIn(session) = &mut self.session {
            let access = session.access(resource);
            *access = access.take().filter(|access| access.obtained > sent);
        }
    }

    /// The clock was set back: by more than tokens are renewed early, and nobody knows how old they are.
    pub(in crate::flow) fn session_clock_went_back(&mut self, ms: u64) {
        if ms > MARGIN_MS {
            self.drop_token(Resource::Graph, u64::MAX);
            self.drop_token(Resource::BusinessCentral, u64::MAX);
        }
    }

    /// What a resource wants of its next token.
    pub(in crate::flow) fn want_claims(&mut self, resource: Resource, claims: String) {
        if let Session::SignedIn(session) = &mut self.session {
            session.challenge = Some((resource, claims));
        }
    }

    /// Only a person can bring what a resource wants.
    pub(in crate::flow) fn want_step_up(&mut self, resource: Resource, claims: String) {
        if let Session::SignedIn(session) = &mut self.session {
            let finding = Finding::error(FindingCode::InteractionNeeded).action(Intent::SignIn);
            session.refused.push((resource, finding));
            self.step_up = Some(claims);
        }
    }

    /// The refresh token is given up when its time is over, used or not (sign-in.md 4.3 rule 8).
    pub(in crate::flow) fn age_session(&mut self, now: u64) {
        if let Session::SignedIn(session) = &mut self.session
            && now >= session.ends
        {
            session.refresh = None;
        }
    }

    /// Trades the refresh token for a token of one resource; at most one such call per resource at a time.
    pub(in crate::flow) fn renew(&mut self, resource: Resource, out: &mut Out) {
        self.age_session(out.now);
        let Session::SignedIn(session) = &mut self.session else { return };
        if session.renewing.contains(&resource) {
            return;
        }
        let claims = session.challenge.as_ref().filter(|(of, _)| *of == resource).map(|(_, claims)| claims.clone());
        let Some(refresh) = session.refresh.clone() else {
            session.refused.push((resource, session_ended()));
            if let Some(claims) = claims {
                self.step_up = Some(claims);
            }
            self.release(resource, out);
            return;
        };
        session.renewing.push(resource);
        let deployment = self.shared_deployment();
        let Session::SignedIn(session) = &self.session else { return };
        let request = TokenRequest {
            authority: &session.authority,
            client_id: &deployment.config.client_id,
            redirect_uri: &deployment.redirect_uri,
            scopes: &scopes(&deployment.config.endpoints, resource, &session.extra),
            correlation_id: &out.entropy.guid(),
            claims: claims.as_deref(),
        }
        .refresh(&refresh);
        self.send_plain(request, Purpose::Refresh(resource, claims), out);
    }

    /// The answer to `renew`, which was asked at `since` for a token with these claims.
    pub(in crate::flow) fn renewed(
        &mut self,
        (resource, asked): (Resource, Option<String>),
        answer: &Answer,
        since: u64,
        out: &mut Out,
    ) {
        let tenant = self.wanted_tenant();
        let now = out.now;
        let Session::SignedIn(session) = &mut self.session else { return };
        session.renewing.retain(|renewing| *renewing != resource);
        match heard(answer).and_then(oauth::read_token) {
            Ok(token) => {
                // The newest refresh token counts, the older one is dropped.
                session.refresh = token.refresh_token.or_else(|| session.refresh.take());
                if let Some(left) = token.refresh_expires_in_ms {
                    session.ends = session.ends.min(since.saturating_add(left));
                }
                self.renewals = 0;
                let wanted = session.challenge.take_if(|(of, _)| *of == resource);
                if wanted.is_some() && asked.is_none() {
                    // Challenged while it was under way: this one does not have what is wanted.
                    session.challenge = wanted;
                    self.renew(resource, out);
                    return;
                }
                *session.access(resource) = Some(Access::new(token.access_token, since, now, token.expires_in_ms));
                session.refused.retain(|(refused, _)| *refused != resource);
                self.compare_permissions(resource, &token.scopes, out);
            }
            Err(CallError::Refused(refusal)) => {
                let finding = refresh_finding(&tenant, resource, &refusal, now);
                if finding.code == FindingCode::SessionEnded {
                    session.refresh = None;
                }
                session.challenge = None;
                if finding.code == FindingCode::InteractionNeeded {
                    self.step_up = refusal.claims.or(asked);
                }
                session.refused.push((resource, finding));
            }
            Err(error) => {
                // The token service is busy or out of reach: try again a few times, then say so.
                self.renewals += 1;
                if self.renewals <= 4 {
                    let wished = if let CallError::Busy { after_ms, .. } = &error { *after_ms } else { None };
                    let ms = wished.map_or(1000 << self.renewals, u64::from);
                    self.net.timer(Timer::Renew(resource), ms, out);
                    return;
                }
                self.renewals = 0;
                session.refused.push((resource, Finding::of_call(&error, "sign-in", now)));
                self.release(resource, out);
                // Whoever waited was told. Who asks later may find the service in reach again.
                if let Session::SignedIn(session) = &mut self.session {
                    session.refused.retain(|(refused, _)| *refused != resource);
                }
                return;
            }
        }
        self.release(resource, out);
    }

    /// Fewer permissions than asked for: right after a consent they may only be late, so they are asked for again a few
    /// times before it is said (sign-in.md 2.3). An answer that names none has granted all (RFC 6749 5.1).
    pub(in crate::flow) fn compare_permissions(&mut self, resource: Resource, granted: &[String], out: &mut Out) {
        let grant = Intent::GrantConsent(resource);
        let asks = |action: &Intent| matches!(action, Intent::GrantConsent(of) if *of == resource);
        self.notices.retain(|it| it.code != FindingCode::PermissionMissing || !it.actions.iter().any(asks));
        let Session::SignedIn(session) = &mut self.session else { return };
        // They come in full or by their last part, as they were asked for.
        let held =
            |wanted: &str| granted.iter().any(|it| it.rsplit('/').next().unwrap_or(it).eq_ignore_ascii_case(wanted));
        let missing: Vec<&str> = permissions(resource, &session.extra).filter(|wanted| !held(wanted)).gather();
        if granted.is_empty() || missing.is_empty() {
            session.lacking = 0;
            return;
        }
        session.lacking += 1;
        if session.lacking < TIMES_LATE {
            self.net.timer(Timer::Renew(resource), 1000 << session.lacking, out);
            return;
        }
        let finding = Finding::warning(FindingCode::PermissionMissing).with("permissions", missing.join(", "));
        session.lacking = 0;
        self.notices.push(finding.action(grant));
    }

    /// Ends the session here and at Entra, leaving nothing in this tab.
    pub(in crate::flow) fn sign_out(&mut self, out: &mut Out) {
        let (Some(account), Some(authority)) = (self.account(), self.authority()) else { return };
        let deployment = self.deployment();
        let (client_id, folder) = (&deployment.config.client_id, &deployment.folder);
        let url = authority.sign_out(client_id, folder, account.login_hint.as_deref());
        let stays = self.host.stays();
        self.close_relay(out);
        // Nothing of this person stays: not the tokens, not what was read, chosen or made.
        self.net.clear();
        *self = Self {
            setup: std::mem::replace(&mut self.setup, Setup::Waiting),
            deployment: self.shared_deployment(),
            build: self.build,
            catalogue: std::mem::take(&mut self.catalogue),
            language: std::mem::take(&mut self.language),
            // The page around is still there; it belongs to nobody's session.
            host: std::mem::take(&mut self.host),
            // Numbers go on, so that a late answer meets nobody.
            net: std::mem::take(&mut self.net),
            typed: self.typed,
            runs: self.runs,
            ticking: self.ticking,
            offline: self.offline,
            now: self.now,
            ..Self::default()
        };
        self.choices = self.first_choices();
        out.push(Effect::Guard(false));
        out.push(Effect::Forget { key: checkpoint::KEY.into() });
        // A provider without such an address keeps its own session; ours is gone either way.
        out.effects.also(url.map(|url| if stays { Effect::Open { url } } else { Effect::Leave { url } }));
    }
}
