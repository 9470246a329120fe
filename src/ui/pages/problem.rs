//! The page cannot work as it is hosted: the finding is the screen.

use yew::prelude::*;

use crate::ui::cx::Cx;
use crate::ui::el::{el, many, of};
use crate::ui::parts::{head, notice, state};
use crate::view_model::FindingView;

pub(crate) fn page(cx: &Cx, finding: &FindingView) -> Html {
    // The heading says what; the notice has the rest.
    let rest = of("section", state::notice_class(finding.severity))
        .put("data-code", &finding.code)
        .add(el("div").add(notice::explain(cx, finding)));
    many(vec![head(&finding.what, ""), rest.into()])
}
