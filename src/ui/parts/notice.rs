//! A finding: what, why, what to do, who can, and what support will ask for.

use yew::prelude::*;

use super::button::{self, Rank};
use super::state;
use crate::flow::{Intent, Piece};
use crate::text::{Message, screens as words};
use crate::ui::cx::Cx;
use crate::ui::el::{El, el, many, of};
use crate::view_model::{FindingView, Severity};

/// A finding that stands by itself.
pub(crate) fn notice(cx: &Cx, finding: &FindingView) -> El {
    let word = match finding.severity {
        Severity::Info => words::SAY_INFO,
        Severity::Success => words::SAY_SUCCESS,
        Severity::Warning => words::SAY_WARNING,
        Severity::Error => words::SAY_ERROR,
    };
    let what = of("p", "notice__title").add(of("span", "unseen").say(cx, word).text(": ")).text(&finding.what);
    of("section", state::notice_class(finding.severity))
        .put("data-code", &finding.code)
        .add(el("div").add(what).add(explain(cx, finding)))
}

/// Everything of a finding but its first sentence, for places that have said it already.
pub(crate) fn explain(cx: &Cx, finding: &FindingView) -> Html {
    let facts = of("dl", "facts")
        .add(fact(cx, words::WHY, &finding.why))
        .add(fact(cx, words::WHAT_TO_DO, &finding.fix))
        .add(fact(cx, words::WHO_CAN, &finding.who));
    let link = finding.link.as_ref().map(|(label, url)| of("p", "actions").add(super::link(label, url)));
    many(vec![
        facts.into(),
        link.map(Html::from).unwrap_or_default(),
        button::actions(cx, &finding.actions, Rank::Secondary),
        support(cx, finding),
    ])
}

/// A short remark without a remedy.
pub(crate) fn remark(severity: Severity, title: &str, text: &str) -> Html {
    let title = (!title.is_empty()).then(|| of("p", "notice__title").text(title));
    of("div", state::notice_class(severity)).add(el("div").maybe(title).add(el("p").text(text))).into()
}

fn fact(cx: &Cx, label: Message, text: &str) -> Html {
    if text.is_empty() {
        return Html::default();
    }
    many(vec![el("dt").say(cx, label).into(), el("dd").text(text).into()])
}

fn support(cx: &Cx, finding: &FindingView) -> Html {
    if finding.support.is_empty() {
        return Html::default();
    }
    let lines = format!("{}\n{}", finding.code, finding.support.join("\n"));
    let content = el("div").add(of("pre", "http").text(&lines)).add(button::button(
        cx,
        cx.say(words::COPY_DETAILS),
        Rank::Subtle,
        &Intent::Copy(Piece::SupportReport),
    ));
    super::more(cx.say(words::DETAILS_FOR_SUPPORT), false, content).into()
}
