//! The OpenID provider of `tests/strangers` as a process of its own, gone with the test.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

/// Longer than Node takes to start on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running provider.
pub struct Provider {
    /// Its issuer.
    pub issuer: String,
    process: Child,
    input: ChildStdin,
    news: Receiver<Value>,
    said: Arc<Mutex<Vec<Value>>>,
}

impl Provider {
    /// Starts `provider.mjs` in this folder; it answers once [`Self::expect`] has told it for whom.
    pub fn start(folder: &Path) -> Self {
        let mut process = Command::new("node")
            .arg(folder.join("provider.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start node: {error}"));
        let input = process.stdin.take().expect("its input is piped");
        let output = BufReader::new(process.stdout.take().expect("its output is piped"));
        let said: Arc<Mutex<Vec<Value>>> = Arc::default();
        let (sender, news) = channel();
        let everything = Arc::clone(&said);
        std::thread::spawn(move || {
            // The package has remarks of its own, which are not JSON.
            for line in output.lines().map_while(Result::ok) {
                if let Ok(value) = serde_json::from_str::<Value>(&line) {
                    everything.lock().unwrap_or_else(PoisonError::into_inner).push(value.clone());
                    // Nobody listens any more once it is ready.
                    let _ = sender.send(value);
                }
            }
        });
        let first = news.recv_timeout(PATIENCE).expect("it starts");
        let issuer = first["issuer"].as_str().expect("it says its issuer").to_owned();
        Self { issuer, process, input, news, said }
    }

    /// Registers the client, with the page at this address.
    pub fn expect(&mut self, client_id: &str, page: &str) {
        writeln!(self.input, "{}", json!({ "clientId": client_id, "page": page })).expect("it reads");
        assert_eq!(self.news.recv_timeout(PATIENCE).expect("it goes on")["ready"], true);
    }

    /// What it granted and refused so far.
    pub fn said(&self) -> Vec<Value> {
        let said: MutexGuard<'_, Vec<Value>> = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.iter().filter(|it| it["event"].is_string()).cloned().collect()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
