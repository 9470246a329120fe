//! Fields with label, hint and error, tied together for those who do not see them.

use yew::prelude::*;

use super::select::Select;
use crate::flow::Intent;
use crate::ui::cx::Cx;
use crate::view_model::{FieldView, OptionView, TickView};

/// A line of text.
pub(crate) fn text(cx: &Cx, id: &'static str, label: AttrValue, hint: AttrValue, field: &FieldView, make: fn(String) -> Intent) -> Html {
    let described = format!("{id}-hint {id}-error");
    html! {
        <div class="field">
            <label class="field__label" for={id}>{label}</label>
            <input {id} value={field.value.clone()} oninput={cx.typed(make)} autocomplete="off" spellcheck="false"
                aria-describedby={described} aria-invalid={field.error.is_some().then_some("true")} />
            <p class="field__hint" id={format!("{id}-hint")}>{hint}</p>
            <p class="field__error" id={format!("{id}-error")}>{field.error.clone()}</p>
        </div>
    }
}

/// One of several, as a list that opens. The hint is that of the chosen one.
pub(crate) fn select(cx: &Cx, id: &'static str, label: AttrValue, options: &[OptionView]) -> Html {
    let hint = options.iter().find(|option| option.chosen).map(|option| option.hint.clone());
    html! {
        <div class="field">
            <label class="field__label" for={id}>{label}</label>
            <Select cx={cx.clone()} {id} options={options.to_vec()} />
            <p class="field__hint" id={format!("{id}-hint")}>{hint}</p>
        </div>
    }
}

/// One of a few, all in sight: side by side when short, below each other when each has its reason.
pub(crate) fn radios(cx: &Cx, name: &'static str, legend: AttrValue, options: &[OptionView], side_by_side: bool) -> Html {
    let radio = |option: &OptionView| {
        html! {
            <label class={if side_by_side { "segment" } else { "option" }}>
                <input type="radio" {name} value={option.value.clone()} checked={option.chosen} disabled={option.disabled} onchange={cx.on(&option.intent)} />
                <span>{option.label.clone()}if !option.hint.is_empty() { <small>{option.hint.clone()}</small> }</span>
            </label>
        }
    };
    html! {
        <fieldset class="field">
            <legend class="field__label">{legend}</legend>
            <div><div class={side_by_side.then_some("segments")}>{for options.iter().map(radio)}</div></div>
        </fieldset>
    }
}

/// A box to tick.
pub(crate) fn tick(cx: &Cx, view: &TickView) -> Html {
    html! {
        <label class="option" key={view.key.clone()}>
            <input type="checkbox" checked={view.ticked} disabled={view.disabled} onchange={cx.on(&view.intent)} />
            <span>
                {view.label.clone()}
                if let Some(badge) = &view.badge { {" "}<span class="badge tone--info">{badge.clone()}</span> }
                if !view.hint.is_empty() { <small>{view.hint.clone()}</small> }
            </span>
        </label>
    }
}
