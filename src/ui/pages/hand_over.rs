//! Screen 5: the credential, once. Dots until revealed, in every format; gone from the page when the screen is left.

use yew::prelude::*;

use crate::flow::{Intent, Piece};
use crate::gather::Gather;
use crate::search::replaced;
use crate::text::screens as words;
use crate::ui::cx::Cx;
use crate::ui::el::{El, each, el, many, of};
use crate::ui::parts::button::{Rank, button, main_button};
use crate::ui::parts::copy_field::{copy_button, field};
use crate::ui::parts::{card, head, notice, tabs};
use crate::view_model::{CopyView, FormatView, HandOverView, Severity};

pub(crate) fn page(cx: &Cx, view: &HandOverView) -> Html {
    let (revealed, tab) = (cx.turned().revealed, cx.turned().tab);
    let (secrets, plain): (Vec<&CopyView>, Vec<&CopyView>) = view.values.iter().partition(|value| value.hidden);
    let names: Vec<&str> = std::iter::once(cx.say(words::HAND_VALUES))
        .chain(view.formats.iter().map(|format| format.label.as_str()))
        .gather();
    let panel = match tab.checked_sub(1).and_then(|index| view.formats.get(index)) {
        Some(format) => ready_made(cx, format, &secrets, revealed),
        None => each(plain.iter().map(|value| field(cx, value, None))),
    };
    let made = !secrets.is_empty();
    let shown = each(secrets.iter().map(|value| field(cx, value, Some(revealed))));
    let lede = if made { words::HAND_LEDE } else { words::HAND_LEDE_KEPT };
    let kept = made.then(|| notice::remark(Severity::Info, cx.say(words::HAND_WHERE_TITLE), cx.say(words::HAND_WHERE)));
    many(vec![
        head(cx.say(words::HAND_TITLE), cx.say(lede)),
        each(view.notes.iter().map(|note| notice::notice(cx, note))),
        if made { credential(cx, view, shown).into() } else { Html::default() },
        card(cx, words::HAND_FOR)
            .add(tabs::tabs(cx, cx.say(words::HAND_FORMATS), &names, tab))
            .add(tabs::panel(tab, panel))
            .into(),
        kept.unwrap_or_default(),
        bar(cx, !made || view.stored),
    ])
}

fn credential(cx: &Cx, view: &HandOverView, shown: Html) -> El {
    let once = of("span", "state tone--warning").say(cx, words::HAND_ONCE);
    let stored = of("label", "option")
        .add(
            el("input")
                .set("type", "checkbox")
                .set("id", "stored")
                .checked(view.stored)
                .change(cx, &Intent::Stored(!view.stored)),
        )
        .add(el("span").say(cx, words::HAND_STORED));
    of("section", "card credential")
        .add(of("div", "row__line").add(el("h2").say(cx, words::HAND_SECRET)).add(once))
        .add(shown)
        .maybe(view.to_host.as_ref().map(|to| {
            of("div", "actions").add(button(cx, &to.label, Rank::Secondary, &to.intent).set("id", "hand-to-host"))
        }))
        .maybe(view.handed.as_ref().map(|said| of("p", "state tone--success").set("role", "status").text(said)))
        .add(of("p", "field__hint").text(&view.ends))
        .add(stored)
}

/// A ready-made text; the secrets inside it are as visible as their own fields are.
fn ready_made(cx: &Cx, format: &FormatView, secrets: &[&CopyView], revealed: bool) -> Html {
    let hidden = secrets.iter().filter(|secret| !revealed && !secret.value.is_empty());
    let text =
        hidden.fold(format.content.open().to_owned(), |text, secret| replaced(&text, secret.value.open(), "••••••••"));
    let actions =
        of("div", "actions").add(copy_button(cx, &format.label, Piece::Format(format.format), format.copied)).add(
            button(cx, cx.say(words::DOWNLOAD), Rank::Secondary, &Intent::Download(format.format))
                .set("id", "download"),
        );
    many(vec![of("pre", "http").set("tabindex", "0").text(&text).into(), actions.into()])
}

fn bar(cx: &Cx, free: bool) -> Html {
    let reason = if free { "" } else { cx.say(words::HAND_STORED_FIRST) };
    let go_on = main_button(cx, cx.say(words::CONTINUE), &Intent::Finish, !free, "finish-reason").set("id", "finish");
    of("div", "page__actions").add(el("p").set("id", "finish-reason").text(reason)).add(go_on).into()
}
