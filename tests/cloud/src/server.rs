//! The cloud behind real sockets: one listener per origin. Real time and the network come in here and nowhere else.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::page::Page;
use crate::{Cloud, Contract, Origins, Request, Response, Settings};

/// Larger bodies are refused.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// How to start.
#[derive(Clone, Debug)]
pub struct Start {
    /// Name in every address.
    pub host: String,
    /// Names that differ from that: every `*.localhost` is a site of its own to a browser (`sign-in.md` 3.4).
    pub hosts: Hosts,
    /// Port of sign-in; 0 picks a free one.
    pub login_port: u16,
    /// Port of Graph.
    pub graph_port: u16,
    /// Port of Business Central.
    pub business_central_port: u16,
    /// Port of the page.
    pub page_port: u16,
    /// Folder of the built page, if it is to be served.
    pub page: Option<PathBuf>,
    /// Path the page is served below.
    pub page_base: String,
    /// Origins whose pages may show the page in a frame, and whether each may be handed the credential.
    pub embedded_by: Vec<(String, bool)>,
    /// Serves https with a certificate made at start.
    pub tls: bool,
    /// OpenAPI description every Graph exchange is judged by.
    pub contract: Option<PathBuf>,
    /// Seed of every id and secret.
    pub seed: u64,
}

/// Names of single services.
#[derive(Clone, Debug, Default)]
pub struct Hosts {
    /// Sign-in.
    pub login: Option<String>,
    /// Graph.
    pub graph: Option<String>,
    /// Business Central.
    pub business_central: Option<String>,
    /// The page.
    pub page: Option<String>,
}

impl Hosts {
    /// `login.localhost`, `graph.localhost`, `bc.localhost` and `entrada.localhost`.
    pub fn apart() -> Self {
        let name = |name: &str| Some(format!("{name}.localhost"));
        Self { login: name("login"), graph: name("graph"), business_central: name("bc"), page: name("entrada") }
    }
}

impl Default for Start {
    fn default() -> Self {
        Self {
            host: "localhost".to_owned(),
            hosts: Hosts::default(),
            login_port: 0,
            graph_port: 0,
            business_central_port: 0,
            page_port: 0,
            page: None,
            page_base: "/".to_owned(),
            embedded_by: Vec::new(),
            tls: false,
            contract: None,
            seed: 1,
        }
    }
}

/// A running cloud. Dropping it ends it.
pub struct Running {
    /// Where the services are.
    pub origins: Origins,
    /// Address of the page, its sub-path included.
    pub page: Option<String>,
    /// The cloud behind the sockets.
    pub cloud: Arc<Mutex<Cloud>>,
    /// The self-made certificate (PEM), with `tls`.
    pub certificate: Option<String>,
    tasks: JoinSet<()>,
}

impl Running {
    /// The cloud, to look at it or to arrange something.
    pub fn cloud(&self) -> MutexGuard<'_, Cloud> {
        lock(&self.cloud)
    }

    /// Closes every listener and waits for them to be gone.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

fn lock(cloud: &Mutex<Cloud>) -> MutexGuard<'_, Cloud> {
    cloud.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What stands behind a listener.
#[derive(Clone)]
enum Site {
    Service(Behind),
    Page(Arc<Page>, Behind),
}

/// The cloud as seen from one origin.
#[derive(Clone)]
struct Behind {
    origin: String,
    cloud: Arc<Mutex<Cloud>>,
    /// Rung after every control request: one of them may have opened a gate.
    bell: Arc<Notify>,
}

/// Binds every origin and starts to answer.
pub async fn start(start: Start) -> io::Result<Running> {
    let Hosts { login, graph, business_central, page } = start.hosts;
    let [login_host, graph_host, central_host, page_host] =
        [login, graph, business_central, page].map(|name| name.unwrap_or_else(|| start.host.clone()));
    let (acceptor, certificate) = if start.tls {
        let (acceptor, certificate) = self_made(&[&start.host, &login_host, &graph_host, &central_host, &page_host])?;
        (Some(acceptor), Some(certificate))
    } else {
        (None, None)
    };
    let scheme = if start.tls { "https" } else { "http" };
    let login = bind(start.login_port, scheme, &login_host).await?;
    let graph = bind(start.graph_port, scheme, &graph_host).await?;
    let central = bind(start.business_central_port, scheme, &central_host).await?;
    let origins =
        Origins { login: login.origin.clone(), graph: graph.origin.clone(), business_central: central.origin.clone() };
    let mut settings = Settings { origins: origins.clone(), page_redirect_uris: Vec::new(), seed: start.seed };
    let mut page_site = None;
    if let Some(folder) = start.page {
        let bound = bind(start.page_port, scheme, &page_host).await?;
        let page = Page::new(folder, &start.page_base, origins.clone()).embedded_by(start.embedded_by);
        let home = format!("{}{}", bound.origin, page.base());
        settings.page_redirect_uris = vec![format!("{home}redirect.html"), home.clone()];
        page_site = Some((bound, Arc::new(page), home));
    }
    let mut cloud = Cloud::new(settings);
    if let Some(path) = start.contract {
        cloud.set_contract(Some(Contract::load(&path).map_err(io::Error::other)?));
    }
    let cloud = Arc::new(Mutex::new(cloud));
    let bell = Arc::new(Notify::new());
    let behind =
        |origin: &str| Behind { origin: origin.to_owned(), cloud: Arc::clone(&cloud), bell: Arc::clone(&bell) };
    let mut tasks = JoinSet::new();
    let mut open = |bound: Bound, site: Site| {
        for listener in bound.listeners {
            tasks.spawn(listen(listener, acceptor.clone(), site.clone()));
        }
    };
    for bound in [login, graph, central] {
        let site = Site::Service(behind(&bound.origin));
        open(bound, site);
    }
    let mut page_address = None;
    if let Some((bound, page, home)) = page_site {
        let site = Site::Page(page, behind(&bound.origin));
        open(bound, site);
        page_address = Some(home);
    }
    Ok(Running { origins, page: page_address, cloud, certificate, tasks })
}

/// `localhost` and every name below it stay on this machine.
async fn bind_address(host: &str) -> io::Result<IpAddr> {
    if host == "localhost" || host.ends_with(".localhost") {
        return Ok(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let mut found = tokio::net::lookup_host((host, 0)).await?;
    found.next().map(|address| address.ip()).ok_or_else(|| io::Error::other(format!("'{host}' has no address")))
}

/// The listeners of one origin, and its address.
struct Bound {
    listeners: Vec<TcpListener>,
    origin: String,
}

async fn bind(port: u16, scheme: &str, host: &str) -> io::Result<Bound> {
    let address = bind_address(host).await?;
    let listener = TcpListener::bind(SocketAddr::new(address, port))
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("port {port} cannot be used: {error}")))?;
    let port = listener.local_addr()?.port();
    let mut listeners = vec![listener];
    if address == IpAddr::V4(Ipv4Addr::LOCALHOST) {
        // `localhost` means both: where only one answers, some systems wait seconds before they try the other.
        listeners.extend(TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.ok());
    }
    Ok(Bound { listeners, origin: format!("{scheme}://{host}:{port}") })
}

fn self_made(hosts: &[&str]) -> io::Result<(TlsAcceptor, String)> {
    let mut names: Vec<String> = hosts.iter().chain(&["localhost", "127.0.0.1"]).map(|&name| name.to_owned()).collect();
    names.sort();
    names.dedup();
    let made = rcgen::generate_simple_self_signed(names).map_err(io::Error::other)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .map_err(io::Error::other)?;
    Ok((TlsAcceptor::from(Arc::new(config)), made.cert.pem()))
}

async fn listen(listener: TcpListener, acceptor: Option<TlsAcceptor>, site: Site) {
    let mut connections = JoinSet::new();
    loop {
        // Finished connections are let go as new ones come.
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        connections.spawn(connection(stream, acceptor.clone(), site.clone()));
    }
}

async fn connection(stream: TcpStream, acceptor: Option<TlsAcceptor>, site: Site) {
    let is_page = matches!(site, Site::Page(..));
    let service = service_fn(move |request| {
        let site = site.clone();
        async move { serve(&site, request).await }
    });
    // No keep-alive for services: a browser repeats a request by itself when a reused connection breaks, which would hide a lost answer.
    let mut http = hyper::server::conn::http1::Builder::new();
    http.keep_alive(is_page);
    // A connection that breaks is the other side's business.
    let _ = match acceptor {
        None => http.serve_connection(TokioIo::new(stream), service).await,
        Some(acceptor) => match acceptor.accept(stream).await {
            Ok(stream) => http.serve_connection(TokioIo::new(stream), service).await,
            Err(_) => return,
        },
    };
}

/// No answer: the connection closes without one.
#[derive(Debug, thiserror::Error)]
#[error("the answer is lost on purpose")]
struct Lost;

async fn serve(site: &Site, request: hyper::Request<Incoming>) -> Result<hyper::Response<Full<Bytes>>, Lost> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await else {
        let mut response = hyper::Response::new(Full::default());
        *response.status_mut() = http::StatusCode::PAYLOAD_TOO_LARGE;
        return Ok(response);
    };
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let is_control = path.starts_with("/_cloud/");
    let Behind { origin, cloud, bell } = match site {
        Site::Page(page, _) if !is_control => {
            let response = page.answer(parts.method.as_str(), parts.uri.path());
            return Ok(response.map(|body| Full::new(Bytes::from(body))));
        }
        Site::Page(_, behind) | Site::Service(behind) => behind,
    };
    let mut asked = Request::new(body.to_bytes().to_vec());
    *asked.method_mut() = parts.method;
    *asked.headers_mut() = parts.headers;
    if let Ok(uri) = format!("{origin}{path}").parse() {
        *asked.uri_mut() = uri;
    }
    let mut response = lock(cloud).handle(&asked, now_ms());
    if is_control {
        bell.notify_waiters();
    }
    while let Some(gate) = text(&response, "x-cloud-hold-before") {
        pass(&gate, cloud, bell).await;
        response = lock(cloud).handle(&asked, now_ms());
    }
    if let Some(gate) = text(&response, "x-cloud-hold") {
        pass(&gate, cloud, bell).await;
    }
    act_on_fault(response).await
}

/// Waits until a gate is open.
async fn pass(gate: &str, cloud: &Mutex<Cloud>, bell: &Notify) {
    loop {
        // Listens before it looks, so that no ring is missed.
        let rung = bell.notified();
        if lock(cloud).held(gate).is_empty() {
            return;
        }
        rung.await;
    }
}

fn text(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// Turns what a fault left in the answer into what it means on a wire.
async fn act_on_fault(mut response: Response) -> Result<hyper::Response<Full<Bytes>>, Lost> {
    let delay = text(&response, "x-cloud-delay").and_then(|ms| ms.parse().ok()).unwrap_or_default();
    let lost = text(&response, "x-cloud-fault").as_deref() == Some("drop");
    if delay > 0 {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    if lost {
        return Err(Lost);
    }
    let ours: Vec<_> =
        response.headers().keys().filter(|name| name.as_str().starts_with("x-cloud-")).cloned().collect();
    for name in ours {
        response.headers_mut().remove(name);
    }
    Ok(response.map(|body| Full::new(Bytes::from(body))))
}

#[expect(clippy::disallowed_methods, reason = "the edge of the program: real time enters the pure core here")]
fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Waits for Ctrl-C.
pub async fn until_interrupted() {
    // Without a signal handler the program simply runs until it is ended from outside.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
