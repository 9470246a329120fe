//! Something short is going on; no stage of the journey.

use yew::prelude::*;

pub(crate) fn page(title: &str, detail: &str) -> Html {
    html! {
        <div class="boot">
            <span class="spinner" aria-hidden="true" />
            <h1 tabindex="-1">{title.to_owned()}</h1>
            <p>{detail.to_owned()}</p>
        </div>
    }
}
