//! The headers the page has to be served with, from one table and `config.json`, in the form of three kinds of hosts.
//!
//! What the page may connect to and who may frame it is what the configuration says, read by the very code that the page reads
//! it with. `cargo xtask build` writes the files into `dist/`, `cargo xtask headers --config FILE` beside a configuration that was
//! changed afterwards, and a test holds the files of this repository equal to what is written here.

use crate::browser::json_string;
use crate::say::Failure;
use entrada::config::{self, Config};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A header and what it says.
type Header = (&'static str, &'static str);

/// On every file (sign-in.md 4.2). The policy is made from the configuration.
const EVERYWHERE: [Header; 4] = [
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    (
        "Permissions-Policy",
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=(), \
         clipboard-write=(self)",
    ),
    ("Strict-Transport-Security", "max-age=31536000"),
];

/// The page itself. `same-origin`: no window that opened it, and none that it opens, keeps a handle on it. It needs none, because
/// at top level it leaves for Microsoft and comes back, and whatever it opens it opens without an opener; so the looser
/// `same-origin-allow-popups` would buy nothing. In a frame the header has no effect.
const PAGE: [&str; 2] = ["/", "/index.html"];
const COOP: Header = ("Cross-Origin-Opener-Policy", "same-origin");

/// Stable names, looked at anew each time. The relay and the redirect page must *not* send `Cross-Origin-Opener-Policy`: the
/// window that opened them has to stay reachable (sign-in.md 3.3).
const FRESH: [&str; 8] = [
    "/config.json",
    "/frame.js",
    "/redirect.html",
    "/redirect.js",
    "/relay.css",
    "/relay.html",
    "/relay.js",
    "/sandboxed.js",
];
const NO_CACHE: Header = ("Cache-Control", "no-cache");

/// What partners' pages load from here by its version. A page that sends `Cross-Origin-Embedder-Policy` may do so only when told.
const SHARED: [&str; 1] = ["/v1/*"];
const ANYWHERE: Header = ("Cross-Origin-Resource-Policy", "cross-origin");
const AN_HOUR: Header = ("Cache-Control", "public, max-age=3600");

/// Names with a hash never change their content.
const HASHED: [&str; 4] = ["/entrada-*", "/start-*", "/tokens-*", "/app-*"];
const FOR_EVER: Header = ("Cache-Control", "public, max-age=31536000, immutable");

/// What the configuration decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Allowed {
    /// Origins the program talks to.
    connect: Vec<String>,
    /// Origins whose pages may frame it.
    ancestors: Vec<String>,
}

impl Allowed {
    /// Reads a configuration. One without a client id is as good as any other here.
    pub(crate) fn read(text: &str) -> Result<Self, Failure> {
        let config = config::read_unregistered(text)
            .map_err(|error| Failure::new(format!("no headers can be written: {error}")))?;
        Ok(Self::of(&config))
    }

    fn of(config: &Config) -> Self {
        let endpoints = &config.endpoints;
        let mut connect = Vec::new();
        for origin in [&endpoints.login, &endpoints.graph, &endpoints.business_central] {
            if !connect.contains(origin) {
                connect.push(origin.clone());
            }
        }
        Self { connect, ancestors: config.hosts.iter().map(|host| host.origin.clone()).collect() }
    }

    /// sign-in.md 4.2: no foreign script, no inline script, no string that becomes one.
    fn policy(&self) -> String {
        let ancestors = if self.ancestors.is_empty() { "'none'".to_owned() } else { self.ancestors.join(" ") };
        format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
             connect-src 'self' {}; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}; \
             require-trusted-types-for 'script'; trusted-types 'none'",
            self.connect.join(" ")
        )
    }

    /// `_headers`: Netlify, Cloudflare Pages, and the local cloud.
    fn underscore(&self) -> String {
        let mut text = String::from(
            "# Written by `cargo xtask headers` from config.json; change that and write it again. For hosts that read this file\n\
             # (Netlify, Cloudflare Pages, and the local cloud). connect-src follows its endpoints, frame-ancestors its\n\
             # embedding.hosts.\n/*\n",
        );
        let line = |text: &mut String, (name, value): (&str, &str)| {
            let _ = writeln!(text, "  {name}: {value}"); // writing into a String cannot fail
        };
        line(&mut text, ("Content-Security-Policy", &self.policy()));
        for header in EVERYWHERE {
            line(&mut text, header);
        }
        text.push_str(
            "# Not on relay.html and redirect.html: the windows between them must stay reachable (sign-in.md 3.3)\n",
        );
        for page in PAGE {
            text.push_str(page);
            text.push('\n');
            line(&mut text, COOP);
            line(&mut text, NO_CACHE);
        }
        for (files, headers) in [(&FRESH[..], &[NO_CACHE][..]), (&SHARED, &[ANYWHERE, AN_HOUR]), (&HASHED, &[FOR_EVER])]
        {
            for file in files {
                text.push_str(file);
                text.push('\n');
                for &header in headers {
                    line(&mut text, header);
                }
            }
        }
        text
    }

    /// `staticwebapp.config.json`: Azure Static Web Apps.
    fn azure(&self) -> String {
        let pair = |(name, value): (&str, &str)| format!("{}: {}", json_string(name), json_string(value));
        let policy = self.policy();
        let mut everywhere = vec![pair(("Content-Security-Policy", &policy))];
        everywhere.extend(EVERYWHERE.iter().map(|&header| pair(header)));
        everywhere.push(pair(NO_CACHE));
        let route = |path: &str, headers: &[Header]| {
            let headers: Vec<String> = headers.iter().map(|&header| pair(header)).collect();
            format!("    {{ \"route\": {}, \"headers\": {{ {} }} }}", json_string(path), headers.join(", "))
        };
        let routes: Vec<String> = PAGE
            .iter()
            .map(|page| route(page, &[COOP]))
            .chain(SHARED.iter().map(|files| route(files, &[ANYWHERE, AN_HOUR])))
            .chain(HASHED.iter().map(|files| route(files, &[FOR_EVER])))
            .collect();
        format!(
            "{{\n  \"globalHeaders\": {{\n    {}\n  }},\n  \"routes\": [\n{}\n  ],\n  \"mimeTypes\": {{ \".wasm\": \"application/wasm\" }}\n}}\n",
            everywhere.join(",\n    "),
            routes.join(",\n")
        )
    }

    /// A file for nginx's `conf.d`. A header without a value is not sent, so every file's headers stand in one place: a
    /// `location` with an `add_header` of its own would lose all others.
    fn nginx(&self) -> String {
        let mut text = String::from(
            "# Written by `cargo xtask headers` from config.json; change that and write it again. For the folder conf.d of nginx:\n\
             # set server_name, certificate and root to yours.\n",
        );
        let inner = |path: &str| path.trim_start_matches('/').replace('.', r"\.").replace('*', "[^/]*");
        let any = |paths: &[&str]| paths.iter().map(|path| inner(path)).collect::<Vec<_>>().join("|");
        let mut map = |name: &str, rows: &[(String, Header)]| {
            let _ = writeln!(text, "map $uri {name} {{");
            for (pattern, (_, value)) in rows {
                let _ = writeln!(text, "  {} \"{value}\";", json_string(pattern).replace(r"\\", r"\"));
            }
            text.push_str("}\n");
        };
        let page = format!("~/({})$", any(&PAGE));
        map("$entrada_opener", &[(page, COOP)]);
        map("$entrada_share", &[(format!("~/({})$", any(&SHARED)), ANYWHERE)]);
        let fresh: Vec<&str> = PAGE.iter().chain(&FRESH).copied().collect();
        map(
            "$entrada_cache",
            &[
                (format!("~/({})$", any(&HASHED)), FOR_EVER),
                (format!("~/({})$", any(&SHARED)), AN_HOUR),
                (format!("~/({})$", any(&fresh)), NO_CACHE),
            ],
        );
        text.push_str("server {\n  listen 80;\n  server_name entrada.example;\n  root /srv/entrada;\n");
        text.push_str("  location ~ \\.wasm$ { types {} default_type application/wasm; }\n");
        text.push_str("  location = /_headers { return 404; }\n");
        let policy = self.policy();
        let mut headers = vec![("Content-Security-Policy", policy.as_str())];
        headers.extend(EVERYWHERE);
        headers.extend([(COOP.0, "$entrada_opener"), (ANYWHERE.0, "$entrada_share"), (NO_CACHE.0, "$entrada_cache")]);
        for (name, value) in headers {
            let _ = writeln!(text, "  add_header {name} \"{value}\" always;");
        }
        text.push_str("}\n");
        text
    }

    /// The three files: name and content.
    pub(crate) fn files(&self) -> [(&'static str, String); 3] {
        [("_headers", self.underscore()), ("staticwebapp.config.json", self.azure()), ("nginx.conf", self.nginx())]
    }
}

/// Writes what a folder that is uploaded as it is needs, from the configuration in it.
pub(crate) fn write_into(dist: &Path) -> Result<(), Failure> {
    write(&dist.join("config.json"), dist)?;
    // That one is for the server's own folder, not for visitors.
    let file = dist.join("nginx.conf");
    fs::remove_file(&file).map_err(|error| Failure::new(format!("cannot remove {}: {error}", file.display())))
}

/// Reads a configuration and writes the files into a folder.
pub(crate) fn write(config: &Path, folder: &Path) -> Result<Vec<&'static str>, Failure> {
    let text = fs::read_to_string(config)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", config.display())))?;
    let mut written = Vec::new();
    for (name, content) in Allowed::read(&text)?.files() {
        let path = folder.join(name);
        fs::write(&path, content).map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))?;
        written.push(name);
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;

    fn shipped() -> Allowed {
        Allowed::read(&fs::read_to_string(Project::find().root.join("www/config.json")).unwrap()).unwrap()
    }

    /// The part of the policy with this name.
    fn part(policy: &str, name: &str) -> String {
        let found = policy.split("; ").find_map(|part| part.strip_prefix(&format!("{name} ")));
        found.unwrap_or_else(|| panic!("no {name} in {policy}")).to_owned()
    }

    #[test]
    fn the_files_of_this_repository_are_what_is_written_from_its_configuration() {
        let www = Project::find().root.join("www");
        for (name, content) in shipped().files() {
            let kept = fs::read_to_string(www.join(name)).unwrap();
            assert!(kept == content, "www/{name} is old: cargo xtask headers");
        }
    }

    #[test]
    fn endpoints_and_hosts_of_the_configuration_decide_the_policy() {
        let text = fs::read_to_string(Project::find().root.join("www/config.json")).unwrap();
        let endpoints = r#""endpoints": { "login": "https://a.example", "graph": "https://b.example", "businessCentral": "https://b.example" }"#;
        let hosts = r#""embedding": { "hosts": [{ "origin": "https://portal.example" }, { "origin": "https://bc.example", "credential": true }] }"#;
        let changed = text.replace("\"endpoints\": null", &format!("{endpoints}, {hosts}"));
        assert_ne!(changed, text);
        let policy = Allowed::read(&changed).unwrap().policy();
        assert_eq!(part(&policy, "connect-src"), "'self' https://a.example https://b.example");
        assert_eq!(part(&policy, "frame-ancestors"), "https://portal.example https://bc.example");
        assert_eq!(part(&shipped().policy(), "frame-ancestors"), "'none'");
        assert!(Allowed::read("{}").is_err());
    }

    #[test]
    fn no_script_but_our_own_and_no_text_that_becomes_one() {
        let policy = shipped().policy();
        for (name, value) in [
            ("default-src", "'none'"),
            ("script-src", "'self' 'wasm-unsafe-eval'"),
            ("style-src", "'self'"),
            ("base-uri", "'none'"),
            ("form-action", "'none'"),
            ("require-trusted-types-for", "'script'"),
            ("trusted-types", "'none'"),
        ] {
            assert_eq!(part(&policy, name), value);
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'") && !policy.contains('*'));
    }

    #[test]
    fn windows_between_frame_and_microsoft_stay_reachable() {
        let [(_, underscore), (_, azure), (_, nginx)] = shipped().files();
        let blocks = underscore.split("\n/").skip(1);
        let opener: Vec<_> =
            blocks.filter(|block| block.contains(COOP.0)).map(|block| block.lines().next().unwrap()).collect();
        assert_eq!(opener, ["", "index.html"]);
        assert_eq!(azure.matches(COOP.0).count(), 2);
        assert!(nginx.contains("map $uri $entrada_opener {\n  \"~/(|index\\.html)$\" \"same-origin\";\n}"), "{nginx}");
    }
}
