//! Where to sign in. Entra's addresses follow from its origin and a tenant; a typed tenant is looked up first, so that
//! a misspelt one is said here and not on Entra's page (sign-in.md 2.5). Another provider is asked where it is.

use super::Session;
use crate::flow::Model;
use crate::flow::effect::{Answer, heard};
use crate::flow::event::Intent;
use crate::flow::finding::{Finding, FindingCode};
use crate::flow::moment::Out;
use crate::flow::net::Purpose;
use crate::protocol::authority::{self, Authority};
use crate::protocol::http::CallError;

/// What is known of where a tenant signs in.
#[derive(Debug)]
pub(in crate::flow) enum Located {
    Asking,
    Known(Authority),
}

impl Model {
    /// The authority for a tenant, if it is known where it is; else it is asked for, and `located` follows.
    pub(in crate::flow) fn locate(&mut self, tenant: &str, out: &mut Out) -> Option<Authority> {
        let deployment = self.shared_deployment();
        let config = &deployment.config;
        // The configured one was meant, and Entra itself is asked nothing about `organizations`.
        if let (Some(authority), true) = (config.endpoints.entra(tenant), tenant == config.authority) {
            return Some(authority);
        }
        match self.whereabouts.iter().find(|(of, _)| of == tenant) {
            Some((_, Located::Known(authority))) => return Some(authority.clone()),
            Some((_, Located::Asking)) => return None,
            None => self.whereabouts.push((tenant.to_owned(), Located::Asking)),
        }
        let request = match &config.endpoints.issuer {
            Some(issuer) => authority::discovery(issuer),
            None => authority::tenant_discovery(&config.endpoints.login, tenant),
        };
        self.send_plain(request, Purpose::Locate(tenant.to_owned()), out);
        None
    }

    /// Looks up what will probably be needed, so that the click finds it known.
    pub(in crate::flow) fn locate_ahead(&mut self, out: &mut Out) {
        let _ = self.locate(&self.wanted_tenant(), out);
    }

    /// The answer to `locate`; a sign-in may wait for it.
    pub(in crate::flow) fn located(&mut self, tenant: &str, answer: &Answer, out: &mut Out) {
        self.whereabouts.retain(|(of, _)| of != tenant);
        let deployment = self.shared_deployment();
        let endpoints = &deployment.config.endpoints;
        let result = match &endpoints.issuer {
            Some(issuer) => heard(answer).and_then(|response| Authority::discovered(issuer, response)),
            None => heard(answer)
                .and_then(|response| authority::read_tenant(&endpoints.login, response))
                .map(|id| Authority::entra(&endpoints.login, &id)),
        };
        let waiting = self.departure.take_if(|departure| departure.tenant() == tenant);
        let authority = match (result, endpoints.entra(tenant)) {
            (Err(CallError::Refused(_)), Some(_)) => {
                if waiting.is_some() || tenant == self.tenant_typed.trim() {
                    self.drop_notice(FindingCode::TenantUnknown);
                    self.notices.push(Finding::error(FindingCode::TenantUnknown).with("tenant", tenant));
                }
                return self.stay(waiting.is_some(), out);
            }
            // Where Entra is out of reach for this question only, or answers oddly, its own page will say what is wrong.
            (Ok(authority), _) | (Err(_), Some(authority)) => authority,
            (Err(error), None) => {
                if waiting.is_some() {
                    let finding = Finding::error(FindingCode::AuthorityUnreadable).with("detail", error.to_string());
                    self.notices.push(finding.action(Intent::SignIn));
                }
                return self.stay(waiting.is_some(), out);
            }
        };
        self.whereabouts.push((tenant.to_owned(), Located::Known(authority.clone())));
        if let (Some(departure), Session::Leaving) = (waiting, &self.session) {
            self.depart(departure, authority, out);
        }
    }

    fn stay(&mut self, leaving: bool, out: &mut Out) {
        if leaving {
            self.back_from_leaving(out);
        }
    }
}
