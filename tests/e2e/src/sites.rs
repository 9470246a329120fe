//! Three sites in one browser: a partner's page on `partner.localhost`, Entrada on `entrada.localhost`, Microsoft's services on
//! names of their own. Every name below `localhost` is a site of its own and a secure context (`sign-in.md` 3.4).

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use thirtyfour::WindowHandle;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::{Consent, Engine, Setting, World};

/// Headers and body.
type Answer = (String, String);

/// Somebody else's web server: pages a test writes, under any name below `localhost`.
pub struct HostPages {
    port: u16,
    pages: Arc<Mutex<HashMap<String, Answer>>>,
    serving: JoinHandle<()>,
}

impl HostPages {
    /// Begins to serve.
    pub async fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let pages = Arc::<Mutex<HashMap<String, Answer>>>::default();
        let kept = Arc::clone(&pages);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&kept)));
            }
        });
        Self { port, pages, serving }
    }

    /// The origin of a name: `partner` is `http://partner.localhost:…`.
    pub fn origin(&self, name: &str) -> String {
        format!("http://{name}.localhost:{}", self.port)
    }

    /// Puts a page there, with headers (each with its line end).
    pub fn put(&self, path: &str, headers: &str, html: &str) {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.insert(path.to_owned(), (headers.to_owned(), html.to_owned()));
    }
}

impl Drop for HostPages {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(mut stream: TcpStream, pages: Arc<Mutex<HashMap<String, Answer>>>) {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    while !request.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut piece).await {
            Ok(count @ 1..) => request.extend_from_slice(&piece[..count]),
            _ => return,
        }
    }
    let line = String::from_utf8_lossy(&request);
    let path = line.split(' ').nth(1).unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default();
    let page = pages.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
    let (status, headers, body) = match page {
        Some((headers, body)) => ("200 OK", headers, body),
        None => ("404 Not Found", String::new(), String::new()),
    };
    let script = Path::new(path).extension().is_some_and(|ending| ending == "js");
    let kind = if script { "text/javascript" } else { "text/html; charset=utf-8" };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"
    );
    // A browser that has gone away is no trouble of ours.
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
}

/// A world whose page stands in a partner's page.
pub struct Sites {
    /// Cloud, page and browser.
    pub world: World,
    /// The partner's web server.
    pub host: HostPages,
}

/// A partner's page with the frame in it. What the page hears is kept, to be searched. It greets the frame as our contract says;
/// `embed.js` does that for partners.
const PARTNER: &str = "<!doctype html><html lang=en><title>Partner</title><link rel=icon href=data:,><h1>Partner</h1>
<textarea id=paste></textarea>
<iframe id=entrada title=Entrada style=\"width:1200px;height:700px;border:0\" ATTRIBUTES src=\"PAGE\"></iframe>
<script>
  window.heard = [];
  addEventListener('message', event => heard.push([event.origin, JSON.stringify(event.data)]));
  const frame = document.querySelector('#entrada');
  const hello = { entrada: 1, type: 'hello', id: 'partner-1', seq: 1, options: {} };
  frame.addEventListener('load', () => frame.contentWindow.postMessage(hello, new URL(frame.src).origin));
</script>";

impl Sites {
    /// In Chromium.
    pub async fn open() -> Self {
        Self::open_in(Engine::Chromium).await
    }

    /// In a browser.
    pub async fn open_in(engine: Engine) -> Self {
        let host = HostPages::open().await;
        let embedded_by = vec![(host.origin("partner"), false)];
        let world = World::with(Setting { apart: true, embedded_by, engine, ..Setting::default() }).await;
        let sites = Self { world, host };
        sites.partner_page("/", "", "");
        sites
    }

    /// Puts a partner's page there, with headers (each with its line end) and attributes of its frame.
    pub fn partner_page(&self, path: &str, headers: &str, attributes: &str) {
        let html = PARTNER.replace("PAGE", &self.world.page()).replace("ATTRIBUTES", attributes);
        self.host.put(path, headers, &html);
    }

    /// Opens the partner's page and looks into the frame.
    pub async fn go(&self) {
        self.go_to("/").await;
        self.world.journey().see("Give an integration access to Business Central").await;
    }

    /// Opens a page of the partner and looks into its frame.
    pub async fn go_to(&self, path: &str) {
        self.world.screen.go(&format!("{}{path}", self.host.origin("partner"))).await;
        self.world.screen.enter("#entrada").await;
    }

    /// Presses something in the frame that opens the relay page, and looks at that.
    pub async fn open_relay(&self, css: &str) -> WindowHandle {
        let known = self.world.screen.windows().await;
        self.world.screen.click(css).await;
        self.world.screen.new_window(&known).await
    }

    /// Goes on from the relay page to Microsoft, and looks at that window.
    pub async fn go_on(&self) -> WindowHandle {
        let known = self.world.screen.windows().await;
        self.world.screen.click("#continue").await;
        self.world.screen.new_window(&known).await
    }

    /// Signs in from the frame: relay page, Microsoft's pages, and back into the frame, whose windows are gone by then.
    pub async fn sign_in_as(&self, upn: &str, consent: Consent) {
        self.sign_in_by("#sign-in", upn, consent).await;
        self.world.journey().see("Choose what to set up").await;
    }

    /// The same by another button of the frame, without waiting for what comes of it.
    pub async fn sign_in_by(&self, css: &str, upn: &str, consent: Consent) {
        let screen = &self.world.screen;
        let host = screen.window().await;
        let relay = self.open_relay(css).await;
        let known = screen.windows().await;
        screen.click("#continue").await;
        // Whoever is signed in at Microsoft already is asked nothing, and both windows are gone at once.
        let (known, relay_name): (Vec<String>, _) =
            (known.iter().map(ToString::to_string).collect(), relay.to_string());
        let microsoft = screen
            .until_so("Microsoft's window, or the end of both", async || {
                let all = screen.driver().windows().await.ok()?;
                if all.iter().all(|window| window.to_string() != relay_name) {
                    return Some(None);
                }
                let new = all.into_iter().find(|window| !known.contains(&window.to_string()))?;
                screen.driver().switch_to_window(new.clone()).await.ok()?;
                Some(Some(new))
            })
            .await;
        if let Some(microsoft) = microsoft {
            self.world.journey().through_microsoft_in(&microsoft, upn, consent).await;
        }
        screen.gone(&relay).await;
        screen.look_at(&host).await;
        screen.enter("#entrada").await;
    }
}
