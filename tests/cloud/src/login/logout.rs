//! Sign-out (`sign-in.md` 1.7): with the hint at once, else by choosing an account; back only to a registered address.

use crate::login::{Account, login_hint, pages, session, session_id};
use crate::wire::{Fields, encode, redirect};
use crate::{Cloud, Request, Response};

/// Answers a sign-out request.
pub(crate) fn start(cloud: &mut Cloud, request: &Request, fields: &Fields) -> Response {
    let accounts = session(cloud, request);
    let hinted = fields
        .filled("logout_hint")
        .and_then(|hint| accounts.iter().find(|account| login_hint(**account) == hint).copied());
    if let Some(account) = hinted {
        return leave(cloud, request, account, fields);
    }
    if accounts.is_empty() {
        return back(cloud, fields);
    }
    let names: Vec<(String, String)> = accounts
        .iter()
        .filter_map(|account| cloud.directory.person(account.home, account.oid))
        .map(|person| (person.upn.clone(), person.name.clone()))
        .collect();
    let mut hidden = String::new();
    for name in ["post_logout_redirect_uri", "state"] {
        if let Some(value) = fields.filled(name) {
            hidden.push_str(&pages::hidden(name, value));
        }
    }
    pages::sign_out_picker(&names, &hidden)
}

/// The account to sign out was chosen.
pub(crate) fn account_chosen(cloud: &mut Cloud, request: &Request, fields: &Fields) -> Response {
    let upn = fields.get("account").unwrap_or_default();
    let accounts = session(cloud, request);
    let account = accounts
        .into_iter()
        .find(|account| cloud.directory.person(account.home, account.oid).is_some_and(|person| person.upn == upn));
    match account {
        Some(account) => leave(cloud, request, account, fields),
        None => back(cloud, fields),
    }
}

fn leave(cloud: &mut Cloud, request: &Request, account: Account, fields: &Fields) -> Response {
    if let Some(id) = session_id(request)
        && let Some(accounts) = cloud.login.sessions.get_mut(&id)
    {
        accounts.retain(|known| (known.home, known.oid) != (account.home, account.oid));
    }
    back(cloud, fields)
}

fn back(cloud: &Cloud, fields: &Fields) -> Response {
    let registered = |uri: &str| {
        cloud.directory.tenants.iter().flat_map(|tenant| &tenant.applications).any(|application| {
            application.deleted_ms.is_none()
                && ["web", "spa"].into_iter().any(|platform| application.redirect_uris(platform).contains(&uri))
        })
    };
    match fields.filled("post_logout_redirect_uri") {
        Some(uri) if registered(uri) => match fields.filled("state") {
            Some(state) => {
                let mark = if uri.contains('?') { '&' } else { '?' };
                redirect(&format!("{uri}{mark}state={}", encode(state)))
            }
            None => redirect(uri),
        },
        _ => pages::done("You signed out of your account", "It's a good idea to close all browser windows."),
    }
}
