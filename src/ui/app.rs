//! The frame around every screen: top bar, journey, notices, footer, live region; and the switch between screens.

use std::rc::Rc;

use web_sys::{Element, HtmlElement};
use yew::prelude::*;
use yew::virtual_dom::ListenerKind;

use super::cx::{Cx, Shared};
use super::el::{el, many, of};
use super::{pages, parts};
use crate::flow::{Event, Intent};
use crate::text::screens as words;
use crate::view_model::{HeaderView, OptionView, Page, StageState, StageView, ViewModel};

/// The three things the composition root gives to the screen.
#[derive(Clone, Properties)]
pub struct AppProps {
    /// The view to begin with.
    pub first: Rc<ViewModel>,
    /// Takes the listener that is told every later view.
    pub subscribe: Callback<Callback<Rc<ViewModel>>>,
    /// Takes what the person does.
    pub dispatch: Callback<Event>,
}

impl PartialEq for AppProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.first, &other.first) && self.subscribe == other.subscribe && self.dispatch == other.dispatch
    }
}

/// The whole page.
#[component]
pub fn App(props: &AppProps) -> Html {
    let view = use_state(|| Rc::clone(&props.first));
    let main = use_node_ref();
    {
        let (view, subscribe) = (view.setter(), props.subscribe.clone());
        use_effect_with((), move |()| subscribe.emit(Callback::from(move |next| view.set(next))));
    }
    use_language(&view.language);
    use_focus_on(screen(&view.page), &main);

    let cx = Cx::new(&view.words, props.dispatch.clone());
    let to_content = {
        let main = main.clone();
        Callback::from(move |event: yew::Event| {
            event.prevent_default(); // a fragment in the address would stay there
            focus_heading(&main);
        })
    };
    let notices = view.notices.iter().map(|finding| parts::notice::notice(&cx, finding));
    many(vec![
        of("a", "skip")
            .set("href", "#page")
            .say(&cx, words::SKIP_TO_CONTENT)
            .on(ListenerKind::onclick, to_content)
            .into(),
        header(&cx, &view.header),
        of("div", "frame")
            .maybe((!view.stages.is_empty()).then(|| journey(&cx, &view.stages)))
            .add(of("main", "page").set("id", "page").node(&main).all(notices).add(page(&cx, &view)))
            .into(),
        footer(&cx, &view),
        of("div", "unseen").set("role", "status").set("aria-live", "polite").text(&view.announcement).into(),
    ])
}

fn page(cx: &Cx, view: &Rc<ViewModel>) -> Html {
    match &view.page {
        Page::Welcome(welcome) => pages::welcome::page(cx, welcome),
        Page::Busy { title, detail } => pages::busy::page(title, detail),
        Page::Choose(choose) => pages::choose::page(cx, choose),
        Page::Plan(plan) => pages::plan::page(cx, plan),
        Page::Run(run) => pages::run::page(cx, run),
        Page::HandOver(_) => html! { <pages::hand_over::HandOver view={Shared(Rc::clone(view))} cx={cx.clone()} /> },
        Page::Done(done) => pages::done::page(cx, done),
        Page::Problem(finding) => pages::problem::page(cx, finding),
    }
}

/// Which screen it is; a change moves the focus.
fn screen(page: &Page) -> u8 {
    match page {
        Page::Welcome(_) => 0,
        Page::Busy { .. } => 1,
        Page::Choose(_) => 2,
        Page::Plan(_) => 3,
        Page::Run(_) => 4,
        Page::HandOver(_) => 5,
        Page::Done(_) => 6,
        Page::Problem(_) => 7,
    }
}

fn header(cx: &Cx, header: &HeaderView) -> Html {
    let who = header.account.as_ref().map(|(name, login)| {
        let tenant =
            header.tenant.as_ref().map_or_else(|| login.clone(), |(name, domain)| format!("{name} · {domain}"));
        of("div", "topbar__who")
            .add(of("div", "topbar__person").put("title", login).add(el("b").text(name)).add(el("span").text(&tenant)))
            .add(parts::button::button(cx, cx.say(words::SIGN_OUT), parts::button::Rank::Subtle, &Intent::SignOut))
    });
    let picture = el("img").set("src", "icon.svg").set("alt", "").set("width", "24").set("height", "24");
    of("header", "topbar").add(of("span", "topbar__brand").add(picture).text("Entrada")).maybe(who).into()
}

fn journey(cx: &Cx, stages: &[StageView]) -> Html {
    let stage = |stage: &StageView| {
        let item = match stage.state {
            StageState::Past => of("li", "journey__stage journey__stage--done"),
            StageState::Current => of("li", "journey__stage journey__stage--current").set("aria-current", "step"),
            StageState::Ahead => of("li", "journey__stage"),
        };
        item.add(el("span").text(&stage.label))
    };
    el("nav").label("aria-label", cx, words::JOURNEY).add(of("ol", "journey").all(stages.iter().map(stage))).into()
}

fn footer(cx: &Cx, view: &ViewModel) -> Html {
    let option = |(tag, name): &(String, String)| OptionView {
        value: tag.clone(),
        label: name.clone(),
        hint: String::new(),
        chosen: *tag == view.language,
        disabled: false,
        intent: Intent::Language(tag.clone()),
    };
    let language = (view.languages.len() > 1).then(|| {
        of("div", "foot__language")
            .add(el("label").set("for", "language").say(cx, words::LANGUAGE))
            .add(parts::field::bare_select(cx, "language", &view.languages.iter().map(option).collect::<Vec<_>>()))
    });
    of("footer", "foot").maybe(view.support.as_ref().map(|(label, url)| parts::link(label, url))).maybe(language).into()
}

/// Tells the browser which language the page speaks.
#[hook]
fn use_language(tag: &str) {
    use_effect_with(tag.to_owned(), |tag| {
        if let Some(root) = document().and_then(|document| document.document_element()) {
            root.set_attribute("lang", tag).ok();
        }
    });
}

/// Moves focus and title to the heading of a new screen, but not on the first one: there the person has not begun.
#[hook]
fn use_focus_on(screen: u8, main: &NodeRef) {
    let seen = use_mut_ref(|| false);
    let main = main.clone();
    use_effect_with(screen, move |_| {
        if let (Some(document), Some(text)) = (document(), heading(&main).and_then(|heading| heading.text_content())) {
            document.set_title(&format!("{text} · Entrada"));
        }
        if seen.replace(true) {
            focus_heading(&main);
        }
    });
}

fn focus_heading(main: &NodeRef) {
    if let Some(window) = web_sys::window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
    if let Some(heading) = heading(main) {
        heading.focus().ok();
    }
}

fn heading(main: &NodeRef) -> Option<HtmlElement> {
    let heading = main.cast::<Element>()?.query_selector("h1").ok()??;
    wasm_bindgen::JsCast::dyn_into(heading).ok()
}

fn document() -> Option<web_sys::Document> {
    web_sys::window().and_then(|window| window.document())
}
