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
