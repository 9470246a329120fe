//! A list that has to be read first: waiting, being read, here, or not to be had.

use yew::prelude::*;

use super::notice;
use crate::ui::cx::Cx;
use crate::view_model::ListView;

pub(crate) fn list<T>(cx: &Cx, list: &ListView<T>, known: impl FnOnce(&[T]) -> Html) -> Html {
    match list {
        ListView::Waiting(text) => html! { <p class="quiet">{text.clone()}</p> },
        ListView::Reading(text) => reading(text.clone()),
        ListView::Known(items) => known(items),
        ListView::Failed(finding) => notice::notice(cx, finding),
    }
}

/// Words beside a turning ring.
pub(crate) fn reading(text: impl Into<AttrValue>) -> Html {
    html! { <p class="state tone--info state--running">{text.into()}</p> }
}
