//! A program that shares no code with the page: curl, with nothing but what a person read off the screen.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Body.
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.text))
    }

    /// `error.code` of Business Central and Graph.
    pub fn error_code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// Somebody else's program.
#[derive(Clone, Copy, Debug)]
pub enum Outsider {}

impl Outsider {
    fn curl(arguments: &[&str]) -> Answer {
        let output = Command::new("curl")
            .args(["--silent", "--show-error", "--max-time", "30", "--write-out", "\n%{http_code}"])
            .args(arguments)
            .output()
            .unwrap_or_else(|error| panic!("curl is needed for this test: {error}"));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (text, status) = text.rsplit_once('\n').unwrap_or_default();
        let status = status.parse().unwrap_or(0);
        assert!(status != 0, "curl got no answer: {}", String::from_utf8_lossy(&output.stderr));
        Answer { status, text: text.to_owned() }
    }

    /// Sends JSON.
    pub fn post_json(url: &str, body: &Value) -> Answer {
        Self::curl(&["--header", "Content-Type: application/json", "--data", &body.to_string(), url])
    }

    /// Asks for a token by client credentials, as every library does.
    pub fn token(token_url: &str, client_id: &str, secret: &str, scope: &str) -> Answer {
        Self::curl(&[
            "--data-urlencode",
            "grant_type=client_credentials",
            "--data-urlencode",
            &format!("client_id={client_id}"),
            "--data-urlencode",
            &format!("client_secret={secret}"),
            "--data-urlencode",
            &format!("scope={scope}"),
            token_url,
        ])
    }

    /// Reads what anybody may read.
    pub fn read(url: &str) -> Answer {
        Self::curl(&[url])
    }

    /// Reads with a token.
    pub fn get(url: &str, token: &str) -> Answer {
        Self::curl(&["--header", &format!("Authorization: Bearer {token}"), url])
    }

    /// Asks for something to be done with a token, without a body.
    pub fn post(url: &str, token: &str) -> Answer {
        Self::curl(&["--header", &format!("Authorization: Bearer {token}"), "--data", "", url])
    }

    /// Runs a command as a person pastes it into a shell, and types the answer it asks for.
    pub fn shell(command: &str, answer: &str) -> String {
        let mut shell = Command::new("bash")
            .args(["-c", command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("bash is needed for this test: {error}"));
        let mut input = shell.stdin.take().expect("its input is piped");
        input.write_all(format!("{answer}\n").as_bytes()).expect("it takes an answer");
        drop(input);
        let output = shell.wait_with_output().expect("it ends");
        let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        format!("{said}{complained}")
    }
}
