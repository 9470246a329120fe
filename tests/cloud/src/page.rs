//! The built page as a fourth origin: a plain static file server that also speaks `_headers` and points
//! `config.json` at the local cloud. It can serve below a sub-path, as many static hosts do.

use std::path::{Component, Path, PathBuf};

use serde_json::{Value, json};

use crate::seed::{ENTRADA_CLIENT_ID, ENTRADA_PUBLISHER};
use crate::wire::{decode, empty, redirect};
use crate::{Origins, Response};

/// A folder to serve.
#[derive(Clone, Debug)]
pub struct Page {
    folder: PathBuf,
    base: String,
    origins: Origins,
    rules: Vec<(String, String, String)>,
    hosts: Vec<(String, bool)>,
}

impl Page {
    /// Serves `folder` below `base` (`/` or `/sub/path/`), with the headers of the folder's `_headers`.
    pub fn new(folder: PathBuf, base: &str, origins: Origins) -> Self {
        let rules = std::fs::read_to_string(folder.join("_headers")).map(|text| read_rules(&text)).unwrap_or_default();
        Self { folder, base: normal_base(base), origins, rules, hosts: Vec::new() }
    }

    /// Lets pages of these origins show this one in a frame: `embedding.hosts` of the configuration, and the header that follows
    /// from it, as `cargo xtask headers` writes it.
    #[must_use]
    pub fn embedded_by(mut self, hosts: Vec<(String, bool)>) -> Self {
        self.hosts = hosts;
        self
    }

    /// Path the page is served below, with a slash at both ends.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Answers a request for a file.
    pub fn answer(&self, method: &str, path: &str) -> Response {
        if !matches!(method, "GET" | "HEAD") {
            return empty(405);
        }
        if format!("{path}/") == self.base {
            return redirect(&self.base);
        }
        let Some(relative) = path.strip_prefix(&self.base) else {
            return empty(404);
        };
        let relative = decode(relative);
        let mut file = self.folder.clone();
        for part in Path::new(&relative).components() {
            match part {
                Component::Normal(part) => file.push(part),
                _ => return empty(404),
            }
        }
        if relative.is_empty() || relative.ends_with('/') {
            file.push("index.html");
        }
        let hidden = file.file_name().is_some_and(|name| name == "_headers");
        let Ok(bytes) = (if hidden { Err(std::io::ErrorKind::NotFound.into()) } else { std::fs::read(&file) }) else {
            return empty(404);
        };
        let mut response = Response::new(self.adapt(&relative, &file, bytes));
        self.decorate(&format!("/{relative}"), &file, &mut response);
        if method == "HEAD" {
            response.body_mut().clear();
        }
        response
    }

    /// Points the configuration, and a policy written into the page itself, at the local cloud.
    fn adapt(&self, relative: &str, file: &Path, bytes: Vec<u8>) -> Vec<u8> {
        if relative == "config.json" {
            return self.config(&bytes).unwrap_or(bytes);
        }
        if kind_of(file) == "text/html; charset=utf-8"
            && let Ok(text) = std::str::from_utf8(&bytes)
        {
            return self.local(text).into_bytes();
        }
        bytes
    }

    fn config(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut config: Value = serde_json::from_slice(bytes).ok()?;
        let fields = config.as_object_mut()?;
        fields.insert("clientId".into(), json!(ENTRADA_CLIENT_ID));
        fields.insert(
            "endpoints".into(),
            json!({
                "login": self.origins.login,
                "graph": self.origins.graph,
                "businessCentral": self.origins.business_central,
            }),
        );
        if !self.hosts.is_empty() {
            let hosts: Vec<Value> = self
                .hosts
                .iter()
                .map(|(origin, credential)| json!({ "origin": origin, "credential": credential }))
                .collect();
            fields.insert("embedding".into(), json!({ "hosts": hosts }));
        }
        let publisher = fields.entry("publisher").or_insert_with(|| json!({}));
        if let Some(publisher) = publisher.as_object_mut() {
            publisher.insert("name".into(), json!(ENTRADA_PUBLISHER));
        }
        serde_json::to_vec_pretty(&config).ok()
    }

    /// Microsoft's origins replaced by ours, so that the page's own content security policy lets it reach them.
    fn local(&self, text: &str) -> String {
        let real = Origins::default();
        text.replace(&real.login, &self.origins.login)
            .replace(&real.graph, &self.origins.graph)
            .replace(&real.business_central, &self.origins.business_central)
    }

    /// The same for a header, with the origins that may frame the page.
    fn local_header(&self, value: &str) -> String {
        let value = self.local(value);
        if self.hosts.is_empty() {
            return value;
        }
        let hosts: Vec<&str> = self.hosts.iter().map(|(origin, _)| origin.as_str()).collect();
        value.replace("frame-ancestors 'none'", &format!("frame-ancestors {}", hosts.join(" ")))
    }

    fn decorate(&self, path: &str, file: &Path, response: &mut Response) {
        let mut set = |name: &str, value: &str| {
            let name = http::HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, http::HeaderValue::from_str(value)) {
                response.headers_mut().insert(name, value);
            }
        };
        set("content-type", kind_of(file));
        for (pattern, name, value) in &self.rules {
            // Never https-only for localhost: a browser would remember it for every other program on this machine.
            if fits(pattern, path) && !name.eq_ignore_ascii_case("strict-transport-security") {
                let value = self.local_header(value);
                // Every document, frames and windows included, tells the cloud what it tried against its policy. The header that
                // forbids stays as it is.
                if name.eq_ignore_ascii_case("content-security-policy") && kind_of(file).starts_with("text/html") {
                    let reported = format!("{value}; report-uri /_cloud/violations");
                    set("content-security-policy-report-only", &reported);
                }
                set(name, &value);
            }
        }
    }
}

fn normal_base(base: &str) -> String {
    let inside = base.trim_matches('/');
    if inside.is_empty() { "/".to_owned() } else { format!("/{inside}/") }
}

/// Pattern, header name and value of each line of a `_headers` file.
fn read_rules(text: &str) -> Vec<(String, String, String)> {
    let mut pattern = String::new();
    let mut rules = Vec::new();
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if line.starts_with('/') {
            trimmed.clone_into(&mut pattern);
        } else if let Some((name, value)) = trimmed.split_once(':') {
            rules.push((pattern.clone(), name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    rules
}

fn fits(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => path.len() >= start.len() + end.len() && path.starts_with(start) && path.ends_with(end),
        None => pattern == path,
    }
}

fn kind_of(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" | "ts" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::{Page, fits, read_rules};
    use crate::Origins;

    #[test]
    fn rules_of_a_headers_file_apply_to_what_they_name() {
        let rules = read_rules("# note\n/*\n  A: 1\n/app-*\n  Cache-Control: x: y\n");
        assert_eq!(rules[1], ("/app-*".to_owned(), "Cache-Control".to_owned(), "x: y".to_owned()));
        assert!(fits("/*", "/anything") && fits("/app-*", "/app-12.js") && !fits("/", "/index.html"));
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let folder = std::env::temp_dir().join(format!("entrada-page-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("index.html"), "<p>hello").unwrap();
        std::fs::write(folder.join("config.json"), r#"{"clientId":"x","presets":[]}"#).unwrap();
        let page = Page::new(folder.clone(), "sub/path", Origins::default());
        for path in
            ["/sub/path/../Cargo.toml", "/sub/path/%2e%2e/x", "/sub/path//etc/passwd", "/", "/sub/path/_headers"]
        {
            assert_eq!(page.answer("GET", path).status(), 404, "{path}");
        }
        assert_eq!(page.answer("GET", "/sub/path/").body(), b"<p>hello");
        assert_eq!(page.answer("GET", "/sub/path").status(), 302);
        let config = String::from_utf8(page.answer("GET", "/sub/path/config.json").into_body()).unwrap();
        assert!(config.contains("c0ffee00") && config.contains("presets"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
