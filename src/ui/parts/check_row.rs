//! One live check: label, state, what was found, and what helps when it is not fine.

use super::{notice, state};
use crate::text::screens as words;
use crate::ui::cx::Cx;
use crate::ui::el::{El, el, of};
use crate::view_model::{CheckState, CheckView, FindingView};

pub(crate) fn row(cx: &Cx, check: &CheckView) -> El {
    let detail = (!check.detail.is_empty()).then(|| of("p", "quiet").text(&check.detail));
    of("li", "check")
        .key(&[check.key, &check.environment].concat())
        .set("data-check", check.key)
        .add(of("div", "row__line").add(el("b").text(&check.label)).add(state::check(check.state, &check.word)))
        .maybe(detail)
        .maybe(check.finding.as_ref().map(|finding| help(cx, check, finding)))
}

fn help(cx: &Cx, check: &CheckView, finding: &FindingView) -> El {
    let what = (finding.what != check.detail).then(|| el("p").text(&finding.what));
    let content = of("div", "stack").maybe(what).add(notice::explain(cx, finding));
    super::more(cx.say(words::WHAT_TO_DO), check.state == CheckState::Fail, content)
}
