//! The program on the other side: it has what the hand-over screen shows and nothing else, and calls Business Central as
//! the application. It is no browser, so it sends no `Origin`.
#![allow(unreachable_pub, reason = "a test crate exports nothing; `pub` marks what stories use")]

use crate::world::World;
use entrada::flow::Piece;
use entrada::view_model::Page;
use entrada_cloud::business_central::Environment;
use entrada_cloud::seed::CRONUS;
use serde_json::Value;

/// What somebody typed into the receiving system.
#[derive(Debug, Clone)]
pub struct Program {
    pub client_id: String,
    pub secret: String,
    pub scope: String,
    pub token_url: String,
    pub bases: Vec<String>,
}

impl Program {
    /// Copies the fields of the hand-over screen.
    pub fn of(world: &World) -> Self {
        let Page::HandOver(shown) = world.page() else { panic!("no hand-over: {:?}", world.codes()) };
        let field = |piece: Piece| {
            shown.values.iter().find(|value| value.piece == piece).map(|value| value.value.open().to_owned())
        };
        let needed = |piece: Piece| field(piece).unwrap_or_else(|| panic!("{piece:?} is not shown"));
        Self {
            client_id: needed(Piece::ClientId),
            secret: needed(Piece::Secret),
            scope: needed(Piece::Scope),
            token_url: needed(Piece::TokenUrl),
            bases: (0..).map_while(|index| field(Piece::BaseUrl(index))).collect(),
        }
    }

    /// A token by client credentials, or what Entra says instead.
    pub fn token(&self, world: &mut World) -> Result<String, (u16, Value)> {
        let form = entrada::protocol::url::write_pairs(&[
            ("grant_type", "client_credentials"),
            ("client_id", &self.client_id),
            ("client_secret", &self.secret),
            ("scope", &self.scope),
        ]);
        let request = http::Request::post(&self.token_url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.into_bytes())
            .unwrap();
        let (status, body) = call(world, &request);
        match body["access_token"].as_str() {
            Some(token) if status == 200 => Ok(token.to_owned()),
            _ => Err((status, body)),
        }
    }

    /// Reads below the first base URL: status and body, of the token endpoint if that refuses.
    pub fn get(&self, world: &mut World, path: &str) -> (u16, Value) {
        self.get_at(world, 0, path)
    }

    /// The same below another base URL.
    pub fn get_at(&self, world: &mut World, base: usize, path: &str) -> (u16, Value) {
        let token = match self.token(world) {
            Ok(token) => token,
            Err(refused) => return refused,
        };
        let request = http::Request::get(format!("{}{path}", self.bases[base]))
            .header("authorization", format!("Bearer {token}"))
            .header("accept-language", "en-US")
            .body(Vec::new())
            .unwrap();
        call(world, &request)
    }

    /// Names of the companies below every base URL; what the whole set-up is for.
    pub fn companies(&self, world: &mut World) -> Vec<String> {
        let mut names = Vec::new();
        for base in 0..self.bases.len() {
            let (status, body) = self.get_at(world, base, "/api/v2.0/companies");
            assert_eq!(status, 200, "{}: {body}", self.bases[base]);
            let rows = body["value"].as_array().unwrap();
            names.extend(rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()));
        }
        names
    }
}

fn call(world: &mut World, request: &entrada_cloud::Request) -> (u16, Value) {
    let now = world.now;
    let answer = world.cloud.handle(request, now);
    let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
    (answer.status().as_u16(), body)
}

/// What Cronus' environments have as companies.
pub const COMPANIES: [&str; 2] = ["CRONUS International Ltd.", "CRONUS Danmark A/S"];

impl World {
    /// What an S2S program gets from an address below the base URL, with what the hand-over screen shows.
    pub fn call_as_application(&mut self, path: &str) -> (u16, Value) {
        Program::of(self).get(self, path)
    }

    /// An environment of Cronus from inside.
    pub fn inside(&mut self, environment: &str) -> &mut Environment {
        self.cloud.business_central_mut().environment_mut(CRONUS, environment).unwrap()
    }

    /// Arranges something in an environment of Cronus.
    pub fn arrange(&mut self, environment: &str, what: &Value) {
        self.control("business-central", &serde_json::json!({ "environment": environment, "do": what }));
    }

    /// Records and users of an application, and configuration packages, in an environment.
    pub fn tally_in(&mut self, environment: &str, client_id: &str) -> [usize; 3] {
        let id = client_id.parse().unwrap();
        let inside = self.inside(environment);
        [
            inside.entra_applications.iter().filter(|record| record.client_id == id).count(),
            inside.users.iter().filter(|user| user.application_id == Some(id)).count(),
            inside.packages.len(),
        ]
    }

    /// Leaves the hand-over with everything stored.
    pub fn hand_over_done(&mut self) -> entrada::view_model::DoneView {
        self.press(entrada::flow::Intent::Stored(true));
        self.press(entrada::flow::Intent::Finish);
        let Page::Done(done) = self.page() else { panic!("{:?}", self.codes()) };
        done
    }

    /// Client id of the application of this name.
    pub fn app_id_named(&self, name: &str) -> String {
        let tenant = self.cloud.tenant("cronus.example").unwrap();
        let found = tenant.applications.iter().find(|app| app.text("displayName") == name);
        found.map(|app| app.app_id.to_string()).expect("no such application")
    }

    /// Arranges something in the first tenant's directory.
    pub fn edit(&mut self, edit: &entrada_cloud::control::Edit) {
        self.cloud.edit(None, edit, self.now).unwrap();
    }
}
