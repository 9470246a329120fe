//! The second screen: the choices.

use super::{ChooseView, FieldView, OptionView, TickView, lists, sites};
use crate::flow::assess::Blocker;
use crate::flow::checks::SiteFacts;
use crate::flow::choices::{Choices, NAME_LIMIT};
use crate::flow::{Intent, Model};
use crate::gather::Gather;
use crate::protocol::date;
use crate::text::{Catalogue, en};

/// The screen, or nothing before there are choices.
pub(super) fn view(model: &Model, words: &Catalogue) -> Option<Box<ChooseView>> {
    let choices = model.choices.as_ref()?;
    let account = model.account()?;
    let organization = model.facts.directory.known().and_then(|directory| directory.organization.as_ref());
    let deployment = model.deployment();
    let wants_secret = model.wants_secret();
    let ends = date::day(date::add_months(model.server_now(), choices.months));
    Some(Box::new(ChooseView {
        tenant: (
            organization.map_or_else(|| account.username.clone(), |it| it.name.clone()),
            organization.map(|it| it.domain.clone()).unwrap_or_default(),
            account.tenant.clone(),
        ),
        home: account.home.clone(),
        other_tenant: super::derive::tenant_field(model, words),
        presets: deployment
            .config
            .presets
            .iter()
            .map(|preset| OptionView {
                value: preset.id.clone(),
                label: preset.name.clone(),
                hint: preset.description.clone(),
                chosen: preset.id == choices.preset,
                disabled: false,
                intent: Intent::Preset(preset.id.clone()),
            })
            .gather(),
        documentation: model
            .preset()
            .and_then(|preset| preset.documentation.clone())
            .map(|address| (words.say(en::PRESET_DOCUMENTATION), address)),
        name: FieldView { value: choices.name.clone(), error: name_error(choices, words) },
        vendor: model.is_vendor(),
        environment: lists::environments(model, choices, words),
        all_companies: choices.companies.is_none(),
        companies: lists::companies(model, choices, words),
        permission_sets: lists::permission_sets(model, choices, words),
        environments_chosen: words.fill(en::SETS_CHOSEN, &[("count", &choices.environments.len().to_string())]),
        permission_sets_chosen: words.fill(en::SETS_CHOSEN, &[("count", &choices.sets.len().to_string())]),
        app_roles: app_roles(model, choices, words),
        want_user: TickView {
            key: "want-user".into(),
            label: words.say(en::WANT_USER),
            hint: words.say(en::WANT_USER_HINT),
            badge: None,
            ticked: choices.want_user,
            disabled: false,
            intent: Intent::WantUser(!choices.want_user),
        },
        exact: exact(model, choices, words),
        routes: if choices.want_user { sites::routes(model, words) } else { Vec::new() },
        want_secret: TickView {
            key: "want-secret".into(),
            label: words.say(en::WANT_SECRET),
            hint: model.valid_secret().and_then(|secret| secret.ends).map_or_else(
                || words.say(en::WANT_SECRET_HINT),
                |ends| words.fill(en::HAS_SECRET_HINT, &[("date", &date::day(ends))]),
            ),
            badge: None,
            ticked: wants_secret,
            disabled: false,
            intent: Intent::WantSecret(!wants_secret),
        },
        months: deployment
            .config
            .credentials
            .months
            .iter()
            .map(|months| OptionView {
                value: months.to_string(),
                label: words.fill(en::MONTHS, &[("months", &months.to_string())]),
                hint: String::new(),
                chosen: *months == choices.months,
                disabled: false,
                intent: Intent::Months(*months),
            })
            .gather(),
        ends: words.fill(en::ENDS, &[("date", &ends)]),
        checks: model.checks().iter().map(|it| sites::check(words, it)).gather(),
        blocked: model.blocker().map(|blocker| match blocker {
            Blocker::Check(key) => words.fill(en::BLOCKED_CHECK, &[("check", words.get(sites::check_label(key)))]),
            Blocker::NoEnvironment => words.say(en::BLOCKED_ENVIRONMENT),
            Blocker::Reading => words.say(en::BLOCKED_READING),
        }),
        resuming: model.interrupted.is_some(),
    }))
}

/// Offered only where it would do something: an application user is there already.
fn exact(model: &Model, choices: &Choices, words: &Catalogue) -> Option<TickView> {
    let has_user = |site: &SiteFacts| matches!(site.user.known(), Some(Some(fact)) if !fact.permissions.is_empty());
    (choices.want_user && (choices.exact || model.facts.sites.iter().any(has_user))).then(|| TickView {
        key: "exact".into(),
        label: words.say(en::EXACT),
        hint: words.say(en::EXACT_HINT),
        badge: None,
        ticked: choices.exact,
        disabled: false,
        intent: Intent::Exact(!choices.exact),
    })
}

fn name_error(choices: &Choices, words: &Catalogue) -> Option<String> {
    if choices.trimmed_name().is_empty() {
        Some(words.say(en::NAME_EMPTY))
    } else if choices.name_fits() {
        None
    } else {
        Some(words.fill(en::NAME_UNFIT, &[("limit", &NAME_LIMIT.to_string())]))
    }
}

fn app_roles(model: &Model, choices: &Choices, words: &Catalogue) -> Vec<TickView> {
    let needed = model.preset().map(|preset| preset.app_roles.as_slice()).unwrap_or_default();
    [
        ("API.ReadWrite.All", en::ROLE_API),
        ("Automation.ReadWrite.All", en::ROLE_AUTOMATION),
        ("AdminCenter.ReadWrite.All", en::ROLE_ADMIN),
    ]
    .into_iter()
    .map(|(value, hint)| {
        let ticked = choices.app_roles.iter().any(|role| role == value);
        TickView {
            key: value.into(),
            label: value.into(),
            hint: words.say(hint),
            badge: needed.iter().any(|role| role == value).then(|| words.say(en::ROLE_NEEDED)),
            ticked,
            disabled: false,
            intent: Intent::AppRole { value: value.into(), chosen: !ticked },
        }
    })
    .gather()
}
