//! The plainest static host there is: files from a folder, some replaced, no header but the type. What works here
//! works anywhere.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A running host. Dropping it ends it.
pub struct Host {
    /// Where it is.
    pub address: String,
    _tasks: JoinSet<()>,
}

struct Files {
    folder: PathBuf,
    base: String,
    instead: HashMap<String, Option<Vec<u8>>>,
}

/// Serves a folder below `base`; `instead` replaces files by name, or hides them.
pub async fn serve(folder: &Path, base: &str, instead: &[(&str, Option<&str>)]) -> Host {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("there is a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let instead =
        instead.iter().map(|(name, text)| ((*name).to_owned(), text.map(|text| text.as_bytes().to_vec()))).collect();
    let files = Arc::new(Files { folder: folder.to_owned(), base: base.to_owned(), instead });
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            if let Ok((stream, _)) = listener.accept().await {
                let files = Arc::clone(&files);
                connections.spawn(async move { answer(stream, &files).await.unwrap_or_default() });
            }
        }
    });
    Host { address: format!("http://localhost:{port}{base}"), _tasks: tasks }
}

async fn answer(mut stream: TcpStream, files: &Files) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        head.extend_from_slice(&buffer[..count]);
    }
    let head = String::from_utf8_lossy(&head);
    let path = head.split_whitespace().nth(1).unwrap_or_default().split('?').next().unwrap_or_default().to_owned();
    let (status, kind, body) = match path.strip_prefix(files.base.as_str()).and_then(|name| files.read(name)) {
        Some((kind, body)) => ("200 OK", kind, body),
        None => ("404 Not Found", "text/plain", b"not here".to_vec()),
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&body).await?;
    stream.shutdown().await
}

impl Files {
    fn read(&self, name: &str) -> Option<(&'static str, Vec<u8>)> {
        let name = if name.is_empty() { "index.html" } else { name };
        let kind = match name.rsplit('.').next() {
            Some("html") => "text/html; charset=utf-8",
            Some("js") => "text/javascript",
            Some("css") => "text/css",
            Some("wasm") => "application/wasm",
            Some("json") => "application/json",
            Some("svg") => "image/svg+xml",
            _ => "application/octet-stream",
        };
        let body = match self.instead.get(name) {
            Some(replaced) => replaced.clone()?,
            None if name.contains("..") => return None,
            None => std::fs::read(self.folder.join(name)).ok()?,
        };
        Some((kind, body))
    }
}
