//! Leaving the page for the sign-in, and coming back without it.

use super::attempt::Attempt;
use super::{RECORD, Session, relay};
use crate::flow::Model;
use crate::flow::effect::Effect;
use crate::flow::event::Intent;
use crate::flow::finding::{Finding, FindingCode};
use crate::flow::moment::Out;
use crate::gather::Also;
use crate::protocol::authority::Authority;
use crate::protocol::oauth::{AuthorizeRequest, Resource};
use crate::protocol::pkce::Pkce;

/// What a sign-in is to be for, beyond who one is.
#[derive(Debug, Clone, Default)]
pub(in crate::flow) struct Wish {
    /// `select_account`, `consent`; absent lets the server decide.
    pub(in crate::flow) prompt: Option<&'static str>,
    /// Further Graph permissions, asked for only when wanted.
    pub(in crate::flow) extra: Vec<String>,
    /// Another tenant than one is in.
    pub(in crate::flow) tenant: Option<String>,
    /// It is about consent that is missing.
    pub(in crate::flow) consent: bool,
}

impl Wish {
    /// One more Graph permission.
    pub(in crate::flow) fn permission(value: &str) -> Self {
        Self { extra: vec![value.to_owned()], ..Self::default() }
    }
}

/// A sign-in about to begin.
#[derive(Debug)]
pub(in crate::flow) struct Departure {
    wish: Wish,
    tenant: String,
    hint: Option<String>,
    claims: Option<String>,
}

impl Departure {
    pub(super) fn tenant(&self) -> &str {
        &self.tenant
    }
}

impl Model {
    /// The tenant a sign-in goes to: the one typed, else the configured authority.
    pub(in crate::flow) fn wanted_tenant(&self) -> String {
        let typed = self.tenant_typed.trim();
        if typed.is_empty() { self.deployment().config.authority.clone() } else { typed.to_owned() }
    }

    /// Consent that is missing: Entra asks for what is missing by itself. When it was just asked and the permission is
    /// still missing, it has to be asked in so many words (sign-in.md 2.3).
    pub(in crate::flow) fn consent_wish(&self) -> Wish {
        let again = matches!(&self.session, Session::SignedIn(session) if session.consented);
        Wish { prompt: again.then_some("consent"), consent: true, ..Wish::default() }
    }

    /// Leaves the page to sign in, once it is known where to.
    pub(in crate::flow) fn sign_in(&mut self, wish: Wish, out: &mut Out) {
        // Another account may be at home elsewhere, so it is not sent to the tenant of this one; and a hint would take
        // the choice away (sign-in.md 1.1).
        let stays = wish.prompt != Some("select_account");
        let account = self.account().filter(|_| stays);
        let (tenant, hint) =
            account.map_or_else(|| (self.wanted_tenant(), None), |it| (it.tenant.clone(), it.login_hint.clone()));
        let claims = self.step_up.clone().filter(|_| stays);
        let tenant = wish.tenant.clone().unwrap_or(tenant);
        let departure = Departure { wish, tenant, hint, claims };
        self.save_checkpoint(out);
        self.before_leaving = Some(std::mem::replace(&mut self.session, Session::Leaving));
        let known = self.locate(departure.tenant(), out);
        // A window opens only in the click itself (sign-in.md 3.3), so at Entra nothing is looked up before.
        let known = known.or_else(|| {
            let stays = self.host.stays();
            self.deployment().config.endpoints.entra(departure.tenant()).filter(|_| stays)
        });
        match known {
            Some(authority) => self.depart(departure, authority, out),
            // `located` goes on.
            None => self.departure = Some(departure),
        }
    }

    /// Makes an attempt and leaves with it.
    pub(super) fn depart(&mut self, departure: Departure, authority: Authority, out: &mut Out) {
        let deployment = self.shared_deployment();
        let Departure { wish, tenant, hint, claims } = departure;
        let stays = self.host.stays();
        let pkce = Pkce::from_random(out.entropy.block());
        let attempt = Attempt {
            state: [if stays { relay::MARK } else { "" }, &out.entropy.guid()].concat(),
            nonce: out.entropy.guid(),
            verifier: pkce.verifier,
            extra: wish.extra.clone(),
            claims,
            consent: wish.consent,
            created: out.now,
            // Nothing is left, so there is nowhere to return to.
            return_to: if stays { String::new() } else { deployment.home.clone() },
            authority,
            typed: tenant,
        };
        let endpoints = &deployment.config.endpoints;
        let mut scopes = super::scopes(endpoints, Resource::Graph, &attempt.extra);
        scopes.extend(super::scopes(endpoints, Resource::BusinessCentral, &[]));
        // OpenID Connect Core 11: elsewhere than at Entra, a refresh token is given only to whoever asks for consent.
        let prompt = wish.prompt.or((!attempt.authority.issuer.is_entra()).then_some("consent"));
        let url = AuthorizeRequest {
            authority: &attempt.authority,
            client_id: &deployment.config.client_id,
            redirect_uri: &deployment.redirect_uri,
            scopes: &scopes,
            state: &attempt.state,
            nonce: &attempt.nonce,
            challenge: &pkce.challenge,
            correlation_id: &out.entropy.guid(),
            prompt,
            login_hint: hint.as_deref(),
            claims: attempt.claims.as_deref(),
        }
        .url();
        if stays {
            return self.open_relay(attempt, wish, &url, out);
        }
        let key = format!("{RECORD}{}", attempt.state);
        self.left_with = Some(key.clone());
        out.push(Effect::Guard(false));
        out.push(Effect::Depart { key, record: attempt.to_record(), url });
    }

    /// The tab could not keep the record, so we are still here.
    pub(in crate::flow) fn storage_refused(&mut self, out: &mut Out) {
        self.back_from_leaving(out);
        self.notices.push(Finding::error(FindingCode::StorageBlocked).action(Intent::SignIn));
    }

    /// The page shows again although it was left: the person came back, and the attempt is given up, record and all
    /// (sign-in.md 3.2 case 1).
    pub(in crate::flow) fn back_from_leaving(&mut self, out: &mut Out) {
        self.departure = None;
        out.effects.also(self.left_with.take().map(|key| Effect::Forget { key }));
        if matches!(self.session, Session::Leaving) {
            self.session = self.before_leaving.take().unwrap_or(Session::SignedOut);
        }
    }
}
