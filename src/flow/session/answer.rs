//! Coming back from the sign-in: the answer, the code, and who it is.

use super::attempt::Attempt;
use super::{Access, Account, RECORD, Session, SignedIn, scopes};
use crate::flow::effect::{Answer, Effect, heard};
use crate::flow::event::Intent;
use crate::flow::finding::{Finding, FindingCode};
use crate::flow::moment::Out;
use crate::flow::net::Purpose;
use crate::flow::refusals::sign_in_finding;
use crate::flow::{Model, Place, Timer};
use crate::protocol::claims::{self, Expected};
use crate::protocol::http::{CallError, Refusal, Request};
use crate::protocol::oauth::{self, AuthorizeAnswer, Resource, TokenRequest};
use crate::protocol::secret::Secret;
use crate::protocol::url;

/// A sign-in that takes longer has usually been forgotten in another window; Entra's code lives ten minutes.
const RECORD_LIFE_MS: u64 = 15 * 60_000;

/// Microsoft's clocks and ours may differ by this much before we say so.
const CLOCK_TOLERANCE_MS: u64 = 5 * 60_000;

/// Attempts to redeem a code while the token service has no time.
const TRIES: u32 = 3;

/// Life of a single-page application's refresh token when the answer does not tell: it is never longer (sign-in.md 1.5).
const REFRESH_LIFE_MS: u64 = 24 * 3_600_000;

/// A code on its way to being a token.
#[derive(Debug, Clone)]
pub(in crate::flow) struct Redemption {
    attempt: Attempt,
    /// The issuer that the answer named.
    named: Option<String>,
    request: Request,
    tries: u32,
}

impl Model {
    /// Looks at what Entra sent back. Every record of this tab is used up by it: the matching one because it is
    /// single-use, the others because a page load without their answer means that they were given up.
    pub(in crate::flow) fn read_sign_in(
        &mut self,
        answer: Option<AuthorizeAnswer>,
        records: Vec<(String, String)>,
        out: &mut Out,
    ) {
        let mut matching = None;
        let state = match &answer {
            Some(AuthorizeAnswer::Code { state, .. } | AuthorizeAnswer::Refused { state, .. }) => Some(state.clone()),
            None => None,
        };
        for (key, text) in records {
            if key.strip_prefix(RECORD) == state.as_deref() {
                matching = Attempt::from_record(&text, &self.deployment().config.endpoints)
                    .filter(|attempt| Some(&attempt.state) == state.as_ref());
            }
            out.push(Effect::Forget { key });
        }
        let Some(answer) = answer else { return };
        let Some(attempt) = matching else {
            self.notices.push(Finding::warning(FindingCode::AnswerNotOurs));
            return;
        };
        self.accept(attempt, answer, out);
    }

    /// An answer that belongs to an attempt of ours, which is used up by it.
    pub(super) fn accept(&mut self, attempt: Attempt, answer: AuthorizeAnswer, out: &mut Out) {
        // A record from the future means that the clock was turned back: its age is unknown, so it is not trusted.
        let age = out.now.checked_sub(attempt.created);
        if age.is_none_or(|age| age > RECORD_LIFE_MS) {
            self.notices.push(Finding::warning(FindingCode::SignInExpired).action(Intent::SignIn));
            return;
        }
        if attempt.typed != self.deployment().config.authority {
            self.tenant_typed.clone_from(&attempt.typed);
        }
        match answer {
            // Another authority's answer (RFC 9207): its code goes nowhere.
            AuthorizeAnswer::Code { issuer: Some(issuer), .. } if !attempt.authority.issuer.accepts(&issuer) => {
                self.reject_identity("iss");
            }
            AuthorizeAnswer::Code { code, issuer, .. } => self.trade(attempt, issuer, &code, out),
            AuthorizeAnswer::Refused { refusal, .. } => self.refuse(&refusal, out),
        }
    }

    fn refuse(&mut self, refusal: &Refusal, out: &mut Out) {
        self.step_up.clone_from(&refusal.claims);
        self.notices.push(sign_in_finding(&self.wanted_tenant(), refusal, out.now));
    }

    fn trade(&mut self, attempt: Attempt, named: Option<String>, code: &Secret, out: &mut Out) {
        if url::is_local_path(&attempt.return_to) {
            out.push(Effect::CleanAddress { path: attempt.return_to.clone() });
        }
        let deployment = self.shared_deployment();
        // Where a resource wanted more, the token endpoint is told the same as the sign-in page (sign-in.md 1.4).
        let claims = attempt.claims.as_deref().map(|wanted| oauth::claims_with(Some(wanted)));
        let request = TokenRequest {
            authority: &attempt.authority,
            client_id: &deployment.config.client_id,
            redirect_uri: &deployment.redirect_uri,
            scopes: &scopes(&deployment.config.endpoints, Resource::Graph, &attempt.extra),
            correlation_id: &out.entropy.guid(),
            claims: claims.as_deref(),
        }
        .redeem(code, &attempt.verifier);
        self.redeem(Box::new(Redemption { attempt, named, request, tries: 0 }), out);
    }

    pub(in crate::flow) fn redeem(&mut self, redemption: Box<Redemption>, out: &mut Out) {
        self.session = Session::Redeeming;
        self.send_plain(redemption.request.clone(), Purpose::Redeem(redemption), out);
    }

    /// The token service answered; `since` is when it was asked, from which lifetimes count (sign-in.md 1.6).
    pub(in crate::flow) fn redeemed(
        &mut self,
        mut redemption: Box<Redemption>,
        answer: &Answer,
        since: u64,
        out: &mut Out,
    ) {
        let token = match heard(answer).and_then(oauth::read_token) {
            Ok(token) => token,
            // It said that it did nothing, so the code is still good (sign-in.md 2.4, last row).
            Err(CallError::Busy { after_ms, .. }) if redemption.tries < TRIES => {
                redemption.tries += 1;
                let ms = after_ms.map_or(1000 << redemption.tries, u64::from);
                self.net.timer(Timer::Redeem(redemption), ms, out);
                return;
            }
            Err(error) => {
                self.session = Session::SignedOut;
                if let CallError::Refused(refusal) = &error {
                    return self.refuse(refusal, out);
                }
                let finding = Finding::of_call(&error, "sign-in", out.now);
                self.notices.push(finding.action(Intent::SignIn));
                return;
            }
        };
        self.session = Session::SignedOut;
        let Redemption { attempt, named, .. } = *redemption;
        let deployment = self.shared_deployment();
        let expected = Expected {
            client_id: &deployment.config.client_id,
            nonce: &attempt.nonce,
            issuer: &attempt.authority.issuer,
            named: named.as_deref(),
        };
        let identity = token.id_token.as_ref().map(|id_token| claims::read(id_token.open(), expected));
        let identity = match identity {
            Some(Ok(identity)) => identity,
            Some(Err(error)) => return self.reject_identity(&error.to_string()),
            None => return self.reject_identity("no ID token"),
        };
        let drift = i64::try_from(identity.issued_at).unwrap_or(i64::MAX).saturating_sub_unsigned(out.now);
        self.clock_offset = drift;
        if drift.unsigned_abs() > CLOCK_TOLERANCE_MS {
            let minutes = ((drift.unsigned_abs() + 30_000) / 60_000).to_string();
            self.notices.push(Finding::warning(FindingCode::ClockWrong).with("minutes", minutes));
        } else {
            self.clock_offset = 0;
        }
        // From here on the tenant is known by its id, whatever was asked for.
        let endpoints = &deployment.config.endpoints;
        let authority = endpoints.entra(&identity.tenant).unwrap_or(attempt.authority);
        self.session = Session::SignedIn(Box::new(SignedIn {
            authority,
            account: Account {
                home: token.home.filter(|home| *home != identity.tenant),
                tenant: identity.tenant,
                name: identity.name,
                username: identity.username,
                login_hint: identity.login_hint,
                roles: identity.roles,
            },
            graph: Some(Access::new(token.access_token, since, out.now, token.expires_in_ms)),
            business_central: None,
            refresh: token.refresh_token,
            ends: since.saturating_add(token.refresh_expires_in_ms.unwrap_or(REFRESH_LIFE_MS)),
            challenge: None,
            consented: attempt.consent,
            lacking: 0,
            renewing: Vec::new(),
            refused: Vec::new(),
            extra: attempt.extra,
        }));
        self.step_up = None;
        self.place = Place::Choose;
        self.compare_permissions(Resource::Graph, &token.scopes, out);
        self.ask_everything(out);
    }

    fn reject_identity(&mut self, detail: &str) {
        self.notices.push(Finding::error(FindingCode::IdentityRejected).with("detail", detail));
    }
}
