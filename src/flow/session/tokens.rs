//! Keeping tokens good, and giving them up.

use super::{Access, Session, scopes};
use crate::flow::effect::{Answer, Effect, heard};
use crate::flow::finding::{Finding, FindingCode};
use crate::flow::moment::Out;
use crate::flow::net::Purpose;
use crate::flow::refusals::{refresh_finding, session_ended};
use crate::flow::{Model, Timer};
use crate::protocol::http::CallError;
use crate::protocol::oauth::{self, Resource, TokenRequest};
use crate::protocol::secret::Secret;

/// Tokens are renewed this long before they end, as MSAL does (sign-in.md 1.6).
const MARGIN_MS: u64 = 5 * 60_000;

impl Model {
    /// A token that will still be good when it arrives.
    pub(in crate::flow) fn token(&mut self, resource: Resource, now: u64) -> Option<Secret> {
        let Session::SignedIn(session) = &mut self.session else { return None };
        let access = session.access(resource);
        // `obtained` in the future: the clock was turned back, so nobody knows the token's age (sign-in.md 1.6).
        if access.as_ref().is_some_and(|access| now + MARGIN_MS >= access.expires || access.obtained > now) {
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

    pub(in crate::flow) fn drop_token(&mut self, resource: Resource) {
        if let Session::SignedIn(session) = &mut self.session {
            *session.access(resource) = None;
        }
    }

    /// Trades the refresh token for a token of one resource; at most one such call per resource at a time.
    pub(in crate::flow) fn renew(&mut self, resource: Resource, out: &mut Out) {
        let Session::SignedIn(session) = &mut self.session else { return };
        if session.renewing.contains(&resource) {
            return;
        }
        let Some(refresh) = session.refresh.clone() else {
            session.refused.push((resource, session_ended()));
            self.release(resource, out);
            return;
        };
        session.renewing.push(resource);
        let deployment = self.deployment();
        let Session::SignedIn(session) = &self.session else { return };
        let request = TokenRequest {
            authority: &session.authority,
            client_id: &deployment.config.client_id,
            redirect_uri: &deployment.redirect_uri,
            scopes: &scopes(&deployment.config.endpoints, resource, &session.extra),
            correlation_id: &out.entropy.guid(),
        }
        .refresh(&refresh);
        self.send_plain(request, Purpose::Refresh(resource), out);
    }

    pub(in crate::flow) fn renewed(&mut self, resource: Resource, answer: &Answer, out: &mut Out) {
        let result = heard(answer).and_then(oauth::read_token);
        let now = out.now;
        let finding = match &result {
            Err(CallError::Refused(refusal)) => Some(refresh_finding(&self.wanted_tenant(), resource, refusal, now)),
            _ => None,
        };
        let Session::SignedIn(session) = &mut self.session else { return };
        session.renewing.retain(|renewing| *renewing != resource);
        match result {
            Ok(token) => {
                *session.access(resource) =
                    Some(Access { token: token.access_token, obtained: now, expires: now + token.expires_in_ms });
                if let Some(refresh) = token.refresh_token {
                    session.refresh = Some(refresh);
                }
                session.refused.retain(|(refused, _)| *refused != resource);
                self.renewals = 0;
            }
            Err(CallError::Refused(refusal)) => {
                if refusal.has_code("bad_token")
                    || finding.as_ref().is_some_and(|f| f.code == FindingCode::SessionEnded)
                {
                    session.refresh = None;
                }
                session.refused.extend(finding.map(|finding| (resource, finding)));
            }
            Err(error) => {
                // The token service is busy or out of reach: try again a few times, then say so.
                self.renewals += 1;
                if self.renewals <= 4 {
                    let wished = if let CallError::Busy { after_ms, .. } = &error { *after_ms } else { None };
                    let ms = wished.unwrap_or(1000 << self.renewals);
                    self.net.timer(Timer::Renew(resource), ms, out);
                    return;
                }
                self.renewals = 0;
                session.refused.push((resource, Finding::of_call(&error, "sign-in", now)));
            }
        }
        self.release(resource, out);
    }

    /// Ends the session here and at Entra, leaving nothing in this tab.
    pub(in crate::flow) fn sign_out(&mut self, out: &mut Out) {
        let (Some(account), Some(authority)) = (self.account(), self.authority()) else { return };
        let deployment = self.deployment();
        let (client_id, folder) = (&deployment.config.client_id, &deployment.folder);
        let url = authority.sign_out(client_id, folder, account.login_hint.as_deref());
        self.session = Session::SignedOut;
        self.net.clear();
        self.forget_work(out);
        // A provider without such an address keeps its own session; ours is gone either way.
        out.effects.extend(url.map(|url| Effect::Leave { url }));
    }
}
