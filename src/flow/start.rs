//! The first event: address, configuration, storage, languages.

use super::effect::Effect;
use super::event::Start;
use super::finding::{Finding, FindingCode};
use super::moment::Out;
use super::{Deployment, Model, Place, Setup, checkpoint, session, theme};
use crate::config::{self, Config, ConfigError, Endpoints, Publisher};
use crate::flow::choices::Choices;
use crate::gather::{Also, Gather};
use crate::protocol::url::{self, Address};
use crate::protocol::{json, oauth};
use crate::text::{self, Catalogue};
use std::rc::Rc;

impl Deployment {
    pub(super) fn nowhere() -> Self {
        Self {
            config: Config {
                client_id: String::new(),
                authority: "organizations".into(),
                publisher: Publisher { name: String::new(), verified_id: None },
                endpoints: Endpoints::worldwide(),
                presets: Vec::new(),
                partner_api: None,
                odata: false,
                guided: false,
                package: false,
                credentials: config::CredentialRules { months: Vec::new(), default_months: 0, max_months: 0 },
                languages: Vec::new(),
                default_language: "en".into(),
                support: None,
                hosts: Vec::new(),
            },
            folder: String::new(),
            home: "/".into(),
            redirect_uri: String::new(),
        }
    }
}

impl Model {
    pub(super) fn start(&mut self, start: Start, out: &mut Out) {
        self.build = start.build;
        self.begin_host(start.surface, out);
        let Some(address) = Address::parse(&start.address).filter(|address| url::is_trustworthy(&address.origin))
        else {
            let origin = url::origin(&start.address).unwrap_or_default();
            self.setup = Setup::Broken(Finding::error(FindingCode::InsecurePage).with("origin", origin));
            return;
        };
        // The address is cleaned before anything else can fail or be sent (sign-in.md 3.2 cases 2 and 9).
        let answer = oauth::read_answer(&address.fragment);
        let home = clean(&address, out);
        let config = start.config.and_then(|text| config::read(&text));
        let config = match config {
            Ok(config) => config,
            Err(error) => {
                self.language = text::negotiate(&start.languages, &["en".into(), "da".into(), "de".into()], "en");
                self.load_text(out);
                self.setup = Setup::Broken(config_finding(&error));
                return;
            }
        };
        self.language = text::negotiate(&start.languages, &config.languages, &config.default_language);
        self.setup = Setup::Ready;
        self.deployment = Rc::new(Deployment {
            folder: address.folder(),
            redirect_uri: format!("{}redirect.html", address.folder()),
            home,
            config,
        });
        let deployment = self.shared_deployment();
        self.choices = self.first_choices();

        let (records, kept): (Vec<_>, Vec<_>) =
            start.storage.unwrap_or_default().into_iter().partition(|(key, _)| key.starts_with(session::RECORD));
        let memory = kept.iter().find(|(key, _)| key == checkpoint::KEY).map(|(_, text)| text.as_str());
        self.restore(memory.and_then(|text| checkpoint::read(text, &deployment.config)));
        if answer.is_none() {
            self.preselect(url::pairs(&address.query), false, out);
        }
        self.load_text(out);
        if answer.is_none() && self.interrupted.is_some() {
            self.notices.push(Finding::info(FindingCode::Interrupted));
        }
        self.place = Place::Welcome;
        let returning = answer.is_some();
        self.read_sign_in(answer, records, out);
        if !returning {
            self.locate_ahead(out);
        }
    }

    /// The choices before anybody chose.
    pub(super) fn first_choices(&self) -> Option<Choices> {
        let deployment = self.deployment();
        deployment.config.presets.first().map(|preset| Choices::of_preset(&deployment.config, preset))
    }

    /// Takes up what the checkpoint remembers.
    fn restore(&mut self, memory: Option<checkpoint::Checkpoint>) {
        let Some(memory) = memory else { return };
        self.choices = Some(memory.choices);
        self.interrupted = memory.interrupted;
        if let Some(language) = memory.language {
            self.language = language;
        }
    }

    /// Query parameters may preselect, and nothing else (design section 8); a host may name a company and colours too.
    pub(super) fn preselect(&mut self, pairs: Vec<(String, String)>, host: bool, out: &mut Out) {
        let deployment = self.shared_deployment();
        let mut looks = Vec::new();
        for (name, value) in pairs {
            let accepted = match (name.as_str(), &mut self.choices) {
                ("preset", Some(choices)) => match deployment.preset(&value) {
                    Some(preset) => {
                        choices.change_preset(&deployment.config, preset);
                        true
                    }
                    None => false,
                },
                ("environment", Some(choices)) => {
                    let sound = is_environment_name(&value);
                    if sound {
                        choices.tick_environment(value.trim(), true);
                    }
                    sound
                }
                ("tenant", _) => {
                    let sound = is_tenant_name(&value);
                    if sound {
                        self.tenant_typed.clone_from(&value);
                    }
                    sound
                }
                ("lang", _) => {
                    let sound = deployment.config.languages.contains(&value);
                    if sound {
                        self.language.clone_from(&value);
                    }
                    sound
                }
                ("company", Some(choices)) if host => {
                    let sound = (1..=30).contains(&value.chars().count()) && !value.contains(char::is_control);
                    if sound {
                        choices.companies = Some(vec![value.clone()]);
                    }
                    sound
                }
                (look, _) if host => {
                    let property = look.strip_prefix("theme.").and_then(|look| theme::property(look, &value));
                    looks.also(property.map(|property| (property, value)));
                    property.is_some()
                }
                _ => oauth::is_answer_parameter(&name),
            };
            if !accepted {
                let name: String = name.chars().filter(|sign| !sign.is_control()).take(40).collect();
                self.notices.push(Finding::info(FindingCode::LinkIgnored).with("name", name));
            }
        }
        if !looks.is_empty() {
            out.push(Effect::Theme(looks));
        }
    }

    pub(super) fn load_text(&mut self, out: &mut Out) {
        if self.language == "en" {
            self.catalogue = Rc::default();
        } else if self.catalogue.language() != self.language {
            out.push(Effect::LoadText { language: self.language.clone() });
        }
    }

    pub(super) fn text_loaded(&mut self, language: &str, text: Option<&str>) {
        if language != self.language {
            return;
        }
        match text.and_then(|text| catalogue(language, text)) {
            Some(catalogue) => self.catalogue = Rc::new(catalogue),
            // English is always there: better an English page than none.
            None => "en".clone_into(&mut self.language),
        }
    }
}

/// The path to show instead of this address when a server's answer stands in it. The browser shows it before it sends
/// its first request (sign-in.md 4.3 rule 10); `Event::Started` still carries the whole address.
pub fn cleaned(address: &str) -> Option<String> {
    let address = Address::parse(address)?;
    let path = clean_path(&address);
    (path != original(&address)).then_some(path)
}

fn original(address: &Address) -> String {
    let path = address.path_and_query();
    if address.fragment.is_empty() { path } else { format!("{path}#{}", address.fragment) }
}

/// Takes the server's parameters out of query and fragment, keeps everything else, and says so to the browser when
/// something was taken. Returns path and query to come back to.
fn clean(address: &Address, out: &mut Out) -> String {
    let path = clean_path(address);
    let home = path.split('#').next().unwrap_or("/").to_owned();
    if path != original(address) {
        out.push(Effect::CleanAddress { path });
    }
    home
}

fn clean_path(address: &Address) -> String {
    let ours = |text: &str| -> String {
        text.split('&')
            .filter(|part| {
                let name = url::decode(part.split('=').next().unwrap_or(""));
                !part.is_empty() && !oauth::is_answer_parameter(&name)
            })
            .gather()
            .join("&")
    };
    let (query, fragment) = (ours(&address.query), ours(&address.fragment));
    let home = Address { query, ..address.clone() }.path_and_query();
    let home = if url::is_local_path(&home) { home } else { "/".to_owned() };
    if fragment.is_empty() { home } else { format!("{home}#{fragment}") }
}

/// A language file; `None` when it is no object of texts, or not one for this program.
fn catalogue(language: &str, text: &str) -> Option<Catalogue> {
    let value = json::parse(text).ok()?;
    let members = value.as_object()?;
    // A member that is no text is left out, and then its key is missing.
    Catalogue::with(language, members.iter().filter_map(|(key, text)| Some((key.as_str(), text.as_str()?))))
}

fn config_finding(error: &ConfigError) -> Finding {
    match error {
        ConfigError::Missing(detail) => Finding::error(FindingCode::ConfigMissing).with("detail", detail.clone()),
        ConfigError::Wrong(misread) => Finding::error(FindingCode::ConfigWrong)
            .with("at", misread.at.clone())
            .with("problem", misread.problem.clone()),
        ConfigError::NotRegistered => Finding::error(FindingCode::NotRegistered),
    }
}

/// What an environment may be called: a letter first, then letters, digits, hyphens and underscores, fewer than 30.
/// Source: Microsoft's administration center API, error `environmentNameNotValid`
/// (MicrosoftDocs/dynamics365smb-devitpro-pb `dev-itpro/administration/administration-center-api.md`).
pub(super) fn is_environment_name(text: &str) -> bool {
    let text = text.trim();
    text.len() < 30
        && text.starts_with(|sign: char| sign.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// A domain or a tenant id.
pub(super) fn is_tenant_name(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && text.len() <= 255
        && text.contains(['.', '-'])
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_object_of_all_texts_is_a_language() {
        let members: Vec<_> = text::all().map(|message| format!("\"{}\":\"ord\"", message.key())).collect();
        let whole = format!("{{{}}}", members.join(","));
        assert_eq!(catalogue("da", &whole).map(|it| it.language().to_owned()), Some("da".to_owned()));
        assert_eq!(catalogue("da", &whole.replacen("\"ord\"", "1", 1)), None);
        assert_eq!(catalogue("da", r#"{"A":"b"}"#), None);
        assert_eq!(catalogue("da", "[]"), None);
        assert_eq!(catalogue("da", ""), None);
    }
}
