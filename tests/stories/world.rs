//! A browser and a person, played natively: performs effects against the in-process cloud in virtual time.
//!
//! Nothing here decides for the page. Answers without CORS headers are hidden as a browser would, storage belongs to one
//! tab, a redirect throws the model away, and time passes only when something is waited for.
#![allow(unreachable_pub, reason = "a test crate exports nothing; `pub` marks what stories use")]

use entrada::embed::{Told, told};
use entrada::flow::effect::Answer;
use entrada::flow::host::Surface;
use entrada::flow::{Effect, Event, Intent, Model, Moment, Piece, Start, update};
use entrada::protocol::entropy::Entropy;
use entrada::protocol::http::{Body, Request, Response, Silence};
use entrada::protocol::secret::Secret;
use entrada::view_model::{Page, ViewModel};
use entrada_cloud::{Cloud, ConsentAnswer, Contract, Fault, Origins, Settings, SignInStop};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Where the page lies in these stories: below a sub-path, as partners host it.
pub const FOLDER: &str = "https://setup.example/entrada/";
/// 23 November 2026.
pub const MORNING: u64 = 1_795_412_640_000;
/// The seeded client id of the page.
pub const CLIENT_ID: &str = "c0ffee00-e474-4da0-8000-000000000001";

/// The shipped configuration with the seeded client id and publisher.
pub fn config() -> Value {
    let mut value: Value = serde_json::from_str(include_str!("../../www/config.json")).unwrap();
    value["clientId"] = json!(CLIENT_ID);
    value["publisher"] = json!({ "name": entrada_cloud::seed::ENTRADA_PUBLISHER });
    value
}

/// The seeded cloud; made once, because compiling the Graph contract takes longer than a whole story.
fn fresh_cloud() -> Cloud {
    static FRESH: OnceLock<Cloud> = OnceLock::new();
    let make = || {
        let settings = Settings {
            origins: Origins::default(),
            page_redirect_uris: vec![format!("{FOLDER}redirect.html")],
            seed: 7,
        };
        let mut cloud = Cloud::new(settings);
        match Contract::locate() {
            Some(path) => cloud.set_contract(Some(Contract::load(&path).unwrap())),
            None if std::env::var("CI").is_ok_and(|ci| ci == "true") => panic!("the Graph contract is missing"),
            None => eprintln!("skipped: the Graph contract is not beside this checkout"),
        }
        cloud
    };
    FRESH.get_or_init(make).clone()
}

/// What the page around answers to a request, and after how many milliseconds.
pub type Answers = Box<dyn FnMut(&mut Cloud, &Value) -> Vec<(u64, Value)>>;

/// One tab, one person, one cloud.
pub struct World {
    /// Microsoft.
    pub cloud: Cloud,
    /// The page.
    pub model: Model,
    /// Virtual time of the person's computer.
    pub now: u64,
    /// How far the person's clock is off against the cloud's.
    pub clock_error: i64,
    /// This tab's storage; `None` when blocked.
    pub storage: Option<BTreeMap<String, String>>,
    /// Address shown.
    pub address: String,
    /// Where the page was left to.
    pub departed: Option<String>,
    /// Where the page stands.
    pub surface: Surface,
    /// What was told to the page around, as it would arrive there.
    pub told: Vec<Value>,
    /// What the page around answers when it is asked to do something.
    pub answers: Option<Answers>,
    said: u64,
    /// What the page around says before anything else.
    pub greeting: Option<Event>,
    /// Custom properties set.
    pub looks: Vec<(&'static str, String)>,
    teller: Told,
    /// What was copied.
    pub clipboard: Option<(Piece, Secret)>,
    /// Files offered.
    pub downloads: Vec<(String, String)>,
    /// Windows opened.
    pub opened: Vec<String>,
    /// Windows of sign-ins, all that were ever opened.
    pub relays: Vec<String>,
    /// The last of them is waited for.
    pub relay_open: bool,
    /// Windows open when they are asked for.
    pub popups: bool,
    /// Leaving is asked about.
    pub guarded: bool,
    /// Round-trip time of every request, ms.
    pub latency: u64,
    /// Requests sent: time and address.
    pub sent: Vec<(u64, String)>,
    /// Changes an answer's body on its way, as a server that was taken over could.
    pub tamper: Option<fn(&str, &mut String)>,
    /// Status of token answers, when not the cloud's own.
    pub status: Option<u16>,
    /// The token service refuses every renewal with this number.
    pub refuse_tokens: Option<u32>,
    /// So many token answers come without the permission that was just consented to.
    pub late_scopes: u32,
    /// The claims of token requests get lost on their way.
    pub break_claims: bool,
    refreshed_with: Vec<String>,
    /// `config.json` as served.
    pub config: Result<String, String>,
    /// Most requests to Business Central that were under way at once.
    pub most_at_once: usize,
    at_business_central: Vec<u64>,
    seed: u64,
    /// Numbers of requests and timers since the page was loaded: a late answer must never meet another question.
    numbers: std::collections::BTreeSet<u64>,
    line: Vec<(u64, u64, Event)>,
    order: u64,
}

impl World {
    /// A morning with everything in order, the page not yet opened.
    pub fn new() -> Self {
        Self {
            cloud: fresh_cloud(),
            model: Model::default(),
            now: MORNING,
            clock_error: 0,
            storage: Some(BTreeMap::new()),
            address: FOLDER.into(),
            departed: None,
            surface: Surface::Page,
            told: Vec::new(),
            answers: None,
            said: 0,
            greeting: None,
            looks: Vec::new(),
            teller: Told::default(),
            clipboard: None,
            downloads: Vec::new(),
            opened: Vec::new(),
            relays: Vec::new(),
            relay_open: false,
            popups: true,
            guarded: false,
            latency: 50,
            sent: Vec::new(),
            tamper: None,
            status: None,
            refuse_tokens: None,
            late_scopes: 0,
            break_claims: false,
            refreshed_with: Vec::new(),
            config: Ok(config().to_string()),
            most_at_once: 0,
            at_business_central: Vec::new(),
            seed: 1,
            numbers: std::collections::BTreeSet::new(),
            line: Vec::new(),
            order: 0,
        }
    }

    /// Loads the page: a fresh program with nothing but address and storage.
    pub fn open(&mut self) {
        self.start();
        self.settle();
    }

    /// The same; nothing is waited for.
    pub fn start(&mut self) {
        self.model = Model::default();
        self.teller = Told::default();
        self.line.clear();
        self.numbers.clear();
        self.departed = None;
        self.guarded = false;
        let start = Start {
            address: self.address.clone(),
            config: self.config.clone().map_err(entrada::flow::ConfigError::Missing),
            storage: self.storage.as_ref().map(|map| map.clone().into_iter().collect()),
            languages: vec!["en".into()],
            surface: self.surface,
            build: "test",
        };
        if let Some(greeting) = self.greeting.clone() {
            self.event(greeting);
        }
        self.event(Event::Started(Box::new(start)));
    }

    /// What the page around would receive. Asked for something, it answers.
    fn hear(&mut self, news: &entrada::protocol::json::Value) {
        let message: Value = serde_json::from_str(&news.to_line()).unwrap();
        self.told.push(message.clone());
        let data = &message["data"];
        if data["type"] == "bridge-request"
            && let Some(mut answers) = self.answers.take()
        {
            for (ms, members) in answers(&mut self.cloud, data) {
                let said = self.said(message["to"].as_str().unwrap(), "bridge-answer", &members);
                self.later(ms, said);
            }
            self.answers = Some(answers);
        }
    }

    fn said(&mut self, from: &str, kind: &str, members: &Value) -> Event {
        self.said += 1;
        let mut data = json!({ "entrada": 1, "type": kind, "id": "bc", "seq": self.said });
        data.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let message = json!({ "from": from, "data": data }).to_string();
        entrada::embed::contract::heard(&entrada::protocol::json::parse(&message).unwrap())
    }

    /// The page around says something.
    pub fn say(&mut self, from: &str, kind: &str, members: &Value) {
        let said = self.said(from, kind, members);
        self.event(said);
    }

    /// Messages of one type that a page around a frame was told.
    pub fn messages(&self, kind: &str) -> Vec<Value> {
        self.told.iter().map(|it| &it["data"]).filter(|it| it["type"] == kind).cloned().collect()
    }

    /// Something happens now.
    pub fn event(&mut self, event: Event) {
        self.seed += 1;
        let mut seed = [0_u8; 32];
        seed[..8].copy_from_slice(&self.seed.to_be_bytes());
        let now = self.now.saturating_add_signed(self.clock_error);
        let effects = update(&mut self.model, event, Moment { now, entropy: Entropy::new(seed) });
        for effect in effects {
            self.perform(effect);
        }
        for news in told(&self.model, &mut self.teller) {
            self.hear(&news);
        }
        // Every state must be drawable; a screen that cannot be derived is a crash for the person.
        let _ = ViewModel::from(&self.model);
    }

    /// The person does something and waits until the page is quiet.
    pub fn press(&mut self, intent: Intent) {
        self.event(Event::Intent(intent));
        self.settle();
    }

    /// The person does something; nothing is waited for.
    pub fn click(&mut self, intent: Intent) {
        self.event(Event::Intent(intent));
    }

    /// Chooses this environment and no other.
    pub fn only(&mut self, name: &str) {
        self.click_only(name);
        self.settle();
    }

    /// The same; nothing is waited for.
    pub fn click_only(&mut self, name: &str) {
        let chosen = self.model.choices.as_ref().map(|choices| choices.environments.clone()).unwrap_or_default();
        for other in chosen {
            self.click(Intent::Environment { name: other, chosen: false });
        }
        self.click(Intent::Environment { name: name.into(), chosen: true });
    }

    /// True when a step of the run needs the person.
    pub fn asking(&self) -> bool {
        let Page::Run(run) = self.page() else { return false };
        run.lanes.iter().flat_map(|lane| &lane.steps).any(|step| step.ask.is_some())
    }

    /// The key of a permission set on the second screen, by its role id.
    pub fn set_key(&self, environment: &str, role_id: &str) -> String {
        let sets = self.site(environment).sets.known().expect("the sets were read");
        let set = sets.iter().find(|set| set.role_id == role_id).expect("a set of this environment");
        entrada::flow::choices::SetKey::of(set).word()
    }

    /// What was read of an environment.
    pub fn site(&self, name: &str) -> &entrada::flow::checks::SiteFacts {
        self.model.facts.site(name).expect("a chosen environment")
    }

    fn later(&mut self, ms: u64, event: Event) {
        self.order += 1;
        self.line.push((self.now + ms, self.order, event));
    }

    fn perform(&mut self, effect: Effect) {
        if let Effect::Fetch { id, .. } | Effect::Wait { id, .. } = &effect {
            assert!(self.numbers.insert(id.0), "number {} was given away twice", id.0);
        }
        match effect {
            Effect::Fetch { id, request, timeout_ms } => {
                if !request.opaque {
                    // Without it Business Central answers in its own language, and no refusal would be recognised.
                    let pinned = request.headers.iter().any(|(name, _)| *name == "Accept-Language");
                    assert!(pinned || !request.url.contains("api.businesscentral"), "{}", request.url);
                    self.sent.push((self.now, request.url.clone()));
                }
                let (answer, delay) = self.ask(&request);
                let ms = self.latency + delay;
                if request.url.contains("api.businesscentral") {
                    let english =
                        request.headers.iter().any(|(name, value)| *name == "Accept-Language" && value == "en-US");
                    assert!(english || request.opaque, "no language pinned: {}", request.url);
                    self.at_business_central.retain(|until| *until > self.now);
                    self.at_business_central.push(self.now + ms.min(timeout_ms));
                    self.most_at_once = self.most_at_once.max(self.at_business_central.len());
                }
                if ms > timeout_ms {
                    self.later(timeout_ms, Event::Replied { id, answer: Err(Silence::TimedOut) });
                } else {
                    self.later(ms, Event::Replied { id, answer });
                }
            }
            Effect::Wait { id, ms } => self.later(ms, Event::Elapsed { id }),
            Effect::Tick(_) => {}
            Effect::Store { key, value } => {
                Self::check_stored(&value);
                if let Some(storage) = &mut self.storage {
                    storage.insert(key, value);
                }
            }
            Effect::Forget { key } => {
                if let Some(storage) = &mut self.storage {
                    storage.remove(&key);
                }
            }
            Effect::CleanAddress { path } => self.address = format!("https://setup.example{path}"),
            Effect::Depart { key, record, url } => match &mut self.storage {
                Some(storage) => {
                    storage.insert(key, record.open().to_owned());
                    self.departed = Some(url);
                }
                None => self.event(Event::StorageRefused),
            },
            Effect::OpenRelay { url } if self.popups => {
                self.relays.push(url);
                self.relay_open = true;
            }
            Effect::OpenRelay { .. } => self.event(Event::PopupBlocked),
            Effect::CloseRelay => self.relay_open = false,
            Effect::Leave { url } => self.departed = Some(url),
            Effect::Open { url } => self.opened.push(url),
            Effect::Copy { piece, text } => {
                self.clipboard = Some((piece, text));
                self.later(1, Event::Copied { piece, worked: true });
            }
            Effect::Download { name, content, .. } => self.downloads.push((name, content.open().to_owned())),
            Effect::Tell(tell) => {
                let news = self.teller.tell(&self.model, &tell);
                self.hear(&news);
            }
            Effect::Theme(looks) => self.looks = looks,
            Effect::Guard(on) => self.guarded = on,
            Effect::LoadText { language } => self.later(1, Event::TextLoaded { language, text: None }),
        }
    }

    /// What a browser would let the page see of an answer.
    fn ask(&mut self, request: &Request) -> (Answer, u64) {
        let method = request.method.name();
        let mut builder =
            http::Request::builder().method(method).uri(&request.url).header("origin", "https://setup.example");
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(token) = &request.bearer {
            builder = builder.header("authorization", format!("Bearer {}", token.open()));
        }
        let body = match &request.body {
            Body::Empty => Vec::new(),
            Body::Json(value) => {
                builder = builder.header("content-type", "application/json");
                value.to_string().into_bytes()
            }
            Body::Form(form) => {
                builder = builder.header("content-type", "application/x-www-form-urlencoded;charset=utf-8");
                let fields = form.open().split('&');
                self.refreshed_with
                    .extend(fields.clone().filter_map(|it| it.strip_prefix("refresh_token=")).map(str::to_owned));
                let kept = fields.filter(|field| !self.break_claims || !field.starts_with("claims="));
                kept.collect::<Vec<_>>().join("&").into_bytes()
            }
            Body::Gzip(text) => {
                builder = builder.header("content-type", "application/octet-stream");
                let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                std::io::Write::write_all(&mut packed, text.as_bytes()).expect("memory takes all");
                packed.finish().expect("memory takes all")
            }
        };
        let Ok(sent) = builder.body(body) else { return (Err(Silence::Unreachable), 0) };
        let answer = self.cloud.handle(&sent, self.now);
        if request.opaque {
            let lost = answer.headers().get("x-cloud-fault").is_some_and(|fault| fault == "drop");
            let nothing = Response { status: 0, headers: Vec::new(), body: Secret::new("") };
            return (if lost { Err(Silence::Unreachable) } else { Ok(nothing) }, 0);
        }
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let delay = header("x-cloud-delay").and_then(|ms| ms.parse().ok()).unwrap_or(0);
        let readable =
            header("access-control-allow-origin").is_some_and(|it| it == "*" || it == "https://setup.example");
        if header("x-cloud-fault").is_some_and(|fault| fault == "drop") || !readable {
            return (Err(Silence::Unreachable), delay);
        }
        let headers = answer
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
            .collect();
        let mut body = String::from_utf8_lossy(answer.body()).into_owned();
        if let Some(tamper) = self.tamper {
            tamper(&request.url, &mut body);
        }
        let mut status = answer.status().as_u16();
        if request.url.contains("/token?") {
            status = self.status.unwrap_or(status);
            if let Some(number) = self.refuse_tokens {
                status = 400;
                body = json!({ "error": "invalid_grant", "error_codes": [number] }).to_string();
            }
            let late = "https://graph.microsoft.com/Application.ReadWrite.All";
            if self.late_scopes > 0 && body.contains(late) {
                self.late_scopes -= 1;
                body = body.replace(late, "");
            }
        }
        (Ok(Response { status, headers, body: Secret::new(body) }), delay)
    }

    /// Nothing that looks like a token may be stored.
    fn check_stored(text: &str) {
        assert!(!text.contains("eyJ"), "a token was stored: {text}");
    }

    /// Lets everything under way happen, for at most an hour of virtual time, or until a window waits for the person.
    pub fn settle(&mut self) {
        self.run_until(60 * 60_000, |world| world.relay_open);
    }

    /// Lets things happen until the condition holds or nothing is under way.
    pub fn run_until(&mut self, limit_ms: u64, done: impl Fn(&Self) -> bool) {
        let end = self.now + limit_ms;
        for _ in 0..20_000 {
            if done(self) {
                return;
            }
            let Some(next) = self.line.iter().enumerate().min_by_key(|(_, (at, order, _))| (*at, *order)) else {
                return;
            };
            let index = next.0;
            if self.line[index].0 > end {
                self.now = end;
                return;
            }
            let (at, _, event) = self.line.remove(index);
            self.now = self.now.max(at);
            self.event(event);
        }
        panic!("the page never becomes quiet");
    }

    /// Lets exactly one thing happen; false when nothing is under way.
    pub fn step(&mut self) -> bool {
        let Some((index, _)) = self.line.iter().enumerate().min_by_key(|(_, (at, order, _))| (*at, *order)) else {
            return false;
        };
        let (at, _, event) = self.line.remove(index);
        self.now = self.now.max(at);
        self.event(event);
        true
    }

    /// The person signs in at Entra and comes back; the page is loaded anew with the answer in its address.
    pub fn come_back_as(&mut self, upn: &str, answer: ConsentAnswer) -> Result<(), SignInStop> {
        let relay = self.relays.last().filter(|_| self.relay_open);
        let relay = relay.and_then(|url| url.split_once('#')).map(|(_, asked)| asked.to_owned());
        let framed = relay.is_some();
        let url = relay.or_else(|| self.departed.take()).expect("the page was not left, no window waits");
        let back = match self.cloud.sign_in_code(&url, upn, answer, self.now) {
            Ok(back) => back,
            Err(stop) => match stop.way_back.clone() {
                Some(back) if stop.code == 90_094 => back,
                _ => return Err(stop),
            },
        };
        // What `redirect.html` does: on to the page, with fragment.
        let fragment = back.split_once('#').map_or("", |(_, fragment)| fragment);
        if framed {
            // What `redirect.html` and `relay.html` do together.
            let state = fragment.split('&').find_map(|part| part.strip_prefix("state=")).unwrap_or_default();
            let message = json!({ "entrada": 1, "type": "sign-in-answer", "state": state, "answer": fragment });
            self.event(Event::RelayAnswered { origin: "https://setup.example".into(), message: message.to_string() });
            self.settle();
            return Ok(());
        }
        self.address = format!("{FOLDER}#{fragment}");
        self.open();
        Ok(())
    }

    /// Opens the page and signs in.
    pub fn signed_in(upn: &str) -> Self {
        let mut world = Self::new();
        world.open();
        world.press(Intent::SignIn);
        world.come_back_as(upn, ConsentAnswer::AcceptForOrganization).unwrap();
        world
    }

    /// Signed in as Ada with the preset chosen, in Production.
    pub fn ready(preset: &str) -> Self {
        let mut world = Self::signed_in("ada@cronus.example");
        world.press(Intent::Preset(preset.into()));
        world.only("Production");
        world
    }

    /// Reloads the page and signs in again.
    pub fn reload_as(&mut self, upn: &str) {
        self.address = FOLDER.into();
        self.open();
        self.press(Intent::SignIn);
        self.come_back_as(upn, ConsentAnswer::AcceptForOrganization).unwrap();
    }

    /// Shows the plan and confirms it, without waiting for the run.
    pub fn start_run(&mut self) {
        self.press(Intent::Plan);
        assert!(matches!(self.page(), Page::Plan(_)), "no plan: {:?}", self.model.blocker());
        self.click(Intent::Confirm);
    }

    /// Shows the plan, confirms it, waits for the end.
    pub fn set_up(&mut self) {
        self.start_run();
        self.settle();
    }

    /// The screen.
    pub fn page(&self) -> Page {
        ViewModel::from(&self.model).page
    }

    /// Codes of everything the person is shown now.
    pub fn codes(&self) -> Vec<String> {
        let view = ViewModel::from(&self.model);
        let mut codes: Vec<String> = view.notices.iter().map(|it| it.code.clone()).collect();
        match &view.page {
            Page::Choose(choose) => {
                codes.extend(choose.checks.iter().filter_map(|it| it.finding.as_ref()).map(|it| it.code.clone()));
            }
            Page::Plan(plan) => codes.extend(plan.notes.iter().map(|it| it.code.clone())),
            Page::Run(run) => codes.extend(
                run.lanes
                    .iter()
                    .flat_map(|lane| &lane.steps)
                    .filter_map(|it| it.finding.as_ref())
                    .map(|it| it.code.clone()),
            ),
            Page::Problem(finding) => codes.push(finding.code.clone()),
            _ => {}
        }
        codes
    }

    /// Writes to Graph or Business Central since some place in the cloud's log: method and address, batches opened.
    pub fn writes_since(&self, place: usize) -> Vec<String> {
        let mut writes = Vec::new();
        for entry in self.cloud.log().iter().skip(place) {
            for it in std::iter::once(entry).chain(&entry.items) {
                let login = it.url.contains("/oauth2/")
                    || it.url.contains("/_cloud")
                    || it.url.starts_with('/') && it.url.contains("oauth2");
                if it.write && !it.url.contains("$batch") && !login && it.origin.is_some() | it.url.contains("v1.0") {
                    writes.push(format!("{} {}", it.method, it.url));
                }
            }
        }
        writes
    }

    /// The same writes, those that worked: method, address and body, to find any that was done twice.
    pub fn writes_that_worked_since(&self, place: usize) -> Vec<String> {
        let entries = self.cloud.log().iter().skip(place);
        let worked = entries
            .filter(|it| it.write && !it.url.contains("$batch") && !it.url.contains("oauth2") && it.status < 300);
        worked
            .filter(|it| it.origin.is_some())
            .map(|it| format!("{} {} {:?}", it.method, it.url, it.request_body))
            .collect()
    }

    /// A control request, as WebDriver tests send it.
    pub fn control(&mut self, path: &str, body: &Value) {
        let request = http::Request::builder()
            .method("POST")
            .uri(format!("https://graph.microsoft.com/_cloud/{path}"))
            .header("content-type", "application/json")
            .body(body.to_string().into_bytes())
            .unwrap();
        let answer = self.cloud.handle(&request, self.now);
        assert!(answer.status().is_success(), "{}", String::from_utf8_lossy(answer.body()));
    }

    /// Lets something go wrong.
    pub fn fault(&mut self, method: &str, path: &str, effect: entrada_cloud::Effect, times: u32) {
        self.cloud.add_fault(Fault::times(method, path, effect, times));
    }

    /// Refresh tokens that were sent, in order.
    pub fn refresh_tokens_sent(&self) -> Vec<String> {
        self.refreshed_with.clone()
    }

    /// The secret on the hand-over screen.
    pub fn secret(&self) -> Option<String> {
        Some(self.model.piece(Piece::Secret)?.open().to_owned())
    }

    /// Nothing was sent that the contract does not know.
    pub fn assert_contract(&self) {
        assert_eq!(self.cloud.violations(), &[] as &[String]);
    }

    /// Client id of the application made or found.
    pub fn app_id(&self) -> String {
        self.model.run.as_ref().and_then(|run| run.known.app_id.clone()).expect("no application")
    }
}
