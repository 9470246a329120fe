//! The cloud behind sockets: addresses, lost answers, the page, TLS.
#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test it is in")]

use std::time::Duration;

use entrada_cloud::server::{Start, start};
use entrada_cloud::{Effect, Fault};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Everything the server sends for one plain request.
async fn exchange(origin: &str, path: &str) -> String {
    let host = origin.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host.replace("localhost", "127.0.0.1")).await.unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://localhost:1\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn four_origins_answer_and_know_each_other() {
    let folder = std::env::temp_dir().join(format!("entrada-server-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("index.html"), "<p>page").unwrap();
    std::fs::write(folder.join("app.wasm"), b"\0asm").unwrap();
    std::fs::write(folder.join("config.json"), r#"{"clientId":"0","publisher":{"name":"x"}}"#).unwrap();
    let running = start(Start { page: Some(folder.clone()), page_base: "/sub/path/".to_owned(), ..Start::default() })
        .await
        .unwrap();
    let login = running.origins.login.clone();
    let page = running.page.clone().unwrap();
    assert!(page.ends_with("/sub/path/"));
    let discovery = exchange(&login, "/cronus.example/v2.0/.well-known/openid-configuration").await;
    assert!(discovery.starts_with("HTTP/1.1 200") && discovery.contains(&format!("{login}/")));
    assert!(exchange(&running.origins.graph, "/v1.0/me").await.starts_with("HTTP/1.1 401"));
    let (origin, _) = page.split_once("/sub").unwrap();
    assert!(exchange(origin, "/sub/path/").await.contains("<p>page"));
    assert!(exchange(origin, "/sub/path/app.wasm").await.contains("application/wasm"));
    let config = exchange(origin, "/sub/path/config.json").await;
    assert!(config.contains(&running.origins.business_central) && config.contains("Entrada Project (local stand-in)"));
    assert!(exchange(origin, "/_cloud/state").await.starts_with("HTTP/1.1 200"));
    let redirects = running.cloud().settings().page_redirect_uris.clone();
    assert_eq!(redirects, [format!("{page}redirect.html"), page.clone()]);
    running.stop().await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_lost_answer_is_a_closed_connection_and_no_trace_of_faults_leaves_the_server() {
    let running = start(Start::default()).await.unwrap();
    let graph = running.origins.graph.clone();
    running.cloud().add_fault(Fault::once("GET", "/v1.0/me", Effect::DropAfter));
    assert_eq!(exchange(&graph, "/v1.0/me").await, "");
    running.cloud().add_fault(Fault::once("GET", "/v1.0/me", Effect::NoCors));
    let answer = exchange(&graph, "/v1.0/me").await;
    assert!(answer.starts_with("HTTP/1.1 401") && !answer.contains("x-cloud") && !answer.contains("access-control"));
    running.cloud().add_fault(Fault::once("GET", "/v1.0/me", Effect::Delay { ms: 1 }));
    assert!(exchange(&graph, "/v1.0/me").await.contains("access-control-allow-origin: *"));
    running.stop().await;
}

/// Sends a control request, as somebody beside the test would.
async fn control(origin: &str, path: &str, body: &str) {
    let host = origin.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host.replace("localhost", "127.0.0.1")).await.unwrap();
    let length = body.len();
    let request = format!("POST /_cloud/{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 204"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn a_request_waits_at_a_gate_before_or_after_its_work_until_the_gate_opens() {
    let running = start(Start::default()).await.unwrap();
    let graph = running.origins.graph.clone();
    let me = |running: &entrada_cloud::server::Running| {
        running.cloud().log().iter().filter(|entry| entry.url.ends_with("/v1.0/me")).count()
    };
    let gate = || "gate".to_owned();
    for (effect, carried_out) in [(Effect::HoldBefore { gate: gate() }, 0), (Effect::Hold { gate: gate() }, 1)] {
        let before = me(&running);
        running.cloud().add_fault(Fault::once("GET", "/v1.0/me", effect));
        let asked = tokio::spawn({
            let graph = graph.clone();
            async move { exchange(&graph, "/v1.0/me").await }
        });
        while running.cloud().held("gate").is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(me(&running) - before, carried_out);
        // Another gate is not this one.
        control(&graph, "gates", r#"{"open":"other"}"#).await;
        assert!(!asked.is_finished() && running.cloud().held("gate").len() == 1);
        control(&graph, "gates", r#"{"open":"gate"}"#).await;
        assert!(asked.await.unwrap().starts_with("HTTP/1.1 401"));
        assert_eq!(me(&running) - before, 1, "carried out once");
    }

    // Whoever has gone by the time the gate opens asked for nothing.
    let before = me(&running);
    running.cloud().add_fault(Fault::once("GET", "/v1.0/me", Effect::HoldBefore { gate: gate() }));
    let asked = tokio::spawn({
        let graph = graph.clone();
        async move { exchange(&graph, "/v1.0/me").await }
    });
    while running.cloud().held("gate").is_empty() {
        tokio::task::yield_now().await;
    }
    asked.abort();
    assert!(asked.await.unwrap_err().is_cancelled());
    // The server reads the end of the connection before it answers a request that came after it.
    exchange(&graph, "/v1.0/organization").await;
    control(&graph, "gates", r#"{"open":"gate"}"#).await;
    exchange(&graph, "/v1.0/organization").await;
    assert_eq!(me(&running), before);
    running.stop().await;
}

#[tokio::test]
async fn a_port_in_use_is_said_and_a_stopped_cloud_frees_its_ports() {
    let running = start(Start::default()).await.unwrap();
    let port: u16 = running.origins.login.rsplit(':').next().unwrap().parse().unwrap();
    let taken = Start { login_port: port, ..Start::default() };
    let error = start(taken.clone()).await.err().unwrap();
    assert!(error.to_string().contains(&port.to_string()), "{error}");
    running.stop().await;
    start(taken).await.unwrap().stop().await;
}

#[tokio::test]
async fn tls_comes_with_its_certificate() {
    let running = start(Start { tls: true, ..Start::default() }).await.unwrap();
    assert!(running.origins.login.starts_with("https://localhost:"));
    assert!(running.certificate.as_ref().unwrap().contains("BEGIN CERTIFICATE"));
    running.stop().await;
}
