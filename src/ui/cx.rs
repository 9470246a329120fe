//! What every part is given beside its view: the words of the language in use, the way to speak, and what was turned.

use std::rc::Rc;

use yew::prelude::*;

use crate::flow::{self, Intent};
use crate::text::{Catalogue, Message};

/// Words and voice. Cheap to clone.
#[derive(Clone)]
pub(super) struct Cx(Rc<Inner>);

struct Inner {
    words: Catalogue,
    speak: Callback<flow::Event>,
    turned: Turned,
    turn: Callback<Turn>,
}

/// What a person has turned on a screen to see it otherwise. It decides nothing and dies with the screen.
#[derive(Clone, Default)]
pub(super) struct Turned {
    /// Whether hidden values are in sight.
    pub(super) revealed: bool,
    /// The chosen tab.
    pub(super) tab: usize,
    searches: Vec<Search>,
}

/// List, what is searched for in it, and how many more rows are in sight than at first.
type Search = (&'static str, String, usize);

/// One such turn.
pub(super) enum Turn {
    /// Hidden values are to be seen, or not.
    Reveal(bool),
    /// Another tab.
    Tab(usize),
    /// What is searched for in a list, and how many more rows of it are to be seen.
    Search(&'static str, String, usize),
}

impl Turned {
    /// Remembers a turn.
    pub(super) fn take(&mut self, turn: Turn) {
        match turn {
            Turn::Reveal(on) => self.revealed = on,
            Turn::Tab(tab) => self.tab = tab,
            Turn::Search(list, wanted, more) => {
                self.searches.retain(|(known, ..)| *known != list);
                self.searches.push((list, wanted, more));
            }
        }
    }
}

impl Cx {
    pub(super) fn new(words: &Catalogue, speak: Callback<flow::Event>, turned: &Turned, turn: Callback<Turn>) -> Self {
        Self(Rc::new(Inner { words: words.clone(), speak, turned: turned.clone(), turn }))
    }

    /// A sentence of the language in use.
    pub(super) fn say(&self, message: Message) -> &str {
        self.0.words.get(message)
    }

    /// A sentence with its slots filled.
    pub(super) fn fill(&self, message: Message, slots: &[(&str, &str)]) -> String {
        self.0.words.fill(message, slots)
    }

    /// Says what the person wants.
    pub(super) fn send(&self, intent: Intent) {
        self.0.speak.emit(flow::Event::Intent(intent));
    }

    /// What was turned on this screen.
    pub(super) fn turned(&self) -> &Turned {
        &self.0.turned
    }

    /// What is searched for in a list, and how many more rows of it are to be seen.
    pub(super) fn search(&self, list: &str) -> (&str, usize) {
        let search = self.0.turned.searches.iter().find(|(known, ..)| *known == list);
        search.map_or(("", 0), |(_, wanted, more)| (wanted, *more))
    }

    /// A listener that may turn something.
    pub(super) fn turning(&self, of: impl Fn(&Event) -> Option<Turn> + 'static) -> Callback<Event> {
        let turn = self.0.turn.clone();
        Callback::from(move |event| {
            if let Some(done) = of(&event) {
                turn.emit(done);
            }
        })
    }
}
