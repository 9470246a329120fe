//! Fields with label, hint and error, tied together for those who do not see them.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::flow::Intent;
use crate::gather::Gather;
use crate::text::{Message, screens as words};
use crate::ui::cx::Cx;
use crate::ui::el::{El, On, el, of};
use crate::view_model::{FieldView, OptionView, TickView};

/// A line of text.
pub(crate) fn text(
    cx: &Cx,
    id: &'static str,
    label: Message,
    hint: Message,
    field: &FieldView,
    make: fn(String) -> Intent,
) -> Html {
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let error = field.error.as_deref();
    let input = el("input")
        .set("id", id)
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .put("aria-describedby", &format!("{hint_id} {error_id}"))
        .set("aria-invalid", if error.is_some() { "true" } else { "false" })
        .value(&field.value)
        .typed(cx, make);
    of("div", "field")
        .add(of("label", "field__label").set("for", id).say(cx, label))
        .add(input)
        .add(of("p", "field__hint").put("id", &hint_id).say(cx, hint))
        .add(of("p", "field__error").put("id", &error_id).text(error.unwrap_or_default()))
        .into()
}

/// One of several, as a list that opens. The hint is that of the chosen one.
pub(crate) fn select(cx: &Cx, id: &'static str, label: Message, options: &[OptionView]) -> Html {
    let hint = options.iter().find(|option| option.chosen).map_or("", |option| option.hint.as_str());
    of("div", "field")
        .add(of("label", "field__label").set("for", id).say(cx, label))
        .add(bare_select(cx, id, options))
        .add(of("p", "field__hint").put("id", &format!("{id}-hint")).text(hint))
        .into()
}

/// The list alone. Beside the attribute on the option it sets the property of the list: the browser forgets the
/// attribute once a person has chosen. While nothing is chosen it says so, because it would show its first entry as if
/// that were chosen, and choosing that one would then change nothing.
pub(crate) fn bare_select(cx: &Cx, id: &'static str, options: &[OptionView]) -> El {
    let intents: Vec<(String, Intent)> =
        options.iter().map(|option| (option.value.clone(), option.intent.clone())).gather();
    let listen = cx.clone();
    let choose = Callback::from(move |event: Event| {
        let value = event.target_dyn_into::<HtmlSelectElement>().map(|select| select.value());
        if let Some((_, intent)) = intents.iter().find(|(known, _)| Some(known) == value.as_ref()) {
            listen.send(intent.clone());
        }
    });
    let option = |option: &OptionView| {
        el("option")
            .put("value", &option.value)
            .flag("disabled", option.disabled)
            .flag("selected", option.chosen)
            .text(&option.label)
    };
    let chosen = options.iter().find(|option| option.chosen);
    let none = chosen.is_none().then(|| {
        el("option").set("value", "").flag("disabled", true).flag("selected", true).say(cx, words::CHOOSE_ONE)
    });
    let list = el("select")
        .set("id", id)
        .put("aria-describedby", &format!("{id}-hint"))
        .property("value", chosen.map_or("", |option| option.value.as_str()))
        .on(On::Change, choose)
        .maybe(none)
        .all(options.iter().map(option));
    of("div", "select").add(list)
}

/// One of a few, all in sight: side by side when short, below each other when each has its reason.
pub(crate) fn radios(cx: &Cx, name: &str, legend: Message, options: &[OptionView], side_by_side: bool) -> Html {
    let radio = |option: &OptionView| {
        let input =
            el("input").set("type", "radio").put("name", name).checked(option.chosen).flag("disabled", option.disabled);
        of("label", if side_by_side { "segment" } else { "option" })
            .add(input.put("value", &option.value).change(cx, &option.intent))
            .add(
                el("span").text(&option.label).maybe((!option.hint.is_empty()).then(|| el("small").text(&option.hint))),
            )
    };
    let all = of("div", if side_by_side { "segments" } else { "" }).all(options.iter().map(radio));
    of("fieldset", "field").add(of("legend", "field__label").say(cx, legend)).add(el("div").add(all)).into()
}

/// A box to tick.
pub(crate) fn tick(cx: &Cx, view: &TickView) -> El {
    let badge = view.badge.as_ref().map(|badge| of("span", "badge tone--info").text(badge));
    let words = el("span")
        .text(&view.label)
        .text(" ")
        .maybe(badge)
        .maybe((!view.hint.is_empty()).then(|| el("small").text(&view.hint)));
    let input = el("input")
        .set("type", "checkbox")
        .checked(view.ticked)
        .flag("disabled", view.disabled)
        .change(cx, &view.intent);
    of("label", "option").key(&view.key).add(input).add(words)
}
