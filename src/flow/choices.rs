//! What the person chose, as it survives a sign-in: names and numbers only, nothing secret.

use super::route::RouteKind;
use crate::config::{Config, Preset, PresetKind};
use crate::gather::Gather;
use crate::protocol::business_central::PermissionSet;
use crate::protocol::json::{Value, json, texts};

/// Longest application name, in UTF-16 as Microsoft's services count: 120 for work accounts, 90 once personal ones are allowed (graph.md 13).
pub const NAME_LIMIT: usize = 90;

/// Longest description of the record, which becomes the user name (business-central.md 3.1).
pub const DESCRIPTION_LIMIT: usize = 50;

/// The role that opens the admin center and no environment (business-central.md 1.2).
pub const ADMIN_ROLE: &str = "AdminCenter.ReadWrite.All";

/// The key of a permission set: the role id alone is not unique.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SetKey {
    /// Role id.
    pub role_id: String,
    /// Extension.
    pub app_id: String,
    /// `System` or `Tenant`.
    pub scope: String,
}

impl SetKey {
    /// The key of a set.
    pub fn of(set: &PermissionSet) -> Self {
        Self { role_id: set.role_id.clone(), app_id: set.app_id.clone(), scope: set.scope.clone() }
    }

    /// One text, for lists on the screen.
    pub fn word(&self) -> String {
        format!("{}|{}|{}", self.scope, self.app_id, self.role_id)
    }
}

/// Which application is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The one with our unique name, made if missing.
    Ours,
    /// One that exists, by client id.
    Existing(String),
}

/// All choices of one set-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// Preset id.
    pub preset: String,
    /// Display name of the application.
    pub name: String,
    /// Tells several set-ups of one preset apart; part of the unique name.
    pub instance: String,
    /// Which application.
    pub target: Target,
    /// Environments, in the order they were chosen; each becomes a lane of its own.
    pub environments: Vec<String>,
    /// Their names are typed, because the list was refused.
    pub typed: bool,
    /// `None` is all companies, else their names. Holds for every environment.
    pub companies: Option<Vec<String>>,
    /// Ticked permission sets.
    pub sets: Vec<SetKey>,
    /// Sets the preset wants that could not yet be matched with the environment's list.
    pub wanted_sets: Vec<String>,
    /// Values of the application roles.
    pub app_roles: Vec<String>,
    /// Whether the record in Business Central is made.
    pub want_user: bool,
    /// Routes the person chose, by environment; elsewhere the best one is taken.
    pub routes: Vec<(String, RouteKind)>,
    /// Whether the application user ends with exactly the chosen sets: others it has are taken away.
    pub exact: bool,
    /// Whether a secret is made; `None` makes one when the application has no valid one.
    pub want_secret: Option<bool>,
    /// Lifetime of the secret.
    pub months: u32,
}

impl Choices {
    /// The choices a preset stands for.
    pub fn of_preset(config: &Config, preset: &Preset) -> Self {
        Self {
            preset: preset.id.clone(),
            name: preset.application_name.clone(),
            instance: "main".into(),
            target: match &preset.kind {
                PresetKind::Own => Target::Ours,
                PresetKind::Vendor { client_id } => Target::Existing(client_id.clone()),
            },
            environments: Vec::new(),
            typed: false,
            companies: None,
            sets: Vec::new(),
            wanted_sets: preset.role_ids(),
            app_roles: preset.app_roles.clone(),
            want_user: preset.application_user,
            routes: Vec::new(),
            exact: false,
            want_secret: None,
            months: config.credentials.default_months,
        }
    }

    /// Another preset, keeping what does not depend on it.
    pub fn change_preset(&mut self, config: &Config, preset: &Preset) {
        let fresh = Self::of_preset(config, preset);
        *self = Self {
            environments: std::mem::take(&mut self.environments),
            typed: self.typed,
            companies: self.companies.take(),
            routes: std::mem::take(&mut self.routes),
            months: self.months,
            ..fresh
        };
    }

    /// Chooses an environment, or no longer.
    pub fn tick_environment(&mut self, name: &str, chosen: bool) {
        tick(&mut self.environments, name, chosen);
    }

    /// The route chosen for an environment.
    pub fn route_for(&self, environment: &str) -> Option<RouteKind> {
        self.routes.iter().find(|(of, _)| of == environment).map(|(_, route)| *route)
    }

    /// Chooses the route of an environment.
    pub fn set_route(&mut self, environment: String, route: RouteKind) {
        self.routes.retain(|(of, _)| *of != environment);
        self.routes.push((environment, route));
    }

    /// Whether there has to be an environment: not for an application that only administers them.
    pub fn needs_environment(&self) -> bool {
        self.want_user || self.app_roles.iter().any(|role| role != ADMIN_ROLE)
    }

    /// The key under which the application is found again (design section 5).
    pub fn unique_name(&self) -> String {
        format!("entrada-{}-{}", self.preset, self.instance)
    }

    /// The name as it will be sent.
    pub fn trimmed_name(&self) -> &str {
        self.name.trim()
    }

    /// True when the name can be an application's: not empty, not too long, one line, no direction tricks.
    pub fn name_fits(&self) -> bool {
        let name = self.trimmed_name();
        name.encode_utf16().count() <= NAME_LIMIT
            && !name.chars().any(|sign| sign.is_control() || is_direction_mark(sign))
    }

    /// The description of the record: unique by the first digits of the client id, because user names must be unique
    /// and the guided route finds the user by this text alone (business-central.md 3.6).
    pub fn description(&self, client_id: &str) -> String {
        // In the plan the client id may be a placeholder in braces, which says nothing unless it is whole.
        let digits = if client_id.starts_with('{') { usize::MAX } else { 8 };
        let suffix: String = client_id.chars().take(digits).collect();
        let mut room = DESCRIPTION_LIMIT - suffix.len() - 1;
        // Business Central counts as its database does, in UTF-16: an emoji takes two places.
        let fits = |sign: &char| {
            let left = room.checked_sub(sign.len_utf16());
            room = left.unwrap_or(0);
            left.is_some()
        };
        let name: String = self.trimmed_name().chars().take_while(fits).collect();
        format!("{} {suffix}", name.trim_end())
    }

    /// Written into the checkpoint.
    pub(super) fn to_json(&self) -> Value {
        let parts = |set: &SetKey| Value::List([&set.role_id, &set.app_id, &set.scope].map(Value::from).into());
        let sets: Vec<Value> = self.sets.iter().map(parts).gather();
        let route =
            |(of, route): &(String, RouteKind)| Value::List([of.as_str(), route.word()].map(Value::from).into());
        let routes: Vec<Value> = self.routes.iter().map(route).gather();
        json!({
            "preset": &self.preset, "name": &self.name, "instance": &self.instance,
            "existing": match &self.target { Target::Ours => None, Target::Existing(id) => Some(id) },
            "environments": texts(&self.environments), "typed": self.typed, "exact": self.exact,
            "companies": self.companies.as_deref().map(texts), "sets": sets,
            "wantedSets": texts(&self.wanted_sets), "appRoles": texts(&self.app_roles), "wantUser": self.want_user,
            "routes": routes, "wantSecret": self.want_secret, "months": self.months,
        })
    }

    /// Read from the checkpoint; whatever does not fit the configuration of today falls back to the preset.
    pub(super) fn from_json(value: &Value, config: &Config) -> Option<Self> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let texts = |name: &str| -> Option<Vec<String>> {
            value[name].as_list()?.iter().map(|item| item.as_str().map(str::to_owned)).gather_all()
        };
        let preset = config.presets.iter().find(|preset| Some(preset.id.as_str()) == value["preset"].as_str())?;
        let mut choices = Self::of_preset(config, preset);
        choices.name = text("name")?;
        choices.instance = text("instance")?;
        if let (PresetKind::Own, Some(id)) = (&preset.kind, text("existing")) {
            choices.target = Target::Existing(id);
        }
        choices.environments = texts("environments")?;
        choices.typed = value["typed"] == true;
        choices.exact = value["exact"] == true;
        choices.companies = texts("companies");
        choices.sets = value["sets"]
            .as_list()?
            .iter()
            .map(|set| {
                let part = |index: usize| set[index].as_str().map(str::to_owned);
                Some(SetKey { role_id: part(0)?, app_id: part(1)?, scope: part(2)? })
            })
            .gather_all()?;
        choices.wanted_sets = texts("wantedSets")?;
        choices.app_roles = texts("appRoles")?;
        choices.want_user = value["wantUser"] != false;
        choices.routes = value["routes"]
            .as_list()?
            .iter()
            .filter_map(|pair| Some((pair[0].as_str()?.to_owned(), RouteKind::from_word(pair[1].as_str()?)?)))
            .gather();
        choices.want_secret = value["wantSecret"].as_bool();
        let months = value["months"].as_u64().and_then(|months| u32::try_from(months).ok());
        if let Some(months) = months.filter(|months| config.credentials.months.contains(months)) {
            choices.months = months;
        }
        Some(choices)
    }
}

/// Keeps what fits of a list. One loop for all lists of texts.
#[inline(never)]
pub(super) fn keep(list: &mut Vec<String>, fits: &mut dyn FnMut(&str) -> bool) {
    list.retain(|text| fits(text));
}

/// Puts a name on a list, last, or takes it away.
#[inline(never)]
pub(super) fn tick(list: &mut Vec<String>, name: &str, chosen: bool) {
    keep(list, &mut |known| known != name);
    if chosen {
        list.push(name.to_owned());
    }
}

/// Unicode's explicit direction controls: legitimate right-to-left names do not need them, and they can make one
/// name look like another (Unicode TR 36 section 2.7).
fn is_direction_mark(sign: char) -> bool {
    matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    fn config() -> Config {
        let text = include_str!("../../www/config.json")
            .replace("00000000-0000-0000-0000-000000000000", "c0ffee00-e474-4da0-8000-000000000001");
        config::read(&text).unwrap()
    }

    #[test]
    fn choices_survive_a_checkpoint() {
        let config = config();
        let mut choices = Choices::of_preset(&config, &config.presets[0]);
        choices.environments = vec!["Sandbox".into(), "Production".into()];
        choices.exact = true;
        choices.companies = Some(vec!["CRONUS \"A/S\"".into()]);
        choices.sets.push(SetKey { role_id: "D365 READ".into(), app_id: "a".into(), scope: "System".into() });
        choices.set_route("Sandbox".into(), RouteKind::Guided);
        choices.want_secret = Some(false);
        assert_eq!(Choices::from_json(&choices.to_json(), &config), Some(choices));
    }

    #[test]
    fn a_checkpoint_of_another_shape_is_dropped() {
        let config = config();
        assert_eq!(Choices::from_json(&json!({ "preset": "gone" }), &config), None);
        assert_eq!(Choices::from_json(&Value::List(Vec::new()), &config), None);
    }

    #[test]
    fn descriptions_are_short_and_unique() {
        let config = config();
        let mut choices = Choices::of_preset(&config, &config.presets[0]);
        choices.name = "Ünïcode 🍕 ".repeat(20);
        let description = choices.description("1a2b3c4d-0000");
        assert!(description.encode_utf16().count() <= DESCRIPTION_LIMIT && description.ends_with(" 1a2b3c4d"));
        assert!(choices.description("{client id}").ends_with(" {client id}"));
    }

    #[test]
    fn names_that_hide_their_direction_do_not_fit() {
        let config = config();
        let mut choices = Choices::of_preset(&config, &config.presets[0]);
        for (name, fits) in [("متجر", true), ("O'Brien \"Shop\" 🍕", true), ("a\u{202e}b", false), ("a\nb", false)]
        {
            choices.name = name.into();
            assert_eq!(choices.name_fits(), fits, "{name:?}");
        }
        choices.name = "x".repeat(121);
        assert!(!choices.name_fits());
    }
}
