//! A list that opens. A component, because the browser forgets the `selected` attribute once a person has chosen:
//! from then on only the property counts, and it has to follow the model.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::ui::cx::Cx;
use crate::view_model::OptionView;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct SelectProps {
    pub(crate) cx: Cx,
    pub(crate) id: &'static str,
    pub(crate) options: Vec<OptionView>,
}

#[component]
pub(crate) fn Select(props: &SelectProps) -> Html {
    let SelectProps { cx, id, options } = props;
    let node = use_node_ref();
    let chosen = options.iter().find(|option| option.chosen).map(|option| option.value.clone());
    {
        let node = node.clone();
        use_effect_with(chosen, move |chosen| {
            if let (Some(select), Some(value)) = (node.cast::<HtmlSelectElement>(), chosen) {
                select.set_value(value);
            }
        });
    }
    let onchange = {
        let (cx, intents) = (cx.clone(), options.iter().map(|option| option.intent.clone()).collect::<Vec<_>>());
        Callback::from(move |event: Event| {
            let chosen = event.target_dyn_into::<HtmlSelectElement>().and_then(|select| usize::try_from(select.selected_index()).ok());
            if let Some(intent) = chosen.and_then(|index| intents.get(index)) {
                cx.send(intent.clone());
            }
        })
    };
    let option = |option: &OptionView| {
        html! { <option value={option.value.clone()} disabled={option.disabled} selected={option.chosen}>{option.label.clone()}</option> }
    };
    html! {
        <div class="select">
            <select id={*id} ref={node} {onchange} aria-describedby={format!("{id}-hint")}>{for options.iter().map(option)}</select>
        </div>
    }
}
