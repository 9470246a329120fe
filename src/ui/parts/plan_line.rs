//! One line of the plan: what happens to what, why, and the very request.

use yew::prelude::*;

use super::state::Tone;
use crate::text::screens as words;
use crate::ui::cx::Cx;
use crate::view_model::{PlanLineView, RequestView};

pub(crate) fn row(cx: &Cx, line: &PlanLineView) -> Html {
    let request = |request: &RequestView| html! { <pre class="http" tabindex="0">{format!("{}\n{}", request.line, request.rest)}</pre> };
    html! {
        <li class="plan-line">
            <span class={classes!("badge", line.kind.tone())}>{line.word.clone()}</span>
            <p class="plan-line__what">{line.title.clone()}</p>
            <p class="quiet">{line.reason.clone()}</p>
            if !line.requests.is_empty() {
                {super::more(cx.say(words::PLAN_REQUESTS), false, html! { {for line.requests.iter().map(request)} })}
            }
        </li>
    }
}
