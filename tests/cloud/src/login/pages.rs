//! The pages a person sees at sign-in: plain forms with stable ids and names, no script except for `form_post`.
//!
//! Every page refuses frames and cuts its window off from its opener, as Entra's do (`sign-in.md` 2.1, 3.3, 3.4).
//! The header `x-cloud-page` names the page for [`super::walk`] and for tests.

use std::fmt::Write as _;

use uuid::Uuid;

use crate::login::consent::{Asked, may_consent_for_organization};
use crate::login::error::LoginError;
use crate::login::flow::{Flow, Purpose};
use crate::login::{Account, Authority};
use crate::wire::{escape, html, set};
use crate::{Cloud, Response};

const STYLE: &str = "body{font:16px/1.4 system-ui,sans-serif;margin:0;background:Canvas;color:CanvasText;\
     color-scheme:light dark}main{max-width:28rem;margin:8vh auto;padding:1.5rem;border:1px solid GrayText;\
     border-radius:.5rem}h1{font-size:1.4rem}button{font:inherit;padding:.5rem 1rem;margin:.25rem 0}\
     .account{display:block;width:100%;text-align:start}.note{color:GrayText;font-size:.9rem}\
     .actions{display:flex;gap:1rem;justify-content:end}input[type=email]{font:inherit;width:100%;padding:.4rem}";

fn page(status: u16, kind: &str, title: &str, body: &str) -> Response {
    let text = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}\
         <p class=\"note\">This is a local stand-in for Microsoft's sign-in. It never asks for a password.</p>\
         </main></body></html>",
        title = escape(title),
    );
    let mut response = html(status, text);
    set(&mut response, "x-cloud-page", kind);
    set(&mut response, "cross-origin-opener-policy", "same-origin");
    set(&mut response, "x-frame-options", "DENY");
    set(
        &mut response,
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    );
    set(&mut response, "referrer-policy", "no-referrer");
    response
}

fn keep(cloud: &mut Cloud, flow: Flow) -> String {
    let id = cloud.ids.opaque();
    cloud.login.flows.insert(id.clone(), flow);
    id
}

fn with_flow(mut response: Response, id: &str) -> Response {
    set(&mut response, "x-cloud-flow", id);
    response
}

/// Text made fit for an element id: the part of a user principal name before the `@`.
fn element_id(upn: &str) -> String {
    let local = upn.split('@').next().unwrap_or_default();
    local.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '-' }).collect()
}

/// Lists the tenant's people (everybody's, for `organizations`), the hinted one first.
pub(crate) fn account_picker(cloud: &mut Cloud, flow: Flow, signed_in: &[Account]) -> Response {
    let directory = &cloud.directory;
    let mut people: Vec<(String, String, Account)> = Vec::new();
    for tenant in &directory.tenants {
        for person in &tenant.people {
            let account = Account { home: tenant.id, oid: person.oid, second_factor: false };
            let fits = match flow.authority() {
                Authority::Home => true,
                Authority::Tenant(id) => directory
                    .tenant(*id)
                    .is_some_and(|target| target.id == tenant.id || target.partner(tenant.id, person.oid).is_some()),
            };
            if fits {
                people.push((person.name.clone(), person.upn.clone(), account));
            }
        }
    }
    let hint = match &flow.purpose {
        Purpose::Authorize(request) => request.login_hint.clone().unwrap_or_default(),
        Purpose::AdminConsent(_) => String::new(),
    };
    people.sort_by_key(|(_, upn, account)| {
        let hinted = upn.eq_ignore_ascii_case(&hint) || super::login_hint(*account) == hint;
        let known = signed_in.iter().any(|known| (known.home, known.oid) == (account.home, account.oid));
        (!hinted, !known)
    });
    let name = application_name(cloud, &flow);
    let id = keep(cloud, flow);
    let mut body = format!(
        "<p>to continue to <strong>{}</strong></p>\
         <form id=\"account-picker\" method=\"post\" action=\"/stand-in/account\">\
         <input type=\"hidden\" name=\"flow\" value=\"{id}\">",
        escape(&name)
    );
    for (name, upn, _) in &people {
        let _ = write!(
            body,
            "<button class=\"account\" id=\"account-{}\" name=\"account\" value=\"{}\">{}<br><small>{}</small></button>",
            element_id(upn),
            escape(upn),
            escape(name),
            escape(upn)
        );
    }
    body.push_str(
        "<p><label for=\"other-account\">Use another account</label>\
         <input id=\"other-account\" type=\"email\" name=\"other_account\" autocomplete=\"off\"></p>\
         <p class=\"actions\"><button id=\"other-account-next\">Next</button></p></form>",
    );
    with_flow(page(200, "account", "Pick an account", &body), &id)
}

/// Asks for the second factor.
pub(crate) fn second_factor(cloud: &mut Cloud, flow: Flow) -> Response {
    let id = keep(cloud, flow);
    let body = format!(
        "<p>Your organization wants to be sure it is you. Approve the sign-in on your other device.</p>\
         <form id=\"second-factor\" method=\"post\" action=\"/stand-in/second-factor\">\
         <input type=\"hidden\" name=\"flow\" value=\"{id}\">\
         <p class=\"actions\"><button id=\"second-factor-approve\">Approve (stand-in)</button></p></form>"
    );
    with_flow(page(200, "second-factor", "Approve sign-in request", &body), &id)
}

/// Lists what is asked for, with the publisher badge.
pub(crate) fn consent(cloud: &mut Cloud, flow: Flow, target: Uuid, account: Account, asked: &[Asked]) -> Response {
    let may_for_all = cloud
        .directory
        .tenant(target)
        .is_some_and(|tenant| may_consent_for_organization(&tenant.roles_of(account.home, account.oid)));
    let mut list = String::new();
    for asked in asked {
        for scope in &asked.scopes {
            list.push_str(&permission_line(&asked.resource_name, &scope.value, &scope.words, scope.admin));
        }
    }
    let choice = if may_for_all {
        "<p><input type=\"checkbox\" id=\"consent-organization\" name=\"organization\" value=\"1\"> \
         <label for=\"consent-organization\">Consent on behalf of your organization</label></p>"
    } else {
        ""
    };
    let top = application_badge(cloud, &flow) + &person_line(cloud, account);
    consent_page(cloud, flow, "Permissions requested", &top, &list, choice)
}

/// The consent page itself, for delegated permissions and for the administrator's consent address alike.
pub(crate) fn consent_page(
    cloud: &mut Cloud,
    flow: Flow,
    title: &str,
    top: &str,
    permissions: &str,
    choice: &str,
) -> Response {
    let id = keep(cloud, flow);
    let body = format!(
        "{top}<p>This application would like to:</p><ul id=\"permissions\">{permissions}</ul>\
         <form id=\"consent\" method=\"post\" action=\"/stand-in/consent\">\
         <input type=\"hidden\" name=\"flow\" value=\"{id}\">{choice}\
         <p class=\"actions\"><button id=\"consent-cancel\" name=\"answer\" value=\"cancel\">Cancel</button>\
         <button id=\"consent-accept\" name=\"answer\" value=\"accept\">Accept</button></p></form>"
    );
    with_flow(page(200, "consent", title, &body), &id)
}

/// One permission of a consent page.
pub(crate) fn permission_line(resource: &str, value: &str, words: &str, admin: bool) -> String {
    format!(
        "<li data-permission=\"{value}\" data-admin=\"{admin}\">{words} <small>({resource}: {value})</small></li>",
        value = escape(value),
        words = escape(words),
        resource = escape(resource),
    )
}

fn person_line(cloud: &Cloud, account: Account) -> String {
    let upn = cloud.directory.person(account.home, account.oid).map(|person| person.upn.clone()).unwrap_or_default();
    format!("<p id=\"signed-in-as\">{}</p>", escape(&upn))
}

fn application_name(cloud: &Cloud, flow: &Flow) -> String {
    cloud
        .directory
        .application(flow.client_id())
        .map(|(_, application)| application.text("displayName").to_owned())
        .unwrap_or_default()
}

/// Name and publisher of the asking application; an unverified publisher is said plainly (`graph.md` 6).
pub(crate) fn application_badge(cloud: &Cloud, flow: &Flow) -> String {
    let name = application_name(cloud, flow);
    let publisher = cloud
        .directory
        .application(flow.client_id())
        .and_then(|(_, application)| application.verified_publisher.clone());
    let (verified, words) = match &publisher {
        Some(name) => (true, format!("\u{2714} {name} (verified publisher)")),
        None => (false, "unverified".to_owned()),
    };
    format!(
        "<p><strong id=\"application-name\">{}</strong><br>\
         <span id=\"publisher\" data-verified=\"{verified}\">{}</span></p>",
        escape(&name),
        escape(&words)
    )
}

/// A refusal a person reads, with the way back to the application where there is one.
pub(crate) fn stop(
    cloud: &mut Cloud,
    error: &LoginError,
    way_back: Option<&str>,
    retry: Option<Flow>,
    now: u64,
) -> Response {
    let title = match error.code {
        90_094 | 90_099 => "Need admin approval",
        _ => "Sorry, but we\u{2019}re having trouble signing you in",
    };
    let trace = cloud.ids.uuid().to_string();
    let correlation = cloud.ids.uuid().to_string();
    let mut body = format!(
        "<p id=\"error-code\">AADSTS{}</p><p id=\"error-text\">{}</p>",
        error.code,
        escape(&error.described(&trace, &correlation, now))
    );
    if let Some(flow) = retry {
        let id = keep(cloud, flow);
        let _ = write!(
            body,
            "<form id=\"other-administrator\" method=\"post\" action=\"/stand-in/account\">\
             <input type=\"hidden\" name=\"flow\" value=\"{id}\">\
             <button id=\"sign-in-as-administrator\">Have an admin account? Sign in with that account</button></form>"
        );
    }
    if let Some(url) = way_back {
        let _ = write!(
            body,
            "<p><a id=\"way-back\" href=\"{}\">Return to the application without granting consent</a></p>",
            escape(url)
        );
    }
    let status = if way_back.is_some() { 200 } else { 400 };
    let mut response = page(status, "stop", title, &body);
    set(&mut response, "x-cloud-stop", &error.code.to_string());
    if let Some(url) = way_back {
        set(&mut response, "x-cloud-way-back", url);
    }
    response
}

/// A page that says something is done.
pub(crate) fn done(title: &str, words: &str) -> Response {
    page(200, "done", title, &format!("<p id=\"done\">{}</p>", escape(words)))
}

/// The sign-out account picker.
pub(crate) fn sign_out_picker(names: &[(String, String)], hidden: &str) -> Response {
    let mut body = format!("<form id=\"sign-out-picker\" method=\"post\" action=\"/stand-in/logout\">{hidden}");
    for (upn, name) in names {
        let _ = write!(
            body,
            "<button class=\"account\" id=\"sign-out-{}\" name=\"account\" value=\"{}\">{}<br><small>{}</small></button>",
            element_id(upn),
            escape(upn),
            escape(name),
            escape(upn)
        );
    }
    body.push_str("</form>");
    page(200, "sign-out", "Which account do you want to sign out of?", &body)
}

/// A hidden field of a form.
pub(crate) fn hidden(name: &str, value: &str) -> String {
    format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value))
}

/// The page that posts an answer to the client's redirect URI.
pub(crate) fn form_post(redirect_uri: &str, fields: &[(String, String)]) -> String {
    let inputs = fields.iter().fold(String::new(), |all, (name, value)| all + &hidden(name, value));
    format!(
        "<!doctype html><html lang=\"en\"><title>Working…</title><body><form method=\"post\" action=\"{}\">{inputs}\
         <noscript><button>Continue</button></noscript></form><script>document.forms[0].submit()</script></body></html>",
        escape(redirect_uri)
    )
}
