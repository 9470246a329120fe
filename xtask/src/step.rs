//! Runs one long job of another program: says what is happening, shows the time, keeps the output in a log
//! under `target/xtask/`, and shows the end of that log when the job fails.

use crate::project::Project;
use crate::say::{self, Failure};
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How often somebody who watches sees the time move.
const WATCHED_TICK: Duration = Duration::from_secs(1);
/// How often a log of continuous integration gets a sign of life.
const PLAIN_TICK: Duration = Duration::from_secs(30);
/// How much of a log a failure shows.
const SHOWN_LINES: usize = 60;
/// How many earlier lines that name an error are shown before them.
const SHOWN_ERRORS: usize = 60;
/// How many lines of a panic are shown: what was waited for stands in the second, what the page said instead below.
const SHOWN_MESSAGE: usize = 20;

/// A stopwatch. Programs may look at the clock; only `src/` gets its time from outside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(clippy::disallowed_methods, reason = "the edge of a program, not pure code")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// A job that ended well, with the output it left.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) log: PathBuf,
}

/// Runs `command`; its output goes to `target/xtask/<log>.log`.
pub(crate) fn run(project: &Project, title: &str, log: &str, command: &mut Command) -> Result<Finished, Failure> {
    let log = project.work().join(format!("{log}.log"));
    let file = fs::create_dir_all(project.work())
        .and_then(|()| File::create(&log))
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", log.display())))?;
    let also = file.try_clone().map_err(|error| Failure::new(format!("cannot write {}: {error}", log.display())))?;
    let watch = Stopwatch::start();
    if !say::watched() {
        say::line(format_args!("  {title} …"));
    }
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_TERM_PROGRESS_WHEN", "never")
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(also)
        .spawn()
        .map_err(|error| Failure::new(format!("{title}: cannot start `{program}`: {error}")))?;

    let (sender, ended) = mpsc::channel();
    let waiting = thread::spawn(move || {
        // Nobody listens any more only when this program is ending.
        let _ = sender.send(child.wait());
    });
    let status = loop {
        let tick = if say::watched() { WATCHED_TICK } else { PLAIN_TICK };
        match ended.recv_timeout(tick) {
            Ok(status) => break status,
            Err(RecvTimeoutError::Timeout) => show_progress(title, watch.elapsed(), &log),
            Err(RecvTimeoutError::Disconnected) => {
                break Err(std::io::Error::other("the waiting thread ended early"));
            }
        }
    };
    let _ = waiting.join();
    if say::watched() {
        say::rewrite("");
    }
    let status = status.map_err(|error| Failure::new(format!("{title}: cannot wait for `{program}`: {error}")))?;
    conclude(title, watch.elapsed(), status, log)
}

fn conclude(title: &str, elapsed: Duration, status: ExitStatus, log: PathBuf) -> Result<Finished, Failure> {
    if status.success() {
        say::line(format_args!("  {title}: done in {}", seconds(elapsed)));
        return Ok(Finished { log });
    }
    let text = read_log(&log);
    for line in worth_showing(&text) {
        say::trouble(format_args!("    | {line}"));
    }
    Err(Failure::new(format!(
        "{title}: failed after {} ({status}); the whole output is in {}",
        seconds(elapsed),
        log.display()
    )))
}

fn show_progress(title: &str, elapsed: Duration, log: &Path) {
    let last = last_line(log);
    if say::watched() {
        let text = format!("  {title} … {}  {last}", seconds(elapsed));
        say::rewrite(&text.chars().take(110).collect::<String>());
    } else {
        say::line(format_args!("    {} so far: {last}", seconds(elapsed)));
    }
}

/// Reads a whole log; a log that cannot be read has nothing to show.
pub(crate) fn read_log(log: &Path) -> String {
    fs::read(log).map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn last_line(log: &Path) -> String {
    const WINDOW: u64 = 2048;
    let mut text = Vec::new();
    let read = File::open(log).and_then(|mut file| {
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(WINDOW)))?;
        file.read_to_end(&mut text)
    });
    if read.is_err() {
        return String::new();
    }
    String::from_utf8_lossy(&text)
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default()
        .to_owned()
}

/// The end of the log, and before it the lines that name an error (a failing test may be far above the end) with what a
/// panic says below its first line.
fn worth_showing(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().collect();
    let (early, end) = lines.split_at(lines.len().saturating_sub(SHOWN_LINES));
    let mut message = 0;
    let mut shown: Vec<&str> = early
        .iter()
        .copied()
        .filter(|line| {
            if line.contains(" panicked at ") {
                message = SHOWN_MESSAGE;
                return true;
            }
            // What follows is how to get a backtrace.
            message = if line.starts_with("note: ") { 0 } else { message.saturating_sub(1) };
            message > 0 || line.starts_with("error") || line.ends_with("... FAILED")
        })
        .take(SHOWN_ERRORS)
        .collect();
    if !shown.is_empty() {
        shown.push("…");
    }
    shown.extend(end);
    shown
}

/// A duration for people: tenths below a minute, minutes and seconds above.
pub(crate) fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_reads_well_at_every_length() {
        assert_eq!(seconds(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(61)), "1 min 01 s");
        assert_eq!(seconds(Duration::from_secs(725)), "12 min 05 s");
    }

    #[test]
    fn a_failure_shows_the_end_and_the_errors_before_it() {
        let early = ["test one ... ok".to_owned(), "test two ... FAILED".to_owned()];
        let late = (0..100).map(|number| format!("line {number}"));
        let text = early.into_iter().chain(late).collect::<Vec<_>>().join("\n");
        let shown = worth_showing(&text);
        assert_eq!(shown[..2], ["test two ... FAILED", "…"]);
        assert_eq!(shown.len(), 2 + SHOWN_LINES);
        assert_eq!(shown.last(), Some(&"line 99"));
    }

    #[test]
    fn a_failure_far_above_the_end_is_shown_with_what_it_says() {
        let early = "thread 'one' (7) panicked at src/screen.rs:139:9:\nwaited in vain until it is there\nthe page says: no\n\
                     note: run with `RUST_BACKTRACE=1`\ntest two ... ok";
        let late = (0..100).map(|number| format!("line {number}"));
        let text = std::iter::once(early.to_owned()).chain(late).collect::<Vec<_>>().join("\n");
        let said = [
            "thread 'one' (7) panicked at src/screen.rs:139:9:",
            "waited in vain until it is there",
            "the page says: no",
            "…",
        ];
        assert_eq!(worth_showing(&text)[..4], said);
    }

    #[test]
    fn a_short_log_is_shown_whole() {
        assert_eq!(worth_showing("error: no\nhelp: yes"), ["error: no", "help: yes"]);
    }
}
