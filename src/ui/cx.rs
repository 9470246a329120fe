//! What every part is given beside its view: the words of the language in use, and the way to speak.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::flow::{Event, Intent};
use crate::text::{Catalogue, Message};
use crate::view_model::ViewModel;

/// Words and voice. Cheap to clone.
#[derive(Clone, PartialEq)]
pub(super) struct Cx {
    words: Catalogue,
    speak: Callback<Event>,
}

impl Cx {
    pub(super) fn new(words: Catalogue, speak: Callback<Event>) -> Self {
        Self { words, speak }
    }

    /// A sentence of the language in use.
    pub(super) fn say(&self, message: Message) -> AttrValue {
        AttrValue::from(self.words.say(message))
    }

    /// A sentence with its slots filled.
    pub(super) fn fill(&self, message: Message, slots: &[(&str, &str)]) -> AttrValue {
        AttrValue::from(self.words.fill(message, slots))
    }

    /// Says what the person wants.
    pub(super) fn send(&self, intent: Intent) {
        self.speak.emit(Event::Intent(intent));
    }

    /// A listener that says one thing.
    pub(super) fn on<E: 'static>(&self, intent: &Intent) -> Callback<E> {
        let (cx, intent) = (self.clone(), intent.clone());
        Callback::from(move |_| cx.send(intent.clone()))
    }

    /// A listener that says what was typed.
    pub(super) fn typed(&self, make: fn(String) -> Intent) -> Callback<InputEvent> {
        let cx = self.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                cx.send(make(input.value()));
            }
        })
    }
}

/// The view, shared. It has no equality of its own, because it carries the secret; two are equal when they are one.
#[derive(Clone)]
pub(super) struct Shared(pub(super) Rc<ViewModel>);

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}
