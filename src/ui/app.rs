//! The frame around every screen: top bar, journey, notices, footer, live region; and the switch between screens.

use std::rc::Rc;

use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::cx::{Cx, Shared};
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

    let cx = Cx::new(view.words.clone(), props.dispatch.clone());
    let to_content = {
        let main = main.clone();
        Callback::from(move |event: MouseEvent| {
            event.prevent_default(); // a fragment in the address would stay there
            focus_heading(&main);
        })
    };
    html! {
        <>
            <a class="skip" href="#page" onclick={to_content}>{cx.say(words::SKIP_TO_CONTENT)}</a>
            {header(&cx, &view.header)}
            <div class="frame">
                if !view.stages.is_empty() { {journey(&cx, &view.stages)} }
                <main id="page" class="page" ref={main}>
                    {for view.notices.iter().map(|finding| parts::notice::notice(&cx, finding))}
                    {page(&cx, &view)}
                </main>
            </div>
            {footer(&cx, &view)}
            <div class="unseen" role="status" aria-live="polite">{view.announcement.clone()}</div>
        </>
    }
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
    let tenant = header.tenant.as_ref().map(|(name, domain)| format!("{name} · {domain}"));
    html! {
        <header class="topbar">
            <span class="topbar__brand"><img src="icon.svg" alt="" width="24" height="24" />{"Entrada"}</span>
            if let Some((name, login)) = &header.account {
                <div class="topbar__who">
                    <div class="topbar__person" title={login.clone()}>
                        <b>{name.clone()}</b>
                        <span>{tenant.unwrap_or_else(|| login.clone())}</span>
                    </div>
                    {parts::button::button(cx.say(words::SIGN_OUT), parts::button::Rank::Subtle, cx.on(&Intent::SignOut))}
                </div>
            }
        </header>
    }
}

fn journey(cx: &Cx, stages: &[StageView]) -> Html {
    let stage = |stage: &StageView| {
        let (class, current) = match stage.state {
            StageState::Past => ("journey__stage journey__stage--done", None),
            StageState::Current => ("journey__stage journey__stage--current", Some("step")),
            StageState::Ahead => ("journey__stage", None),
        };
        html! { <li {class} aria-current={current}><span>{stage.label.clone()}</span></li> }
    };
    html! { <nav aria-label={cx.say(words::JOURNEY)}><ol class="journey">{for stages.iter().map(stage)}</ol></nav> }
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
    html! {
        <footer class="foot">
            if let Some((label, url)) = &view.support { {parts::link(label, url)} }
            if view.languages.len() > 1 {
                <div class="foot__language">
                    <label for="language">{cx.say(words::LANGUAGE)}</label>
                    <parts::select::Select cx={cx.clone()} id="language" options={view.languages.iter().map(option).collect::<Vec<_>>()} />
                </div>
            }
        </footer>
    }
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
        let heading = main.cast::<Element>().and_then(|main| main.query_selector("h1").ok().flatten());
        if let (Some(document), Some(text)) = (document(), heading.and_then(|heading| heading.text_content())) {
            document.set_title(&format!("{text} · Entrada"));
        }
        if seen.replace(true) {
            focus_heading(&main);
        }
    });
}

fn focus_heading(main: &NodeRef) {
    let heading = main.cast::<Element>().and_then(|main| main.query_selector("h1").ok().flatten());
    if let Some(window) = web_sys::window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
    if let Some(heading) = heading.and_then(|heading| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(heading).ok()) {
        heading.focus().ok();
    }
}

fn document() -> Option<web_sys::Document> {
    web_sys::window().and_then(|window| window.document())
}
