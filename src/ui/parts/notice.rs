//! A finding: what, why, what to do, who can, and what support will ask for.

use yew::prelude::*;

use super::button::{self, Rank};
use super::state::Tone;
use crate::flow::{Intent, Piece};
use crate::text::screens as words;
use crate::ui::cx::Cx;
use crate::view_model::{FindingView, Severity};

/// A finding that stands by itself.
pub(crate) fn notice(cx: &Cx, finding: &FindingView) -> Html {
    let word = match finding.severity {
        Severity::Info => words::SAY_INFO,
        Severity::Success => words::SAY_SUCCESS,
        Severity::Warning => words::SAY_WARNING,
        Severity::Error => words::SAY_ERROR,
    };
    html! {
        <section class={classes!("notice", finding.severity.tone())} data-code={finding.code.clone()}>
            <div>
                <p class="notice__title"><span class="unseen">{cx.say(word)}{": "}</span>{finding.what.clone()}</p>
                {explain(cx, finding)}
            </div>
        </section>
    }
}

/// Everything of a finding but its first sentence, for places that have said it already.
pub(crate) fn explain(cx: &Cx, finding: &FindingView) -> Html {
    let fact = |(label, text): (crate::text::Message, &String)| {
        html! { if !text.is_empty() { <dt>{cx.say(label)}</dt><dd>{text.clone()}</dd> } }
    };
    let facts = [(words::WHY, &finding.why), (words::WHAT_TO_DO, &finding.fix), (words::WHO_CAN, &finding.who)];
    html! {
        <>
            <dl class="facts">{for facts.into_iter().map(fact)}</dl>
            if let Some((label, url)) = &finding.link { <p class="actions">{super::link(label, url)}</p> }
            {button::actions(cx, &finding.actions, Rank::Secondary)}
            {support(cx, finding)}
        </>
    }
}

/// A short remark without a remedy.
pub(crate) fn remark(severity: Severity, title: impl Into<AttrValue>, text: impl Into<AttrValue>) -> Html {
    let (title, text) = (title.into(), text.into());
    html! {
        <div class={classes!("notice", severity.tone())}>
            <div>
                if !title.is_empty() { <p class="notice__title">{title}</p> }
                if !text.is_empty() { <p>{text}</p> }
            </div>
        </div>
    }
}

fn support(cx: &Cx, finding: &FindingView) -> Html {
    if finding.support.is_empty() {
        return html! {};
    }
    let lines = format!("{}\n{}", finding.code, finding.support.join("\n"));
    super::more(
        cx.say(words::DETAILS_FOR_SUPPORT),
        false,
        html! {
            <>
                <pre class="http">{lines}</pre>
                {button::button(cx.say(words::COPY_DETAILS), Rank::Subtle, cx.on(&Intent::Copy(Piece::SupportReport)))}
            </>
        },
    )
}
