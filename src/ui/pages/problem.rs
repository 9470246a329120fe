//! The page cannot work as it is hosted: the finding is the screen.

use yew::prelude::*;

use crate::ui::cx::Cx;
use crate::ui::el::many;
use crate::ui::parts::{head, notice};
use crate::view_model::FindingView;

pub(crate) fn page(cx: &Cx, finding: &FindingView) -> Html {
    many(vec![head(&finding.what, ""), notice::notice(cx, finding).into()])
}
