//! One live check: label, state, what was found, and what helps when it is not fine.

use yew::prelude::*;

use super::notice;
use super::state::state;
use crate::text::screens as words;
use crate::ui::cx::Cx;
use crate::view_model::{CheckState, CheckView};

pub(crate) fn row(cx: &Cx, check: &CheckView) -> Html {
    let open = check.state == CheckState::Fail;
    html! {
        <li class="check" key={check.key} data-check={check.key}>
            <div class="row__line"><b>{check.label.clone()}</b>{state(check.state, check.word.clone())}</div>
            if !check.detail.is_empty() { <p class="quiet">{check.detail.clone()}</p> }
            if let Some(finding) = &check.finding {
                {super::more(cx.say(words::WHAT_TO_DO), open, html! { <>if finding.what != check.detail { <p>{finding.what.clone()}</p> }{notice::explain(cx, finding)}</> })}
            }
        </li>
    }
}
