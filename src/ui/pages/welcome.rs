//! Screen 1: what will happen, what will be asked for, who publishes this, who can do it.

use yew::prelude::*;

use crate::flow::{Intent, Piece};
use crate::text::{Message, screens as words};
use crate::ui::cx::Cx;
use crate::ui::el::{El, el, many, of};
use crate::ui::parts::button::{Rank, button};
use crate::ui::parts::{card, card_with, copy_field, field, head, more, notice};
use crate::view_model::{Severity, WelcomeView};

const STEPS: [(Message, Message); 4] = [
    (words::WELCOME_STEP_1, words::WELCOME_STEP_1_MORE),
    (words::WELCOME_STEP_2, words::WELCOME_STEP_2_MORE),
    (words::WELCOME_STEP_3, words::WELCOME_STEP_3_MORE),
    (words::WELCOME_STEP_4, words::WELCOME_STEP_4_MORE),
];

pub(crate) fn page(cx: &Cx, view: &WelcomeView) -> Html {
    let preset = view
        .preset
        .as_ref()
        .map(|preset| notice::remark(Severity::Info, "", &cx.fill(words::WELCOME_PRESET, &[("preset", preset)])));
    let people = card(cx, words::WHO_TITLE)
        .add(el("p").say(cx, words::WHO_ENTRA))
        .add(el("p").say(cx, words::WHO_BUSINESS_CENTRAL));
    many(vec![
        head(cx.say(words::WELCOME_TITLE), cx.say(words::WELCOME_LEDE)),
        preset.unwrap_or_default(),
        of("div", "page__columns")
            .add(of("div", "page__stack").add(steps(cx, view)).add(invitation(cx, view)))
            .add(of("div", "page__stack").add(permissions(cx, view)).add(publisher(cx, view)).add(people))
            .into(),
    ])
}

fn steps(cx: &Cx, view: &WelcomeView) -> El {
    let step = |(what, detail): (Message, Message)| el("li").add(el("b").say(cx, what)).add(el("p").say(cx, detail));
    let tenant = field::text(cx, "tenant", words::TENANT, words::TENANT_HINT, &view.tenant, Intent::TenantTyped);
    let sign_in = button(cx, cx.say(words::SIGN_IN), Rank::Large, &Intent::SignIn).set("id", "sign-in");
    card(cx, words::WELCOME_STEPS)
        .add(of("ol", "numbered").all(STEPS.into_iter().map(step)))
        .add(of("div", "actions").add(sign_in))
        .add(more(cx.say(words::OTHER_TENANT), !view.tenant.value.is_empty(), el("div").add(tenant)))
}

fn invitation(cx: &Cx, view: &WelcomeView) -> El {
    let label = cx.say(words::INVITE_LINK);
    let link = of("div", "copy")
        .add(of("label", "field__label").set("for", "invitation").text(label))
        .add(copy_field::value("invitation", &view.invitation))
        .add(copy_field::copy_button(cx, label, Piece::Invitation, view.invitation_copied));
    card_with(cx.say(words::INVITE_TITLE), cx.say(words::INVITE_TEXT)).add(link)
}

fn permissions(cx: &Cx, view: &WelcomeView) -> El {
    let permission = |(name, why): &(String, String)| el("li").add(el("b").text(name)).add(of("p", "quiet").text(why));
    card(cx, words::PERMISSIONS_TITLE).add(of("ul", "rows").all(view.permissions.iter().map(permission)))
}

fn publisher(cx: &Cx, view: &WelcomeView) -> El {
    card(cx, words::PUBLISHER_TITLE)
        .add(el("p").add(el("b").text(&view.publisher)))
        .add(of("p", "quiet").say(cx, words::PUBLISHER_TEXT))
}
