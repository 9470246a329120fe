//! Owns the model and the queue: takes an event, calls `update`, performs the effects, tells the screen and the page around.

use super::page::Place;
use super::relay::Relay;
use super::{crossing, http, page, storage};
use crate::embed::{self, Told};
use crate::flow::{Effect, EffectId, Event, Model, Moment, update};
use crate::protocol::entropy::Entropy;
use crate::protocol::json::Value;
use crate::view_model::ViewModel;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, window};

/// The running page. Cheap to clone; whoever outlives the page holds an `Echo` instead.
#[derive(Clone)]
pub struct Runtime(Rc<Inner>);

/// What listeners, timers and requests hold: it speaks to the page as long as there is one.
#[derive(Clone)]
pub(super) struct Echo(Weak<Inner>);

impl Echo {
    pub(super) fn dispatch(&self, event: Event) {
        if let Some(inner) = self.0.upgrade() {
            Runtime(inner).dispatch(event);
        }
    }

    /// A message arrived at this page's window.
    pub(super) fn relay_said(&self, message: &MessageEvent) {
        if let Some(inner) = self.0.upgrade() {
            let heard = inner.relay.borrow().hear(message);
            if let Some(event) = heard {
                self.dispatch(event);
            }
        }
    }

    /// Whether leaving the page should be asked about.
    pub(super) fn guarded(&self) -> bool {
        self.0.upgrade().is_some_and(|inner| inner.guarded.get())
    }
}

/// Told every new view.
type Listener = Box<dyn Fn(Rc<ViewModel>)>;

struct Inner {
    place: Place,
    model: RefCell<Model>,
    queue: RefCell<VecDeque<Event>>,
    busy: Cell<bool>,
    view: RefCell<Rc<ViewModel>>,
    listener: RefCell<Option<Listener>>,
    told: RefCell<Told>,
    ears: RefCell<Vec<page::Ear>>,
    /// Runs out for every timer; the browser hands it the timer's id.
    wake: Closure<dyn Fn(f64)>,
    timers: RefCell<Vec<(u64, i32)>>,
    tick: Closure<dyn Fn()>,
    ticker: Cell<Option<i32>>,
    guarded: Cell<bool>,
    relay: RefCell<Relay>,
}

impl Runtime {
    /// A page of its own that has not begun.
    pub fn new() -> Self {
        Self::at(Place::default())
    }

    /// A page that stands somewhere and has not begun.
    pub fn at(place: Place) -> Self {
        let model = Model::at(place.surface);
        let view = Rc::new(ViewModel::from(&model));
        let inner = Rc::new_cyclic(|weak: &Weak<Inner>| {
            let (woken, ticked) = (weak.clone(), Echo(weak.clone()));
            Inner {
                place,
                model: RefCell::new(model),
                queue: RefCell::default(),
                busy: Cell::new(false),
                view: RefCell::new(view),
                listener: RefCell::new(None),
                told: RefCell::default(),
                ears: RefCell::default(),
                wake: Closure::new(move |id| {
                    if let Some(inner) = woken.upgrade() {
                        Runtime(inner).woken(id);
                    }
                }),
                timers: RefCell::default(),
                tick: Closure::new(move || ticked.dispatch(Event::Ticked)),
                ticker: Cell::new(None),
                guarded: Cell::new(false),
                relay: RefCell::default(),
            }
        });
        let runtime = Self(inner);
        *runtime.0.ears.borrow_mut() = page::listen(&runtime.echo());
        runtime
    }

    /// Where it stands.
    pub(super) fn place(&self) -> &Place {
        &self.0.place
    }

    pub(super) fn echo(&self) -> Echo {
        Echo(Rc::downgrade(&self.0))
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
            let news = embed::told(&self.0.model.borrow(), &mut self.0.told.borrow_mut());
            for value in news {
                self.tell(value);
            }
        }
        self.0.busy.set(false);
        let view = Rc::new(ViewModel::from(&*self.0.model.borrow()));
        *self.0.view.borrow_mut() = Rc::clone(&view);
        if let Some(listener) = &*self.0.listener.borrow() {
            listener(view);
        }
    }

    /// Ends the page, for a host that lives on: no listener, timer or answer reaches it any more, and what it held is gone.
    #[cfg(feature = "module")]
    pub fn end(self) {
        // From here on every event waits in a queue that nobody works through.
        self.0.busy.set(true);
        self.0.ears.borrow_mut().clear();
        self.0.relay.borrow_mut().close();
        self.0.listener.borrow_mut().take();
        self.tick(false);
        if let Some(window) = window() {
            for (_, handle) in self.0.timers.take() {
                window.clear_timeout_with_handle(handle);
            }
        }
        // Nobody but the caller holds the page now: what it held goes with it.
    }

    fn perform(&self, effect: Effect) {
        match effect {
            Effect::Fetch { id, request, timeout_ms } => {
                self.later(Box::pin(async move {
                    let answer = http::send(&request, timeout_ms).await;
                    Some(Event::Replied { id, answer })
                }));
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
            Effect::OpenRelay { url } => {
                if !self.0.relay.borrow_mut().open(&url) {
                    self.0.queue.borrow_mut().push_back(Event::PopupBlocked);
                }
            }
            Effect::CloseRelay => self.0.relay.borrow_mut().close(),
            Effect::Leave { url } => page::leave(&url),
            Effect::Open { url } => page::open(&url),
            Effect::Copy { piece, text } => {
                self.later(Box::pin(async move {
                    let worked = page::copy(text.open()).await;
                    Some(Event::Copied { piece, worked })
                }));
            }
            Effect::Download { name, kind, content } => page::download(&name, kind, content.open()),
            Effect::Tell(tell) => {
                let value = self.0.told.borrow_mut().tell(&self.0.model.borrow(), &tell);
                self.tell(value);
            }
            Effect::Theme(looks) => page::look(&looks),
            Effect::Guard(on) => self.0.guarded.set(on),
            Effect::LoadText { language } => {
                let path = [self.place().folder(), "text/", &language, ".json"].concat();
                self.later(Box::pin(async move {
                    let text = http::load(&path).await.ok();
                    Some(Event::TextLoaded { language, text })
                }));
            }
        }
    }

    /// Dispatches what comes of some work. Boxed, because the machinery around it exists once for every type of work.
    pub(super) fn later(&self, work: Pin<Box<dyn Future<Output = Option<Event>>>>) {
        let page = self.echo();
        wasm_bindgen_futures::spawn_local(async move {
            if let Some(event) = work.await {
                page.dispatch(event);
            }
        });
    }

    /// Tells the page around, once the work at hand is done: what it does then may reach back into this page.
    fn tell(&self, value: Value) {
        let Some(hear) = self.place().tell.clone() else { return };
        let page = self.echo();
        self.later(Box::pin(async move {
            let ended = page.0.upgrade().is_none_or(|inner| inner.ears.borrow().is_empty());
            if let (Some(value), false) = (crossing::given(&value), ended)
                && let Err(error) = hear.call1(&JsValue::NULL, &value)
            {
                web_sys::console::error_1(&error);
            }
            None
        }));
    }

    fn wait(&self, id: EffectId, ms: u64) {
        let Some(window) = window() else { return };
        let ms = i32::try_from(ms).unwrap_or(i32::MAX);
        // Ids count from one and stay far below 2^53.
        let arguments = js_sys::Array::of1(&JsValue::from_f64(id.0 as f64));
        let set = window.set_timeout_with_callback_and_timeout_and_arguments(
            self.0.wake.as_ref().unchecked_ref(),
            ms,
            &arguments,
        );
        if let Ok(handle) = set {
            self.0.timers.borrow_mut().push((id.0, handle));
        }
    }

    fn woken(&self, id: f64) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was an id when it was set")]
        let id = id as u64;
        self.0.timers.borrow_mut().retain(|(of, _)| *of != id);
        self.dispatch(Event::Elapsed { id: EffectId(id) });
    }

    fn tick(&self, on: bool) {
        let Some(window) = window() else { return };
        if let Some(ticker) = self.0.ticker.take() {
            window.clear_interval_with_handle(ticker);
        }
        if on {
            let tick = self.0.tick.as_ref().unchecked_ref();
            let handle = window.set_interval_with_callback_and_timeout_and_arguments_0(tick, 1000);
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
