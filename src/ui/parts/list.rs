//! A list that has to be read first: waiting, being read, here, or not to be had.

use yew::prelude::*;

use super::notice;
use crate::ui::cx::Cx;
use crate::ui::el::of;
use crate::view_model::{ListView, TickView};

pub(crate) fn list(cx: &Cx, list: &ListView<TickView>, known: impl FnOnce(&[TickView]) -> Html) -> Html {
    match list {
        ListView::Waiting(text) => of("p", "quiet").text(text).into(),
        ListView::Reading(text) => reading(text),
        ListView::Known(items) => known(items),
        ListView::Failed(finding) => notice::notice(cx, finding).into(),
    }
}

/// Words beside a turning ring.
pub(crate) fn reading(text: &str) -> Html {
    of("p", "state tone--info state--running").text(text).into()
}
