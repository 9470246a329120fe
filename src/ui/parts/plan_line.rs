//! One line of the plan: what happens to what, why, and the very request.

use super::state;
use crate::text::screens as words;
use crate::ui::cx::Cx;
use crate::ui::el::{El, of};
use crate::view_model::{PlanLineView, RequestView};

pub(crate) fn row(cx: &Cx, line: &PlanLineView) -> El {
    let request = |request: &RequestView| {
        of("pre", "http").set("tabindex", "0").text(&format!("{}\n{}", request.line, request.rest))
    };
    let requests = (!line.requests.is_empty()).then(|| {
        super::more(cx.say(words::PLAN_REQUESTS), false, of("div", "stack").all(line.requests.iter().map(request)))
    });
    of("li", "plan-line")
        .add(state::change(line.kind, &line.word))
        .add(of("p", "plan-line__what").text(&line.title))
        .add(of("p", "quiet").text(&line.reason))
        .maybe(requests)
}
