//! What survives a page load: the choices, and what a run was in the middle of. It is a hint only; after a reload
//! everything is read from Entra and Business Central again. Nothing secret, nothing that outlives the tab.

use super::choices::Choices;
use super::effect::Effect;
use super::moment::Out;
use super::{Model, Place};
use crate::config::Config;
use crate::gather::Gather;
use crate::protocol::json::{self, Value, json, texts};

/// Key in this tab's storage.
pub const KEY: &str = "entrada.checkpoint";

const VERSION: u64 = 1;

/// A run that had begun and whose end nobody saw.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interrupted {
    /// Display names of the secrets it tried to make and that were never stored by the person.
    pub secrets: Vec<String>,
}

/// The record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Choices.
    pub choices: Choices,
    /// Set while a run is under way.
    pub interrupted: Option<Interrupted>,
    /// A language the person chose.
    pub language: Option<String>,
}

/// Reads a record; another version or shape is dropped, never guessed.
pub fn read(text: &str, config: &Config) -> Option<Checkpoint> {
    let value = json::parse(text).ok()?;
    if value["v"].as_u64() != Some(VERSION) {
        return None;
    }
    let secrets = |list: &Value| -> Option<Vec<String>> {
        list.as_list()?.iter().map(|item| item.as_str().map(str::to_owned)).gather_all()
    };
    Some(Checkpoint {
        choices: Choices::from_json(&value["choices"], config)?,
        interrupted: secrets(&value["run"]["secrets"]).map(|secrets| Interrupted { secrets }),
        language: value["language"]
            .as_str()
            .filter(|tag| config.languages.iter().any(|known| known == tag))
            .map(str::to_owned),
    })
}

impl Model {
    /// Writes the record.
    pub(super) fn save_checkpoint(&self, out: &mut Out) {
        let Some(choices) = &self.choices else { return };
        let run = match (&self.run, self.place) {
            (Some(run), Place::Run | Place::HandOver) => Some(json!({ "secrets": texts(&run.unstored_secrets()) })),
            _ => self.interrupted.as_ref().map(|interrupted| json!({ "secrets": texts(&interrupted.secrets) })),
        };
        let record = json!({ "v": VERSION, "choices": choices.to_json(), "run": run, "language": &self.language });
        out.push(Effect::Store { key: KEY.into(), value: record.to_line() });
    }
}
