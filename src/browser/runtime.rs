//! Owns the model and the queue: takes an event, calls `update`, performs the effects, tells the screen.

use super::{http, page, storage};
use crate::flow::{Effect, EffectId, Event, Model, Moment, update};
use crate::protocol::entropy::Entropy;
use crate::view_model::ViewModel;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::window;

/// The running page. Cheap to clone.
#[derive(Clone)]
pub struct Runtime(Rc<Inner>);

/// Told every new view.
type Listener = Box<dyn Fn(Rc<ViewModel>)>;

struct Inner {
    model: RefCell<Model>,
    queue: RefCell<VecDeque<Event>>,
    busy: Cell<bool>,
    view: RefCell<Rc<ViewModel>>,
    listener: RefCell<Option<Listener>>,
    ticker: Cell<Option<i32>>,
    guarded: Rc<Cell<bool>>,
}

impl Runtime {
    /// A page that has not begun.
    pub fn new() -> Self {
        let model = Model::default();
        let view = Rc::new(ViewModel::from(&model));
        let inner = Rc::new(Inner {
            model: RefCell::new(model),
            queue: RefCell::default(),
            busy: Cell::new(false),
            view: RefCell::new(view),
            listener: RefCell::new(None),
            ticker: Cell::new(None),
            guarded: Rc::default(),
        });
        let runtime = Self(inner);
        page::listen(&runtime);
        runtime
    }

    /// The view as it is now.
    pub fn view(&self) -> Rc<ViewModel> {
        Rc::clone(&self.0.view.borrow())
    }

    /// Sets the one listener and tells it the view at once.
    pub fn subscribe(&self, listener: Box<dyn Fn(Rc<ViewModel>)>) {
        listener(self.view());
        *self.0.listener.borrow_mut() = Some(listener);
    }

    /// Whether leaving the page should be asked about.
    pub(super) fn guarded(&self) -> Rc<Cell<bool>> {
        Rc::clone(&self.0.guarded)
    }

    /// Something happened. Events that arrive while one is worked on wait their turn.
    pub fn dispatch(&self, event: Event) {
        self.0.queue.borrow_mut().push_back(event);
        if self.0.busy.replace(true) {
            return;
        }
        loop {
            let next = self.0.queue.borrow_mut().pop_front();
            let Some(event) = next else { break };
            let moment = Moment { now: now(), entropy: Entropy::new(random()) };
            let effects = update(&mut self.0.model.borrow_mut(), event, moment);
            for effect in effects {
                self.perform(effect);
            }
        }
        self.0.busy.set(false);
        let view = Rc::new(ViewModel::from(&*self.0.model.borrow()));
        *self.0.view.borrow_mut() = Rc::clone(&view);
        if let Some(listener) = &*self.0.listener.borrow() {
            listener(view);
        }
    }

    fn perform(&self, effect: Effect) {
        match effect {
            Effect::Fetch { id, request, timeout_ms } => {
                let runtime = self.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    let answer = http::send(&request, timeout_ms).await;
                    runtime.dispatch(Event::Replied { id, answer });
                });
            }
            Effect::Wait { id, ms } => self.wait(id, ms),
            Effect::Tick(on) => self.tick(on),
            Effect::Store { key, value } => {
                storage::write(&key, &value);
            }
            Effect::Forget { key } => storage::remove(&key),
            Effect::CleanAddress { path } => page::replace_address(&path),
            Effect::Depart { key, record, url } => {
                if storage::write(&key, record.open()) {
                    page::leave(&url);
                } else {
                    self.0.queue.borrow_mut().push_back(Event::StorageRefused);
                }
            }
            Effect::Leave { url } => page::leave(&url),
            Effect::Open { url } => page::open(&url),
            Effect::Copy { piece, text } => {
                let runtime = self.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    let worked = page::copy(text.open()).await;
                    runtime.dispatch(Event::Copied { piece, worked });
                });
            }
            Effect::Download { name, kind, content } => page::download(&name, kind, content.open()),
            Effect::Guard(on) => self.0.guarded.set(on),
            Effect::LoadText { language } => {
                let runtime = self.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    let text = http::load(&format!("text/{language}.json")).await.ok();
                    runtime.dispatch(Event::TextLoaded { language, text });
                });
            }
        }
    }

    fn wait(&self, id: EffectId, ms: u64) {
        let runtime = self.clone();
        let wake = Closure::once_into_js(move || runtime.dispatch(Event::Elapsed { id }));
        if let Some(window) = window() {
            let ms = i32::try_from(ms).unwrap_or(i32::MAX);
            window.set_timeout_with_callback_and_timeout_and_arguments_0(wake.unchecked_ref(), ms).ok();
        }
    }

    fn tick(&self, on: bool) {
        let Some(window) = window() else { return };
        if let Some(ticker) = self.0.ticker.take() {
            window.clear_interval_with_handle(ticker);
        }
        if on {
            let runtime = self.clone();
            let tick = Closure::<dyn Fn()>::new(move || runtime.dispatch(Event::Ticked));
            let handle =
                window.set_interval_with_callback_and_timeout_and_arguments_0(tick.as_ref().unchecked_ref(), 1000);
            tick.forget(); // a few bytes per run; the interval itself is cleared
            self.0.ticker.set(handle.ok());
        }
    }
}

impl Default for Runtime {
    fn default() -> Self {
        Self::new()
    }
}

/// The one place that reads the clock.
fn now() -> u64 {
    // Milliseconds since 1970 are a whole number far below 2^53.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive and far below 2^53")]
    let ms = js_sys::Date::now() as u64;
    ms
}

/// The one place that draws randomness.
fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    let drawn = window().and_then(|window| window.crypto().ok());
    let drawn = drawn.and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).ok());
    // Every browser that runs wasm has this API; without it no sign-in may begin, so the page stops here.
    assert!(drawn.is_some(), "this browser offers no randomness");
    bytes
}
