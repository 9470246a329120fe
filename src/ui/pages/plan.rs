//! Screen 3: every change, its reason and its request, before anything is written.

use yew::prelude::*;

use crate::text::screens as words;
use crate::ui::cx::Cx;
use crate::ui::parts::button::{Rank, button, main_button};
use crate::ui::parts::{head, notice, plan_line};
use crate::view_model::PlanView;

pub(crate) fn page(cx: &Cx, view: &PlanView) -> Html {
    let other = |action: &crate::view_model::ActionView| button(action.label.clone(), Rank::Secondary, cx.on(&action.intent));
    html! {
        <>
            {head(view.title.clone(), view.summary.clone())}
            {for view.notes.iter().map(|note| notice::notice(cx, note))}
            <section class="card">
                <h2>{cx.say(words::PLAN_CHANGES)}</h2>
                <ul class="rows">{for view.lines.iter().map(|line| plan_line::row(cx, line))}</ul>
            </section>
            <div class="page__actions">
                <p id="confirm-note">{cx.say(words::PLAN_SAFE)}</p>
                {for view.others.iter().map(other)}
                if let Some(confirm) = &view.confirm { {main_button(cx, confirm, false, "confirm-note")} }
            </div>
        </>
    }
}
