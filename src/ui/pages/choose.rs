//! Screen 2: the choices, and beside them what is so in the tenant.

use yew::prelude::*;

use crate::flow::Intent;
use crate::gather::Gather;
use crate::text::{Message, screens as words};
use crate::ui::cx::Cx;
use crate::ui::el::{El, el, many, of};
use crate::ui::parts::button::{Rank, button, main_button};
use crate::ui::parts::checklist::checklist;
use crate::ui::parts::list::{list, reading};
use crate::ui::parts::{card, card_with, check_row, field, head, link, more, notice, state};
use crate::view_model::{
    CheckState, CheckView, ChooseView, EnvironmentView, ListView, OptionView, RouteView, Severity, TickView,
};

pub(crate) fn page(cx: &Cx, view: &ChooseView) -> Html {
    let resuming = view.resuming.then(|| notice::remark(Severity::Info, "", cx.say(words::CHOOSE_RESUME)));
    many(vec![
        head(cx.say(words::CHOOSE_TITLE), cx.say(words::CHOOSE_LEDE)),
        resuming.unwrap_or_default(),
        of("div", "page__columns")
            .add(
                of("div", "page__stack")
                    .add(integration(cx, view))
                    .add(reach(cx, view))
                    .add(registration(cx, view))
                    .add(credential(cx, view)),
            )
            .add(of("aside", "page__stack page__side").add(tenant(cx, view)).add(checks(cx, view)))
            .into(),
        bar(cx, view),
    ])
}

fn integration(cx: &Cx, view: &ChooseView) -> El {
    let about = view.documentation.as_ref().map(|(label, address)| link(label, address));
    card(cx, words::CHOOSE_WHAT)
        .add(el("div").add(field::select(cx, "preset", words::PRESET, &view.presets)).maybe(about))
        .add(field::text(cx, "name", words::CHOOSE_NAME, words::CHOOSE_NAME_HINT, &view.name, Intent::Name))
}

fn reach(cx: &Cx, view: &ChooseView) -> El {
    let companies = (!view.all_companies)
        .then(|| of("div", "nested").add(ticks(cx, "companies", words::COMPANIES, &view.companies, "")));
    let sets =
        ticks(cx, "permission-sets", words::PERMISSION_SETS, &view.permission_sets, &view.permission_sets_chosen);
    card(cx, words::CHOOSE_WHERE)
        .add(environment(cx, view))
        .add(
            el("div")
                .add(field::radios(cx, "all-companies", words::COMPANIES, &which_companies(cx, view), false))
                .maybe(companies),
        )
        .add(group(cx, words::PERMISSION_SETS, words::PERMISSION_SETS_HINT).add(sets))
        .add(
            group(cx, words::APP_ROLES, words::APP_ROLES_HINT)
                .all(view.app_roles.iter().map(|role| field::tick(cx, role))),
        )
}

fn group(cx: &Cx, legend: Message, hint: Message) -> El {
    of("fieldset", "field").add(of("legend", "field__label").say(cx, legend)).add(of("p", "field__hint").say(cx, hint))
}

fn ticks(cx: &Cx, id: &'static str, label: Message, items: &ListView<TickView>, chosen: &str) -> Html {
    list(cx, items, |items| checklist(cx, id, cx.say(label), items, chosen))
}

fn which_companies(cx: &Cx, view: &ChooseView) -> [OptionView; 2] {
    [(true, words::COMPANIES_ALL), (false, words::COMPANIES_SOME)].map(|(all, label)| OptionView {
        value: all.to_string(),
        label: cx.say(label).to_owned(),
        hint: String::new(),
        chosen: view.all_companies == all,
        disabled: false,
        intent: Intent::AllCompanies(all),
    })
}

fn environment(cx: &Cx, view: &ChooseView) -> Html {
    let names = |items: &[TickView]| {
        checklist(cx, "environments", cx.say(words::ENVIRONMENTS), items, &view.environments_chosen)
    };
    let content = match &view.environment {
        EnvironmentView::Reading => reading(cx.say(words::ENVIRONMENT_READING)),
        EnvironmentView::Listed(items) => names(items),
        EnvironmentView::Typed { found, field, finding, probing } => {
            let state = match (*probing, found.is_empty()) {
                (true, _) => reading(cx.say(words::ENVIRONMENT_PROBING)),
                (false, false) => state::check(CheckState::Pass, cx.say(words::ENVIRONMENT_FOUND)).into(),
                (false, true) => Html::default(),
            };
            let look = button(cx, cx.say(words::ENVIRONMENT_PROBE), Rank::Secondary, &Intent::Probe);
            many(vec![
                notice::notice(cx, finding).into(),
                field::text(
                    cx,
                    "environment",
                    words::ENVIRONMENT,
                    words::ENVIRONMENT_TYPED_HINT,
                    field,
                    Intent::EnvironmentTyped,
                ),
                of("div", "actions").add(look).add(state).into(),
                if found.is_empty() { Html::default() } else { names(found) },
            ])
        }
    };
    group(cx, words::ENVIRONMENTS, words::ENVIRONMENTS_HINT).add(content).into()
}

fn registration(cx: &Cx, view: &ChooseView) -> El {
    let several = view.routes.len() > 1;
    card(cx, words::CHOOSE_USER)
        .add(field::tick(cx, &view.want_user))
        .maybe(view.exact.as_ref().map(|exact| field::tick(cx, exact)))
        .all(view.routes.iter().map(|route| way(cx, route, several)))
}

/// Which way the application is registered in one environment, and why; changing it is one click away.
fn way(cx: &Cx, route: &RouteView, several: bool) -> El {
    let name = ["route-", &route.environment].concat();
    let title = several.then(|| el("b").text(&route.environment));
    let options = el("div").add(field::radios(cx, &name, words::ROUTE, &route.options, false));
    of("div", "way").key(&route.environment).maybe(title).add(el("p").text(&route.why)).add(more(
        cx.say(words::ROUTE_CHANGE),
        false,
        options,
    ))
}

fn credential(cx: &Cx, view: &ChooseView) -> El {
    let card = card(cx, words::CHOOSE_CREDENTIAL);
    if view.vendor {
        return card.add(of("p", "quiet").say(cx, words::VENDOR_CREDENTIAL));
    }
    let lifetime = view.want_secret.ticked.then(|| {
        el("div")
            .add(field::radios(cx, "months", words::SECRET_LIFETIME, &view.months, true))
            .add(of("p", "field__hint").text(&view.ends))
    });
    card.add(field::tick(cx, &view.want_secret)).maybe(lifetime)
}

fn tenant(cx: &Cx, view: &ChooseView) -> El {
    let (name, domain, id) = &view.tenant;
    let home = view.home.as_ref().map(|id| of("p", "quiet").text(&cx.fill(words::CHOOSE_HOME, &[("id", id)])));
    let other = field::text(cx, "tenant", words::TENANT, words::TENANT_HINT, &view.other_tenant, Intent::TenantTyped);
    let go =
        button(cx, cx.say(words::SWITCH_TENANT), Rank::Secondary, &Intent::SwitchTenant).set("id", "switch-tenant");
    card_with(name, domain)
        .add(of("p", "quiet").text(&cx.fill(words::CHOOSE_TENANT_ID, &[("id", id)])))
        .maybe(home)
        .add(of("div", "actions").add(button(
            cx,
            cx.say(words::SWITCH_ACCOUNT),
            Rank::Secondary,
            &Intent::SwitchAccount,
        )))
        .add(more(cx.say(words::OTHER_TENANT), false, el("div").add(other).add(of("div", "actions").add(go))))
}

fn checks(cx: &Cx, view: &ChooseView) -> El {
    let groups: Vec<&[CheckView]> = view.checks.chunk_by(|one, next| one.environment == next.environment).gather();
    // The tenant's own, and those of one environment: that is one list.
    let several = groups.len() > 2;
    card_with(cx.say(words::CHECKS_TITLE), cx.say(words::CHECKS_LEDE))
        .all(groups.into_iter().map(|checks| checks_of(cx, checks, several)))
        .add(of("div", "actions").add(button(cx, cx.say(words::CHECK_AGAIN), Rank::Secondary, &Intent::CheckAgain)))
}

/// Checks of one environment. Where there are several, one that is fine is one line.
fn checks_of(cx: &Cx, checks: &[CheckView], several: bool) -> El {
    let rows = of("ul", "rows").all(checks.iter().map(|check| check_row::row(cx, check)));
    let worst = checks.iter().max_by_key(|check| check.state.urgency());
    let Some(worst) = worst.filter(|worst| several && !worst.environment.is_empty()) else { return rows };
    let line =
        of("span", "row__line").add(el("b").text(&worst.environment)).add(state::check(worst.state, &worst.word));
    of("details", "more checks")
        .key(&worst.environment)
        .flag("open", worst.state.urgency() > CheckState::Running.urgency())
        .add(el("summary").add(line))
        .add(rows)
}

fn bar(cx: &Cx, view: &ChooseView) -> Html {
    let reason = view.blocked.as_deref().unwrap_or_else(|| cx.say(words::PLAN_NEXT));
    of("div", "page__actions")
        .add(el("p").set("id", "plan-reason").text(reason))
        .add(
            main_button(cx, cx.say(words::SHOW_PLAN), &Intent::Plan, view.blocked.is_some(), "plan-reason")
                .set("id", "show-plan"),
        )
        .into()
}
