//! Tabs after the ARIA pattern: one is in the tab order, the arrow keys move and choose.

use web_sys::HtmlElement;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub(crate) struct TabsProps {
    /// Name of the whole, for those who do not see it.
    pub(crate) label: AttrValue,
    /// Names, in order.
    pub(crate) names: Vec<AttrValue>,
    pub(crate) chosen: usize,
    pub(crate) on_choose: Callback<usize>,
    /// Content of the chosen tab.
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Tabs(props: &TabsProps) -> Html {
    let list = use_node_ref();
    let onkeydown = {
        let (list, choose, chosen, count) = (list.clone(), props.on_choose.clone(), props.chosen, props.names.len());
        Callback::from(move |event: KeyboardEvent| {
            let next = match event.key().as_str() {
                "ArrowRight" => (chosen + 1) % count,
                "ArrowLeft" => (chosen + count - 1) % count,
                "Home" => 0,
                "End" => count - 1,
                _ => return,
            };
            event.prevent_default();
            choose.emit(next);
            let tab = list.cast::<HtmlElement>().and_then(|list| list.children().item(u32::try_from(next).unwrap_or_default()));
            if let Some(tab) = tab.and_then(|tab| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(tab).ok()) {
                tab.focus().ok();
            }
        })
    };
    let tab = |(index, name): (usize, &AttrValue)| {
        let chosen = index == props.chosen;
        let onclick = props.on_choose.reform(move |_: MouseEvent| index);
        html! {
            <button type="button" role="tab" id={format!("tab-{index}")} aria-controls="tab-panel" aria-selected={chosen.to_string()} tabindex={if chosen { "0" } else { "-1" }} {onclick}>{name}</button>
        }
    };
    html! {
        <>
            <div class="tabs" role="tablist" aria-label={&props.label} ref={list} {onkeydown}>{for props.names.iter().enumerate().map(tab)}</div>
            <div class="page__stack" role="tabpanel" id="tab-panel" aria-labelledby={format!("tab-{}", props.chosen)}>{props.children.clone()}</div>
        </>
    }
}
