//! Walks the sign-in pages the way a person would, for native tests: picks the account, approves, answers consent.

use crate::wire::form;
use crate::{Cloud, Request, Response};

/// What the person does at the consent page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentAnswer {
    /// Accepts for themself.
    Accept,
    /// Accepts on behalf of the organization.
    AcceptForOrganization,
    /// Says no.
    Decline,
}

/// The page a sign-in ended on instead of going back to the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInStop {
    /// AADSTS number on the page.
    pub code: u32,
    /// The page.
    pub html: String,
    /// Where its link back to the application goes, if it has one.
    pub way_back: Option<String>,
}

impl Cloud {
    /// Goes through authorize as this person in a fresh browser and returns the redirect's address, fragment included.
    ///
    /// Needing more than a handful of pages means the walk goes in circles; that is reported as a stop with code 0.
    pub fn sign_in_code(
        &mut self,
        authorize_url: &str,
        person: &str,
        answer: ConsentAnswer,
        now_ms: u64,
    ) -> Result<String, SignInStop> {
        let get = http::Request::builder().uri(authorize_url).body(Vec::new());
        let mut response = match get {
            Ok(request) => self.handle(&request, now_ms),
            Err(_) => return Err(stop_at(&Response::new(Vec::new()))),
        };
        for _ in 0..6 {
            if let Some(location) = text(&response, "location") {
                return Ok(location);
            }
            let flow = text(&response, "x-cloud-flow").unwrap_or_default();
            let flow = ("flow", flow.as_str());
            let (page, body) = match text(&response, "x-cloud-page").as_deref() {
                Some("account") => ("account", form(&[flow, ("account", person)])),
                Some("second-factor") => ("second-factor", form(&[flow])),
                Some("consent") => (
                    "consent",
                    match answer {
                        ConsentAnswer::Accept => form(&[flow, ("answer", "accept")]),
                        ConsentAnswer::AcceptForOrganization => {
                            form(&[flow, ("organization", "1"), ("answer", "accept")])
                        }
                        ConsentAnswer::Decline => form(&[flow, ("answer", "cancel")]),
                    },
                ),
                _ => return Err(stop_at(&response)),
            };
            let uri = format!("{}/stand-in/{page}", self.settings().origins.login);
            let post = http::Request::builder()
                .method("POST")
                .uri(uri)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body.into_bytes());
            let post: Request = match post {
                Ok(post) => post,
                Err(_) => return Err(stop_at(&response)),
            };
            response = self.handle(&post, now_ms);
        }
        Err(stop_at(&response))
    }
}

fn text(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn stop_at(response: &Response) -> SignInStop {
    SignInStop {
        code: text(response, "x-cloud-stop").and_then(|code| code.parse().ok()).unwrap_or_default(),
        html: String::from_utf8_lossy(response.body()).into_owned(),
        way_back: text(response, "x-cloud-way-back"),
    }
}
