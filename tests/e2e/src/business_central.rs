//! An imitation of a Business Central page with the companion extension on it: the control add-in's real style sheet and scripts out
//! of the built `dist/al`, a client around them (`business_central.html`), and AL behind it. AL is played here after
//! `www/al/src/*.al`, on the local cloud's own table 9012 (`BusinessCentral::bridge`); it is the only part that is not the real one.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use entrada_cloud::{Cloud, seed};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::{Consent, HostPages, Setting, Sites, World};

/// What AL did and holds.
#[derive(Debug, Default)]
pub struct Al {
    /// Events raised by the add-in, in order, with what they brought.
    pub events: Vec<(String, Value)>,
    /// Questions asked, in order.
    pub questions: Vec<String>,
    /// What codeunit "Entrada Bridge" told as the outcome.
    pub completed: Vec<Value>,
    /// Isolated storage: what was written under which key, every time.
    pub storage: BTreeMap<String, Vec<String>>,
    /// The session has ended: events are not carried out any more.
    pub ended: bool,
    asked: Option<Value>,
}

/// A running imitation. Dropping it ends it.
pub struct BusinessCentralPage {
    port: u16,
    al: Arc<Mutex<Al>>,
    serving: JoinHandle<()>,
}

struct Server {
    addin: PathBuf,
    /// Where Entrada is hosted, as *Entrada Setup* has it.
    address: Mutex<String>,
    cloud: Mutex<Option<Arc<Mutex<Cloud>>>>,
    al: Arc<Mutex<Al>>,
}

/// What is still to be told once the page of Entrada is known.
pub struct Setup(Arc<Server>);

fn lock<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

impl BusinessCentralPage {
    /// Begins to serve; the hosted Entrada has to know the origin before it can be built, so it is told later.
    pub async fn open() -> (Self, Setup) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let al = Arc::<Mutex<Al>>::default();
        let server = Arc::new(Server {
            addin: crate::dist().join("al"),
            address: Mutex::default(),
            cloud: Mutex::default(),
            al: Arc::clone(&al),
        });
        let kept = Arc::clone(&server);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&kept)));
            }
        });
        (Self { port, al, serving }, Setup(server))
    }

    /// The origin of the client.
    pub fn origin(&self) -> String {
        format!("http://businesscentral.localhost:{}", self.port)
    }

    /// What AL did and holds.
    pub fn al(&self) -> MutexGuard<'_, Al> {
        lock(&self.al)
    }
}

impl Setup {
    /// Somebody enters the address under *Entrada Setup*. The cloud is where the environment is.
    pub fn enter(&self, address: &str, cloud: &Arc<Mutex<Cloud>>) {
        address.clone_into(&mut lock(&self.0.address));
        *lock(&self.0.cloud) = Some(Arc::clone(cloud));
    }
}

impl Drop for BusinessCentralPage {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(mut stream: TcpStream, server: Arc<Server>) {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    let (head, body) = loop {
        match stream.read(&mut piece).await {
            Ok(count @ 1..) => request.extend_from_slice(&piece[..count]),
            _ => return,
        }
        let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&request[..end]).into_owned();
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
        if request.len() >= end + 4 + length.unwrap_or(0) {
            break (head, request[end + 4..].to_vec());
        }
    };
    let path = head.split(' ').nth(1).unwrap_or_default();
    let (status, kind, body) = match path.strip_prefix("/al/") {
        Some(event) => match server.raise(event, &serde_json::from_slice(&body).unwrap_or_default()) {
            Some(step) => ("200 OK", "application/json", step.to_string().into_bytes()),
            None => ("500 Internal Server Error", "text/plain", b"the session has ended".to_vec()),
        },
        None => server.file(path),
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    // A browser that has gone away is no trouble of ours.
    let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
}

impl Server {
    fn file(&self, path: &str) -> (&'static str, &'static str, Vec<u8>) {
        let kind = match path.rsplit('.').next() {
            Some("js") => "text/javascript",
            Some("css") => "text/css",
            _ => "text/html; charset=utf-8",
        };
        let body = if path == "/" {
            Some(include_str!("business_central.html").as_bytes().to_vec())
        } else {
            // The three files the add-in names, and nothing else.
            let name = path.trim_start_matches('/');
            name.starts_with("addin/").then(|| std::fs::read(self.addin.join(name)).ok()).flatten()
        };
        body.map_or(("404 Not Found", kind, Vec::new()), |body| ("200 OK", kind, body))
    }

    /// A trigger of the page, or the answer to its question: what it asks, or what it calls in the script. `None` when the session
    /// does not carry it out.
    fn raise(&self, event: &str, values: &Value) -> Option<Value> {
        let mut al = lock(&self.al);
        if al.ended {
            return None;
        }
        if event == "answered" {
            let asked = al.asked.take().expect("a question is open");
            return Some(self.go_on(&mut al, &asked, values == &Value::Bool(true)));
        }
        al.events.push((event.to_owned(), values.clone()));
        let given = values[0].clone();
        Some(match event {
            "ControlReady" => calls(&[("ShowEntrada", json!([*lock(&self.address), options(), words()]))]),
            "BridgeRequested" if given["action"] == "look" => calls(&[("AnswerBridge", json!([self.bridge(&given)]))]),
            "BridgeRequested" => self.ask(&mut al, "asks to", &given),
            "CredentialOffered" => self.ask(&mut al, "hands over the client secret", &given),
            "Completed" => {
                al.completed.push(given);
                calls(&[])
            }
            other => panic!("the page has no trigger {other}"),
        })
    }

    /// As codeunits "Entrada Bridge Action" and "Entrada Credential" ask: address, what, and the client id.
    fn ask(&self, al: &mut Al, what: &str, given: &Value) -> Value {
        let action = given["action"].as_str().unwrap_or_default();
        let client_id = given["clientId"].as_str().unwrap_or_default();
        let question = format!("{} {what} {action} (client ID {client_id}). Go on?", lock(&self.address));
        al.questions.push(question.clone());
        al.asked = Some(given.clone());
        json!({ "question": question })
    }

    fn go_on(&self, al: &mut Al, asked: &Value, yes: bool) -> Value {
        if let Some(secret) = asked["secret"].as_str() {
            if yes {
                // SetEncrypted takes 215 characters at most (business-central.md 5.5).
                assert!(secret.len() <= 215, "too long for isolated storage");
                let key = format!("entrada-secret-{}", asked["clientId"].as_str().unwrap_or_default());
                al.storage.entry(key).or_default().push(secret.to_owned());
            }
            return calls(&[]);
        }
        let answer = if yes {
            self.bridge(asked)
        } else {
            let error = "A question in Business Central was answered with No.";
            json!({ "request": asked["request"], "ok": false, "error": error, "code": "refused" })
        };
        calls(&[("AnswerBridge", json!([answer]))])
    }

    fn bridge(&self, request: &Value) -> Value {
        let cloud = lock(&self.cloud).clone().expect("the cloud is known");
        let answer = lock(&cloud).bridge(seed::CRONUS, "Production", seed::ADA.oid, request);
        answer.expect("there is a Production")
    }
}

fn calls(calls: &[(&str, Value)]) -> Value {
    json!({ "calls": calls })
}

/// As `Options` of codeunit "Entrada Bridge" tells.
fn options() -> Value {
    json!({
        "tenant": seed::CRONUS, "environment": "Production", "lang": "en",
        "bridge": {
            "kind": "business-central", "version": "1.0.0.0", "tenant": seed::CRONUS, "environment": "Production",
            "company": "CRONUS International Ltd.",
        },
    })
}

fn words() -> Value {
    json!({ "silent": "Entrada does not answer.", "gone": "This Business Central session does not answer any more." })
}

/// A world whose page stands inside Business Central.
pub struct Inside {
    /// Entrada on its own site, and the browser.
    pub sites: Sites,
    /// Business Central around it.
    pub page: BusinessCentralPage,
}

impl Inside {
    /// Begins; `credential` is what `config.json` says of the client's origin.
    pub async fn open(credential: bool) -> Self {
        let (page, setup) = BusinessCentralPage::open().await;
        let host = HostPages::open().await;
        let embedded_by = vec![(page.origin(), credential)];
        let world = World::with(Setting { apart: true, embedded_by, ..Setting::default() }).await;
        setup.enter(&world.page(), &world.cloud.cloud);
        Self { sites: Sites { world, host }, page }
    }

    /// Opens *Set Up Integration*, looks into the frame and signs in there.
    pub async fn sign_in(&self) {
        let screen = &self.sites.world.screen;
        screen.go(&format!("{}/", self.page.origin())).await;
        screen.enter("#entrada").await;
        self.sites.sign_in_as("ada@cronus.example", Consent::ForTheOrganization).await;
    }

    /// Waits for the question Business Central asks, answers it, and looks into the frame again. Gives the question.
    pub async fn answer(&self, yes: bool) -> String {
        let screen = &self.sites.world.screen;
        screen.leave_frame().await;
        screen.until("Business Central asks", "return document.querySelector('#question').open").await;
        let question = screen.text("#question p").await;
        screen.click(if yes { "#yes" } else { "#no" }).await;
        screen.enter("#entrada").await;
        question
    }

    /// Everything the page around heard and everything that went on to AL, as text.
    pub async fn heard(&self) -> String {
        let screen = &self.sites.world.screen;
        screen.leave_frame().await;
        let heard = screen.eval("return JSON.stringify([heard, invoked])").await;
        screen.enter("#entrada").await;
        heard.as_str().unwrap_or_default().to_owned()
    }
}
