//! Screen 2: the choices, and beside them what is so in the tenant.

use yew::prelude::*;

use crate::flow::Intent;
use crate::text::screens as words;
use crate::ui::cx::Cx;
use crate::ui::parts::button::{Rank, button, main_button};
use crate::ui::parts::checklist::Checklist;
use crate::ui::parts::list::{list, reading};
use crate::ui::parts::{check_row, field, head, notice, state};
use crate::view_model::{ActionView, CheckState, ChooseView, EnvironmentView, OptionView, Severity};

pub(crate) fn page(cx: &Cx, view: &ChooseView) -> Html {
    html! {
        <>
            {head(cx.say(words::CHOOSE_TITLE), cx.say(words::CHOOSE_LEDE))}
            if view.resuming { {notice::remark(Severity::Info, "", cx.say(words::CHOOSE_RESUME))} }
            <div class="page__columns">
                <div class="page__stack">{integration(cx, view)}{reach(cx, view)}{registration(cx, view)}{credential(cx, view)}</div>
                <aside class="page__stack page__side">{tenant(cx, view)}{checks(cx, view)}</aside>
            </div>
            {bar(cx, view)}
        </>
    }
}

fn integration(cx: &Cx, view: &ChooseView) -> Html {
    html! {
        <section class="card">
            <h2>{cx.say(words::CHOOSE_WHAT)}</h2>
            {field::select(cx, "preset", cx.say(words::PRESET), &view.presets)}
            {field::text(cx, "name", cx.say(words::CHOOSE_NAME), cx.say(words::CHOOSE_NAME_HINT), &view.name, Intent::Name)}
        </section>
    }
}

fn reach(cx: &Cx, view: &ChooseView) -> Html {
    let companies = |items: &[_]| html! { <Checklist cx={cx.clone()} id="companies" label={cx.say(words::COMPANIES)} items={items.to_vec()} /> };
    let sets = |items: &[_]| {
        html! {
            <Checklist cx={cx.clone()} id="permission-sets" label={cx.say(words::PERMISSION_SETS)} items={items.to_vec()}
                chosen={view.permission_sets_chosen.clone()} />
        }
    };
    html! {
        <section class="card">
            <h2>{cx.say(words::CHOOSE_WHERE)}</h2>
            {environment(cx, &view.environment)}
            <div>
                {field::radios(cx, "all-companies", cx.say(words::COMPANIES), &which_companies(cx, view), false)}
                if !view.all_companies { <div class="nested">{list(cx, &view.companies, companies)}</div> }
            </div>
            <fieldset class="field">
                <legend class="field__label">{cx.say(words::PERMISSION_SETS)}</legend>
                <p class="field__hint">{cx.say(words::PERMISSION_SETS_HINT)}</p>
                {list(cx, &view.permission_sets, sets)}
            </fieldset>
            <fieldset class="field">
                <legend class="field__label">{cx.say(words::APP_ROLES)}</legend>
                <p class="field__hint">{cx.say(words::APP_ROLES_HINT)}</p>
                {for view.app_roles.iter().map(|role| field::tick(cx, role))}
            </fieldset>
        </section>
    }
}

fn which_companies(cx: &Cx, view: &ChooseView) -> [OptionView; 2] {
    [(true, words::COMPANIES_ALL), (false, words::COMPANIES_SOME)].map(|(all, label)| OptionView {
        value: all.to_string(),
        label: cx.say(label).to_string(),
        hint: String::new(),
        chosen: view.all_companies == all,
        disabled: false,
        intent: Intent::AllCompanies(all),
    })
}

fn environment(cx: &Cx, view: &EnvironmentView) -> Html {
    match view {
        EnvironmentView::Reading => reading(cx.say(words::ENVIRONMENT_READING)),
        EnvironmentView::Listed(options) => field::select(cx, "environment", cx.say(words::ENVIRONMENT), options),
        EnvironmentView::Typed { field, finding, probing, found } => html! {
            <>
                {notice::notice(cx, finding)}
                {field::text(cx, "environment", cx.say(words::ENVIRONMENT), cx.say(words::ENVIRONMENT_TYPED_HINT), field, Intent::EnvironmentTyped)}
                <div class="actions">
                    {button(cx.say(words::ENVIRONMENT_PROBE), Rank::Secondary, cx.on(&Intent::Probe))}
                    if *probing { {reading(cx.say(words::ENVIRONMENT_PROBING))} }
                    else if *found { {state::state(CheckState::Pass, cx.say(words::ENVIRONMENT_FOUND))} }
                </div>
            </>
        },
    }
}

fn registration(cx: &Cx, view: &ChooseView) -> Html {
    html! {
        <section class="card">
            <h2>{cx.say(words::CHOOSE_USER)}</h2>
            {field::tick(cx, &view.want_user)}
            if view.want_user.ticked && !view.routes.is_empty() { {field::radios(cx, "route", cx.say(words::ROUTE), &view.routes, false)} }
        </section>
    }
}

fn credential(cx: &Cx, view: &ChooseView) -> Html {
    html! {
        <section class="card">
            <h2>{cx.say(words::CHOOSE_CREDENTIAL)}</h2>
            if view.vendor {
                <p class="quiet">{cx.say(words::VENDOR_CREDENTIAL)}</p>
            } else {
                {field::tick(cx, &view.want_secret)}
                if view.want_secret.ticked {
                    {field::radios(cx, "months", cx.say(words::SECRET_LIFETIME), &view.months, true)}
                    <p class="field__hint">{view.ends.clone()}</p>
                }
            }
        </section>
    }
}

fn tenant(cx: &Cx, view: &ChooseView) -> Html {
    let (name, domain, id) = &view.tenant;
    html! {
        <section class="card">
            <div class="card__head"><h2>{name.clone()}</h2><p>{domain.clone()}</p><p>{cx.fill(words::CHOOSE_TENANT_ID, &[("id", id)])}</p></div>
            <div class="actions">{button(cx.say(words::SWITCH_ACCOUNT), Rank::Secondary, cx.on(&Intent::SwitchAccount))}</div>
        </section>
    }
}

fn checks(cx: &Cx, view: &ChooseView) -> Html {
    html! {
        <section class="card">
            <div class="card__head"><h2>{cx.say(words::CHECKS_TITLE)}</h2><p>{cx.say(words::CHECKS_LEDE)}</p></div>
            <ul class="rows">{for view.checks.iter().map(|check| check_row::row(cx, check))}</ul>
            <div class="actions">{button(cx.say(words::CHECK_AGAIN), Rank::Secondary, cx.on(&Intent::CheckAgain))}</div>
        </section>
    }
}

fn bar(cx: &Cx, view: &ChooseView) -> Html {
    let action = ActionView { label: cx.say(words::SHOW_PLAN).to_string(), intent: Intent::Plan };
    let text = view.blocked.clone().map_or_else(|| cx.say(words::PLAN_NEXT), AttrValue::from);
    html! {
        <div class="page__actions">
            <p id="plan-reason">{text}</p>
            {main_button(cx, &action, view.blocked.is_some(), "plan-reason")}
        </div>
    }
}
