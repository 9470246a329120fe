//! Screen 1: what will happen, what will be asked for, who publishes this, who can do it.

use yew::prelude::*;

use crate::flow::{Intent, Piece};
use crate::text::{Message, screens as words};
use crate::ui::cx::Cx;
use crate::ui::parts::button::{Rank, button};
use crate::ui::parts::{copy_field, field, head, more, notice};
use crate::view_model::{Severity, WelcomeView};

const STEPS: [(Message, Message); 4] = [
    (words::WELCOME_STEP_1, words::WELCOME_STEP_1_MORE),
    (words::WELCOME_STEP_2, words::WELCOME_STEP_2_MORE),
    (words::WELCOME_STEP_3, words::WELCOME_STEP_3_MORE),
    (words::WELCOME_STEP_4, words::WELCOME_STEP_4_MORE),
];

pub(crate) fn page(cx: &Cx, view: &WelcomeView) -> Html {
    html! {
        <>
            {head(cx.say(words::WELCOME_TITLE), cx.say(words::WELCOME_LEDE))}
            if let Some(preset) = &view.preset {
                {notice::remark(Severity::Info, "", cx.fill(words::WELCOME_PRESET, &[("preset", preset)]))}
            }
            <div class="page__columns">
                <div class="page__stack">{steps(cx, view)}{invitation(cx, view)}</div>
                <div class="page__stack">{permissions(cx, view)}{publisher(cx, view)}{people(cx)}</div>
            </div>
        </>
    }
}

fn steps(cx: &Cx, view: &WelcomeView) -> Html {
    let step = |(what, detail): (Message, Message)| html! { <li><b>{cx.say(what)}</b><p>{cx.say(detail)}</p></li> };
    let tenant = field::text(cx, "tenant", cx.say(words::TENANT), cx.say(words::TENANT_HINT), &view.tenant, Intent::TenantTyped);
    let open = !view.tenant.value.is_empty();
    html! {
        <section class="card">
            <h2>{cx.say(words::WELCOME_STEPS)}</h2>
            <ol class="numbered">{for STEPS.into_iter().map(step)}</ol>
            <div class="actions">{button(cx.say(words::SIGN_IN), Rank::Large, cx.on(&Intent::SignIn))}</div>
            {more(cx.say(words::OTHER_TENANT), open, tenant)}
        </section>
    }
}

fn invitation(cx: &Cx, view: &WelcomeView) -> Html {
    let label = cx.say(words::INVITE_LINK);
    html! {
        <section class="card">
            <div class="card__head"><h2>{cx.say(words::INVITE_TITLE)}</h2><p>{cx.say(words::INVITE_TEXT)}</p></div>
            <div class="copy">
                <label class="field__label" for="invitation">{&label}</label>
                <input id="invitation" readonly=true value={view.invitation.clone()} />
                {copy_field::copy_button(cx, &label, Piece::Invitation, view.invitation_copied)}
            </div>
        </section>
    }
}

fn permissions(cx: &Cx, view: &WelcomeView) -> Html {
    let permission = |(name, why): &(String, String)| html! { <li><b>{name.clone()}</b><p class="quiet">{why.clone()}</p></li> };
    html! {
        <section class="card">
            <h2>{cx.say(words::PERMISSIONS_TITLE)}</h2>
            <ul class="rows">{for view.permissions.iter().map(permission)}</ul>
        </section>
    }
}

fn publisher(cx: &Cx, view: &WelcomeView) -> Html {
    html! {
        <section class="card">
            <div class="card__head"><h2>{cx.say(words::PUBLISHER_TITLE)}</h2></div>
            <p><b>{view.publisher.clone()}</b></p>
            <p class="quiet">{cx.say(words::PUBLISHER_TEXT)}</p>
        </section>
    }
}

fn people(cx: &Cx) -> Html {
    html! {
        <section class="card">
            <h2>{cx.say(words::WHO_TITLE)}</h2>
            <p>{cx.say(words::WHO_ENTRA)}</p>
            <p>{cx.say(words::WHO_BUSINESS_CENTRAL)}</p>
        </section>
    }
}
