//! `cargo xtask demo`: the whole product on this machine, with a local stand-in for Microsoft's cloud: no tenant, no account.
//!
//! Ctrl-C reaches the stand-in directly (it shares the terminal), so this program only waits for it to end.

use crate::page;
use crate::project::Project;
use crate::say::{self, Failure};
use crate::step;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The page keeps its address from one start to the next, as long as nobody else has it.
const USUAL_PORT: u16 = 8600;
/// The stand-in checks Graph traffic against this contract when it lies beside the repository.
const CONTRACT: &str = "../shared/openapi/graph-v1.0-subset.yaml";

const PEOPLE: &str = "\
Sign in as (the stand-in asks for no password):
  ada@cronus.example      Global Administrator, administrator in Business Central: everything works
  anton@cronus.example    Application Administrator without rights in Business Central
  bea@cronus.example      Business Central administrator who may not register applications
  omar@cronus.example     ordinary user
  nora@northwind.example  administrator of a tenant without Business Central";

/// Builds what changed, starts the stand-in with the page, and stays until it ends.
pub(crate) fn run(project: &Project, port: Option<u16>, open: bool) -> Result<(), Failure> {
    page::build_if_changed(project)?;
    step::run(
        project,
        "building the local cloud",
        "cloud",
        project.cargo().args(["build", "--package", "entrada-cloud"]),
    )?;
    let ready = project.work().join("demo-ready.json");
    let _ = fs::remove_file(&ready);
    let mut command = cloud(project, &ready, port.unwrap_or_else(usual_or_free_port));
    let mut child = command.spawn().map_err(|error| Failure::new(format!("cannot start the local cloud: {error}")))?;
    let shown = show_addresses(&mut child, &ready, open && may_open_a_window());
    // `wait` closes the input, but only output that ended brings us here.
    let status = child.wait().map_err(|error| Failure::new(format!("lost the local cloud: {error}")))?;
    if shown || status.success() {
        // Ended by Ctrl-C, which is how a demo ends.
        return Ok(());
    }
    Err(Failure::new(format!("the local cloud ended before it was ready ({status})"))
        .cure("Another program may use the port: try `cargo xtask demo --port 8700`."))
}

fn cloud(project: &Project, ready: &Path, port: u16) -> Command {
    let program = format!("entrada-cloud{}", env::consts::EXE_SUFFIX);
    let mut command = project.command(project.target.join("debug").join(program));
    command.arg("--page").arg(project.dist()).args(["--page-port", &port.to_string()]);
    command.arg("--ready-file").arg(ready);
    let contract = project.root.join(CONTRACT);
    if contract.is_file() {
        command.arg("--contract").arg(contract);
    }
    // We keep the other end of its input: should this program be killed, the stand-in ends too.
    command.arg("--end-with-stdin").stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// Says where to go as soon as the stand-in listens (it writes the ready file, then prints). Whether it ever did.
fn show_addresses(child: &mut Child, ready: &Path, open: bool) -> bool {
    let Some(output) = child.stdout.take() else {
        return false;
    };
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let Some(_) = lines.next() else {
        return false;
    };
    let text = fs::read_to_string(ready).unwrap_or_default();
    let address = |name| string_member(&text, name).unwrap_or_default();
    let page = address("page");
    say::line(format_args!("\nOpen  {page}\n\n{PEOPLE}\n"));
    say::line(format_args!("The local cloud  sign-in {}", address("login")));
    say::line(format_args!("                 Graph {}", address("graph")));
    say::line(format_args!("                 Business Central {}", address("businessCentral")));
    say::line(format_args!("                 what it holds {}/_cloud/state", address("login")));
    say::line("\nCtrl-C ends everything.");
    if open {
        open_window(&page);
    }
    // What it prints later is only its end; reading on keeps it from blocking on a full pipe.
    lines.for_each(drop);
    true
}

/// A string of a flat JSON object that our own program wrote.
fn string_member(json: &str, name: &str) -> Option<String> {
    let (_, after) = json.split_once(&format!("\"{name}\""))?;
    let value = after.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    value.split_once('"').map(|(text, _)| text.to_owned())
}

fn usual_or_free_port() -> u16 {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, USUAL_PORT)) {
        Ok(_) => USUAL_PORT,
        Err(_) => 0,
    }
}

fn may_open_a_window() -> bool {
    let has_display = cfg!(windows)
        || cfg!(target_os = "macos")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .into_iter()
            .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()));
    has_display && !say::in_ci()
}

fn open_window(address: &str) {
    let (program, arguments): (PathBuf, &[&str]) = if cfg!(windows) {
        // `start` is a word of the command shell; its first quoted argument is a window title.
        (PathBuf::from("cmd"), &["/C", "start", ""])
    } else if cfg!(target_os = "macos") {
        (PathBuf::from("open"), &[])
    } else {
        (PathBuf::from("xdg-open"), &[])
    };
    let opened = Command::new(program)
        .args(arguments)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if opened.is_err() {
        say::line("(No browser could be opened from here; use the address above.)");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_the_ready_file() {
        let json = r#"{ "login": "http://localhost:1", "page": "http://localhost:8600/setup/" }"#;
        assert_eq!(string_member(json, "page").as_deref(), Some("http://localhost:8600/setup/"));
        assert_eq!(string_member(json, "graph"), None);
        assert_eq!(string_member(r#"{"page": null}"#, "page"), None);
    }
}
