//! The frame around every screen: top bar, journey, notices, footer, live region; and the switch between screens.

use std::rc::Rc;

use web_sys::HtmlElement;
use yew::prelude::*;

use super::cx::{Cx, Turn, Turned};
use super::el::{On, el, many, of};
use super::{pages, parts};
use crate::flow::{Event, Intent};
use crate::gather::Gather;
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

/// The whole page. The only component: each would bring its own copy of Yew's life cycle (7 KB of brotli for three with hooks).
pub struct App {
    view: Rc<ViewModel>,
    turned: Turned,
    /// Language and screen the browser was last told of.
    told: Option<(String, u8)>,
    /// How many notices there were then.
    notices: usize,
}

/// What changes the page.
pub struct Change(Cause);

enum Cause {
    View(Rc<ViewModel>),
    Turn(Turn),
}

impl Component for App {
    type Message = Change;
    type Properties = AppProps;

    fn create(context: &Context<Self>) -> Self {
        Self { view: Rc::clone(&context.props().first), turned: Turned::default(), told: None, notices: 0 }
    }

    fn update(&mut self, _: &Context<Self>, change: Change) -> bool {
        match change.0 {
            Cause::View(view) => {
                if screen(&view.page) != screen(&self.view.page) {
                    self.turned = Turned::default();
                }
                self.view = view;
            }
            Cause::Turn(turn) => self.turned.take(turn),
        }
        true
    }

    fn view(&self, context: &Context<Self>) -> Html {
        let view = &*self.view;
        let cx = Cx::new(
            &view.words,
            context.props().dispatch.clone(),
            &self.turned,
            context.link().callback(|turn| Change(Cause::Turn(turn))),
        );
        let to_content = Callback::from(|event: yew::Event| {
            event.prevent_default(); // a fragment in the address would stay there
            focus_heading();
        });
        let notices = view.notices.iter().map(|finding| parts::notice::notice(&cx, finding));
        many(vec![
            of("a", "skip").set("href", "#page").say(&cx, words::SKIP_TO_CONTENT).on(On::Click, to_content).into(),
            header(&cx, &view.header, view.mounted),
            of("div", "frame")
                .maybe((!view.stages.is_empty()).then(|| journey(&cx, &view.stages)))
                .add(of("main", "page").set("id", "page").all(notices).add(page(&cx, &view.page)))
                .into(),
            footer(&cx, view),
            of("div", "unseen").set("role", "status").set("aria-live", "polite").text(&view.announcement).into(),
        ])
    }

    fn rendered(&mut self, context: &Context<Self>, first: bool) {
        if first {
            context.props().subscribe.emit(context.link().callback(|view| Change(Cause::View(view))));
        }
        let now = (self.view.language.clone(), screen(&self.view.page));
        let count = self.view.notices.len();
        let news = std::mem::replace(&mut self.notices, count) < count;
        if self.told.as_ref() == Some(&now) {
            if news {
                show_notice();
            }
            return;
        }
        let mounted = self.view.mounted;
        if let Some(document) = document() {
            // A page that has mounted us keeps its own title and language; ours is that of the element.
            let root = if mounted {
                document.query_selector("[data-entrada]").ok().flatten()
            } else {
                document.document_element()
            };
            if let Some(root) = root {
                root.set_attribute("lang", &now.0).ok();
            }
            if let (Some(text), false) = (heading().and_then(|heading| heading.text_content()), mounted) {
                document.set_title(&[&text, " · Entrada"].concat());
            }
        }
        // The focus follows to the heading of a new screen, but not on the first one: there the person has not begun. In somebody
        // else's page they may be busy elsewhere in it, so the loading state is no screen there.
        let guest = mounted || self.view.header.host.is_some();
        let begins = |before: u8| guest && (before, now.1) == (BUSY, WELCOME);
        if self.told.as_ref().is_some_and(|(_, before)| *before != now.1 && !begins(*before)) {
            focus_heading();
        }
        self.told = Some(now);
    }
}

fn page(cx: &Cx, page: &Page) -> Html {
    match page {
        Page::Welcome(welcome) => pages::welcome::page(cx, welcome),
        Page::Busy { title, detail, actions } => pages::busy::page(cx, title, detail, actions),
        Page::Choose(choose) => pages::choose::page(cx, choose),
        Page::Plan(plan) => pages::plan::page(cx, plan),
        Page::Run(run) => pages::run::page(cx, run),
        Page::HandOver(credential) => pages::hand_over::page(cx, credential),
        Page::Done(done) => pages::done::page(cx, done),
        Page::Problem(finding) => pages::problem::page(cx, finding),
    }
}

const WELCOME: u8 = 0;
const BUSY: u8 = 1;

/// Which screen it is; a change moves the focus and forgets what was turned.
fn screen(page: &Page) -> u8 {
    match page {
        Page::Welcome(_) => WELCOME,
        Page::Busy { .. } => BUSY,
        Page::Choose(_) => 2,
        Page::Plan(_) => 3,
        Page::Run(_) => 4,
        Page::HandOver(_) => 5,
        Page::Done(_) => 6,
        Page::Problem(_) => 7,
    }
}

fn header(cx: &Cx, header: &HeaderView, mounted: bool) -> Html {
    let who = header.account.as_ref().map(|(name, login)| {
        let tenant =
            header.tenant.as_ref().map_or_else(|| login.clone(), |(name, domain)| format!("{name} · {domain}"));
        of("div", "topbar__who")
            .add(of("div", "topbar__person").put("title", login).add(el("b").text(name)).add(el("span").text(&tenant)))
            .add(parts::button::button(cx, cx.say(words::SIGN_OUT), parts::button::Rank::Subtle, &Intent::SignOut))
    });
    // In a page that has mounted us, the address would be another.
    let picture =
        (!mounted).then(|| el("img").set("src", "icon.svg").set("alt", "").set("width", "24").set("height", "24"));
    of("header", "topbar")
        .add(of("span", "topbar__brand").maybe(picture).text("Entrada"))
        .maybe(header.host.as_ref().map(|host| of("span", "topbar__host").text(host)))
        .maybe(who)
        .into()
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
            .add(parts::field::bare_select(cx, "language", &view.languages.iter().map(option).gather()))
    });
    of("footer", "foot").maybe(view.support.as_ref().map(|(label, url)| parts::link(label, url))).maybe(language).into()
}

fn focus_heading() {
    let heading = heading();
    // Its own top where the page is somebody else's, that of the window where it is ours.
    if let Some(top) = heading.as_ref().and_then(|heading| heading.closest("#app, [data-entrada]").ok().flatten()) {
        top.scroll_into_view();
    }
    if let Some(heading) = heading {
        heading.focus().ok();
    }
}

/// Who has just pressed a button further down sees the notice that answers it; who is writing is not disturbed.
///
/// `:focus` would not do: in a frame of another site it may not hold yet when the click arrives, as if the frame were told later
/// that it has the focus (seen in Chromium 156, every second time; `tests/e2e/tests/frames.rs`).
fn show_notice() {
    let Some(document) = document() else { return };
    let pressed = document.active_element().and_then(|it| it.closest("#page button").ok().flatten()).is_some();
    if let Some(notice) = document.query_selector("#page > .notice").ok().flatten().filter(|_| pressed) {
        notice.scroll_into_view();
    }
}

fn heading() -> Option<HtmlElement> {
    let heading = document()?.query_selector("#page h1").ok()??;
    wasm_bindgen::JsCast::dyn_into(heading).ok()
}

fn document() -> Option<web_sys::Document> {
    web_sys::window().and_then(|window| window.document())
}
