//! Elements by plain function calls.
//!
//! `html!` writes every attribute, text and child out in place. For six screens that was about half of the program's
//! own bytes; the same elements made by these few shared functions weigh a third (measured, see ARCHITECTURE.md).

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;
use yew::virtual_dom::{Key, Listener, ListenerKind, VTag, VText};

use super::cx::Cx;
use crate::flow::Intent;
use crate::gather::Gather;
use crate::text::Message;

/// An element being put together. Boxed, so that handing it on from call to call moves one pointer.
pub(super) struct El(Box<VTag>);

#[inline(never)]
pub(super) fn el(tag: &'static str) -> El {
    El(Box::new(VTag::new(tag)))
}

/// An element with classes, which most have.
#[inline(never)]
pub(super) fn of(tag: &'static str, class: &'static str) -> El {
    el(tag).set("class", class)
}

impl El {
    /// An attribute that is always the same.
    #[inline(never)]
    pub(super) fn set(mut self, name: &'static str, value: &'static str) -> Self {
        self.0.add_attribute(name, value);
        self
    }

    /// An attribute that comes from the view.
    #[inline(never)]
    pub(super) fn put(mut self, name: &'static str, value: &str) -> Self {
        self.0.add_attribute(name, value.to_owned());
        self
    }

    /// An attribute in the language of the page.
    #[inline(never)]
    pub(super) fn label(self, name: &'static str, cx: &Cx, message: Message) -> Self {
        self.put(name, cx.say(message))
    }

    /// An attribute that is there or not.
    #[inline(never)]
    pub(super) fn flag(self, name: &'static str, on: bool) -> Self {
        if on { self.set(name, "") } else { self }
    }

    /// A DOM property, for what attributes cannot change once a person has.
    #[inline(never)]
    pub(super) fn property(mut self, name: &'static str, value: &str) -> Self {
        self.0.add_property(name, value);
        self
    }

    /// Content of an input.
    #[inline(never)]
    pub(super) fn value(mut self, value: &str) -> Self {
        self.0.set_value(AttrValue::from(value.to_owned()));
        self
    }

    /// Whether a box is ticked.
    #[inline(never)]
    pub(super) fn checked(mut self, on: bool) -> Self {
        self.0.set_checked(on);
        self
    }

    /// What a row of a list is known by.
    #[inline(never)]
    pub(super) fn key(mut self, key: &str) -> Self {
        self.0.key = Some(Key::from(key));
        self
    }

    /// Words from the view.
    #[inline(never)]
    pub(super) fn text(mut self, text: &str) -> Self {
        self.0.add_child(VText::new(text.to_owned()).into());
        self
    }

    /// Words of the screen.
    #[inline(never)]
    pub(super) fn say(self, cx: &Cx, message: Message) -> Self {
        self.text(cx.say(message))
    }

    /// A child.
    pub(super) fn add(self, child: impl Into<Html>) -> Self {
        self.push(child.into())
    }

    /// A child that may be missing. Its place is kept, so that what stands behind it keeps focus and state.
    pub(super) fn maybe(self, child: Option<impl Into<Html>>) -> Self {
        self.push(child.map(Into::into).unwrap_or_default())
    }

    /// Children of one kind.
    pub(super) fn all<T: Into<Html>>(self, children: impl Iterator<Item = T>) -> Self {
        self.push(each(children))
    }

    #[inline(never)]
    fn push(mut self, child: Html) -> Self {
        self.0.add_child(child);
        self
    }

    /// Says something when clicked.
    #[inline(never)]
    pub(super) fn click(self, cx: &Cx, intent: &Intent) -> Self {
        self.says(On::Click, cx, intent)
    }

    /// Says something when ticked or chosen.
    #[inline(never)]
    pub(super) fn change(self, cx: &Cx, intent: &Intent) -> Self {
        self.says(On::Change, cx, intent)
    }

    /// Says what was typed.
    #[inline(never)]
    pub(super) fn typed(self, cx: &Cx, make: fn(String) -> Intent) -> Self {
        let cx = cx.clone();
        self.on(
            On::Input,
            Callback::from(move |event: Event| {
                if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                    cx.send(make(input.value()));
                }
            }),
        )
    }

    #[inline(never)]
    fn says(self, on: On, cx: &Cx, intent: &Intent) -> Self {
        let (cx, intent) = (cx.clone(), intent.clone());
        self.on(on, Callback::from(move |_: Event| cx.send(intent.clone())))
    }

    /// Any listener.
    #[inline(never)]
    pub(super) fn on(mut self, on: On, listener: Callback<Event>) -> Self {
        self.0.add_listener(Rc::new(Ear { on, listener }));
        self
    }
}

impl From<El> for Html {
    #[inline(never)]
    fn from(element: El) -> Self {
        Self::from(*element.0)
    }
}

/// Elements of one kind beside each other.
pub(super) fn each<T: Into<Html>>(children: impl Iterator<Item = T>) -> Html {
    many(children.map(Into::into).gather())
}

/// Several elements beside each other.
#[inline(never)]
pub(super) fn many(children: Vec<Html>) -> Html {
    children.into_iter().collect()
}

/// What is listened for. Yew's own list of a hundred events is a kilobyte and a half to copy.
#[derive(Clone, Copy)]
pub(super) enum On {
    Change,
    Click,
    Focus,
    Input,
    Key,
}

/// One listener type for every event: the macro's own ones are a type each.
struct Ear {
    on: On,
    listener: Callback<Event>,
}

impl Listener for Ear {
    fn kind(&self) -> ListenerKind {
        match self.on {
            On::Change => ListenerKind::onchange,
            On::Click => ListenerKind::onclick,
            On::Focus => ListenerKind::onfocus,
            On::Input => ListenerKind::oninput,
            On::Key => ListenerKind::onkeydown,
        }
    }

    fn handle(&self, event: Event) {
        self.listener.emit(event);
    }

    fn passive(&self) -> bool {
        false
    }
}
