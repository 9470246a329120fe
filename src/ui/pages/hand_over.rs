//! Screen 5: the credential, once. Dots until revealed, in every format; gone from the page when the screen is left.

use yew::prelude::*;

use crate::flow::{Intent, Piece};
use crate::text::screens as words;
use crate::ui::cx::{Cx, Shared};
use crate::ui::parts::button::{Rank, button, main_button};
use crate::ui::parts::copy_field::{copy_button, field};
use crate::ui::parts::state::state;
use crate::ui::parts::tabs::Tabs;
use crate::ui::parts::{head, notice};
use crate::view_model::{ActionView, CopyView, FormatView, HandOverView, Page, Severity};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct HandOverProps {
    pub(crate) view: Shared,
    pub(crate) cx: Cx,
}

#[component]
pub(crate) fn HandOver(props: &HandOverProps) -> Html {
    let revealed = use_state(|| false);
    let tab = use_state(|| 0_usize);
    let Page::HandOver(view) = &props.view.0.page else { return html! {} };
    let cx = &props.cx;
    let toggle = {
        let revealed = revealed.clone();
        Callback::from(move |_: MouseEvent| revealed.set(!*revealed))
    };
    let on_choose = {
        let tab = tab.setter();
        Callback::from(move |index| tab.set(index))
    };
    let (secrets, plain): (Vec<&CopyView>, Vec<&CopyView>) = view.values.iter().partition(|value| value.hidden);
    let names = std::iter::once(cx.say(words::HAND_VALUES)).chain(view.formats.iter().map(|format| AttrValue::from(format.label.clone()))).collect::<Vec<_>>();
    let panel = match tab.checked_sub(1).and_then(|index| view.formats.get(index)) {
        Some(format) => ready_made(cx, format, &secrets, *revealed),
        None => html! { {for plain.iter().map(|value| field(cx, value, None))} },
    };
    html! {
        <>
            {head(cx.say(words::HAND_TITLE), cx.say(if secrets.is_empty() { words::HAND_LEDE_KEPT } else { words::HAND_LEDE }))}
            if !secrets.is_empty() {
                <section class="card credential">
                    <div class="row__line"><h2>{cx.say(words::HAND_SECRET)}</h2>{state(Severity::Warning, cx.say(words::HAND_ONCE))}</div>
                    {for secrets.iter().map(|value| field(cx, value, Some((*revealed, &toggle))))}
                    <p class="field__hint">{view.ends.clone()}</p>
                    {stored(cx, view)}
                </section>
            }
            <section class="card">
                <h2>{cx.say(words::HAND_FOR)}</h2>
                <Tabs label={cx.say(words::HAND_FORMATS)} {names} chosen={*tab} {on_choose}>{panel}</Tabs>
            </section>
            if !secrets.is_empty() { {notice::remark(Severity::Info, cx.say(words::HAND_WHERE_TITLE), cx.say(words::HAND_WHERE))} }
            {bar(cx, secrets.is_empty() || view.stored)}
        </>
    }
}

/// A ready-made text; the secrets inside it are as visible as their own fields are.
fn ready_made(cx: &Cx, format: &FormatView, secrets: &[&CopyView], revealed: bool) -> Html {
    let shown = secrets.iter().filter(|_| !revealed).fold(format.content.open().to_owned(), |text, secret| {
        if secret.value.is_empty() { text } else { text.replace(secret.value.open(), "••••••••") }
    });
    html! {
        <>
            <pre class="http" tabindex="0">{shown}</pre>
            <div class="actions">
                {copy_button(cx, &format.label, Piece::Format(format.format), format.copied)}
                {button(cx.say(words::DOWNLOAD), Rank::Secondary, cx.on(&Intent::Download(format.format)))}
            </div>
        </>
    }
}

fn stored(cx: &Cx, view: &HandOverView) -> Html {
    html! {
        <label class="option">
            <input type="checkbox" id="stored" checked={view.stored} onchange={cx.on(&Intent::Stored(!view.stored))} />
            <span>{cx.say(words::HAND_STORED)}</span>
        </label>
    }
}

fn bar(cx: &Cx, free: bool) -> Html {
    let action = ActionView { label: cx.say(words::CONTINUE).to_string(), intent: Intent::Finish };
    html! {
        <div class="page__actions">
            <p id="finish-reason">if !free { {cx.say(words::HAND_STORED_FIRST)} }</p>
            {main_button(cx, &action, !free, "finish-reason")}
        </div>
    }
}
