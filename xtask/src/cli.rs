//! Reads the command line. Decides nothing else; an argument it does not know is an error with the usage text.

use std::fmt;

/// What to print when asked for help or when a command line makes no sense.
pub(crate) const USAGE: &str = "\
Usage: cargo xtask <command>

  demo [--port N] [--no-open]   set up what is missing, build, start the local Microsoft cloud and the page
  test [flag]                   run every tier; --fast only those that need no browser,
                                --deep adds mutants and the check of dependencies,
                                --strangers only Microsoft's library and an OpenID provider against the built page
  build [--base /path/]         make dist/ for any static host and print its sizes
  headers [--config FILE]       write _headers, staticwebapp.config.json and nginx.conf for www/config.json
                                --config names another one, --out FOLDER another place than beside it
  size [--record]               sizes of the dist/ that is there, against tests/size-budget.txt;
                                --record writes them down as the last measured
  screenshots                   walk through the journey and keep a picture of every screen
  simulate [flags]              play seeded schedules of faults (10,000 from 0) and print their outcomes;
                                --seeds N, --from S say which, --seed S plays one and tells its whole story,
                                --mutations breaks each rule of the page in a copy and sees it found
  bench                         how long a person waits over a long line, beside the order of the AL wizard
  doctor                        what this machine has, what it lacks, and how to get it
  help                          this text";

/// One command with its choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Doctor,
    Build { base: Option<String> },
    Headers { config: Option<String>, out: Option<String> },
    Size { record: bool },
    Demo { port: Option<u16>, open: bool },
    Test(Depth),
    Bench,
    Simulate { arguments: Vec<String> },
    Screenshots,
}

/// How much `test` runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Formatting, lints and native tests of the host.
    Fast,
    /// Everything a change must pass.
    Whole,
    /// Also what takes too long for every change.
    Deep,
    /// Only programs nobody here wrote, against the page that is built.
    Strangers,
}

/// A command line that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum UsageError {
    NoCommand,
    UnknownCommand(String),
    UnknownArgument { command: String, argument: String },
    MissingValue(&'static str),
    BadPort(String),
    BadNumber(String),
    BadBase(String),
    Contradiction,
}

impl fmt::Display for UsageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCommand => write!(formatter, "no command given"),
            Self::UnknownCommand(command) => write!(formatter, "there is no command `{command}`"),
            Self::UnknownArgument { command, argument } => {
                write!(formatter, "`{command}` does not know `{argument}`")
            }
            Self::MissingValue(flag) => write!(formatter, "`{flag}` needs a value"),
            Self::BadPort(value) => {
                write!(formatter, "`{value}` is not a port; allowed are 1 to 65535")
            }
            Self::BadNumber(value) => write!(formatter, "`{value}` is not a number"),
            Self::BadBase(value) => write!(
                formatter,
                "`{value}` is not a base path; it must begin and end with a slash, for example /setup/"
            ),
            Self::Contradiction => write!(formatter, "choose one of --fast, --deep, --strangers"),
        }
    }
}

/// Reads the arguments after `cargo xtask`.
pub(crate) fn parse(arguments: &[String]) -> Result<Command, UsageError> {
    let Some((command, rest)) = arguments.split_first() else {
        return Err(UsageError::NoCommand);
    };
    let mut rest = rest.iter().map(String::as_str);
    let unknown =
        |argument: &str| UsageError::UnknownArgument { command: command.clone(), argument: argument.to_owned() };
    match command.as_str() {
        "help" | "--help" | "-h" => Ok(Command::Help),
        "doctor" => alone(rest, Command::Doctor, unknown),
        "simulate" => {
            let mut arguments: Vec<String> = Vec::new();
            while let Some(argument) = rest.next() {
                arguments.push(argument.to_owned());
                let flag = match argument {
                    "--stop" | "--mutations" => continue,
                    "--seeds" => "--seeds",
                    "--from" => "--from",
                    "--seed" => "--seed",
                    other => return Err(unknown(other)),
                };
                arguments.push(number(rest.next().ok_or(UsageError::MissingValue(flag))?)?);
            }
            Ok(Command::Simulate { arguments })
        }
        "bench" => alone(rest, Command::Bench, unknown),
        "screenshots" => alone(rest, Command::Screenshots, unknown),
        "size" => match rest.next() {
            None => Ok(Command::Size { record: false }),
            Some("--record") => alone(rest, Command::Size { record: true }, unknown),
            Some(other) => Err(unknown(other)),
        },
        "build" => {
            let mut base = None;
            while let Some(argument) = rest.next() {
                match argument {
                    "--base" => base = Some(base_path(rest.next())?),
                    other => return Err(unknown(other)),
                }
            }
            Ok(Command::Build { base })
        }
        "headers" => {
            let (mut config, mut out) = (None, None);
            while let Some(argument) = rest.next() {
                let (place, flag) = match argument {
                    "--config" => (&mut config, "--config"),
                    "--out" => (&mut out, "--out"),
                    other => return Err(unknown(other)),
                };
                *place = Some(rest.next().ok_or(UsageError::MissingValue(flag))?.to_owned());
            }
            Ok(Command::Headers { config, out })
        }
        "demo" => {
            let (mut port, mut open) = (None, true);
            while let Some(argument) = rest.next() {
                match argument {
                    "--port" => port = Some(port_number(rest.next())?),
                    "--no-open" => open = false,
                    other => return Err(unknown(other)),
                }
            }
            Ok(Command::Demo { port, open })
        }
        "test" => {
            let mut depth = None;
            for argument in rest {
                let asked = match argument {
                    "--fast" => Depth::Fast,
                    "--deep" => Depth::Deep,
                    "--strangers" => Depth::Strangers,
                    other => return Err(unknown(other)),
                };
                if depth.is_some_and(|earlier| earlier != asked) {
                    return Err(UsageError::Contradiction);
                }
                depth = Some(asked);
            }
            Ok(Command::Test(depth.unwrap_or(Depth::Whole)))
        }
        other => Err(UsageError::UnknownCommand(other.to_owned())),
    }
}

fn alone<'a>(
    mut rest: impl Iterator<Item = &'a str>,
    command: Command,
    unknown: impl Fn(&str) -> UsageError,
) -> Result<Command, UsageError> {
    rest.next().map_or(Ok(command), |argument| Err(unknown(argument)))
}

/// A count or a seed; `1_000_000` is one too.
fn number(value: &str) -> Result<String, UsageError> {
    let digits = value.replace('_', "");
    let bad = || UsageError::BadNumber(value.to_owned());
    digits.parse::<u64>().map(|number| number.to_string()).map_err(|_| bad())
}

fn port_number(value: Option<&str>) -> Result<u16, UsageError> {
    let value = value.ok_or(UsageError::MissingValue("--port"))?;
    match value.parse() {
        Ok(0) | Err(_) => Err(UsageError::BadPort(value.to_owned())),
        Ok(port) => Ok(port),
    }
}

fn base_path(value: Option<&str>) -> Result<String, UsageError> {
    let value = value.ok_or(UsageError::MissingValue("--base"))?;
    let plain = value.chars().all(|character| character.is_ascii_alphanumeric() || "/-_.~".contains(character));
    if plain && value.starts_with('/') && value.ends_with('/') && !value.contains("//") {
        Ok(value.to_owned())
    } else {
        Err(UsageError::BadBase(value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, UsageError> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&arguments)
    }

    #[test]
    fn every_command_of_the_usage_text_is_understood() {
        for line in USAGE.lines().filter(|line| line.starts_with("  ")) {
            let word = line.split_whitespace().next().unwrap_or_default();
            if word.is_empty() || word.starts_with('-') {
                continue;
            }
            assert!(read(word).is_ok(), "{word}");
        }
    }

    #[test]
    fn flags_are_read_in_any_order() {
        assert_eq!(read("demo --no-open --port 4000"), Ok(Command::Demo { port: Some(4000), open: false }));
        assert_eq!(read("demo --port 4000 --no-open"), read("demo --no-open --port 4000"));
        assert_eq!(read("test --deep"), Ok(Command::Test(Depth::Deep)));
        assert_eq!(read("test --strangers"), Ok(Command::Test(Depth::Strangers)));
        assert_eq!(read("test"), Ok(Command::Test(Depth::Whole)));
        assert_eq!(read("build --base /setup/"), Ok(Command::Build { base: Some("/setup/".to_owned()) }));
        let headers = Command::Headers { config: Some("a.json".to_owned()), out: Some("b".to_owned()) };
        assert_eq!(read("headers --out b --config a.json"), Ok(headers));
        assert_eq!(read("size --record"), Ok(Command::Size { record: true }));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        assert_eq!(read(""), Err(UsageError::NoCommand));
        assert_eq!(read("tset"), Err(UsageError::UnknownCommand("tset".to_owned())));
        assert_eq!(
            read("doctor --please"),
            Err(UsageError::UnknownArgument { command: "doctor".to_owned(), argument: "--please".to_owned() })
        );
        assert_eq!(read("demo --port"), Err(UsageError::MissingValue("--port")));
        assert_eq!(read("headers --config"), Err(UsageError::MissingValue("--config")));
        for port in ["0", "65536", "-1", "http"] {
            assert_eq!(read(&format!("demo --port {port}")), Err(UsageError::BadPort(port.to_owned())));
        }
        for base in ["setup", "/setup", "setup/", "//evil/", "/a?b/", "/a\"b/"] {
            assert_eq!(read(&format!("build --base {base}")), Err(UsageError::BadBase(base.to_owned())));
        }
        assert_eq!(read("test --fast --deep"), Err(UsageError::Contradiction));
    }
}
