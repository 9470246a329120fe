//! Lists from iterators, in less code than `collect` and `extend`.
//!
//! The standard library's way is a loop of its own for every iterator, with the first item and the room for the others
//! worked out before it: some 250 bytes of wasm for each of a hundred short lists. Here it is the plain loop.

/// `collect` for lists.
pub(crate) trait Gather: Iterator + Sized {
    /// All items, in order.
    fn gather(self) -> Vec<Self::Item> {
        let mut all = Vec::new();
        self.for_each(|item| all.push(item));
        all
    }

    /// All items, or nothing when one of them is missing.
    fn gather_all<T>(self) -> Option<Vec<T>>
    where
        Self: Iterator<Item = Option<T>>,
    {
        let mut all = Vec::new();
        for item in self {
            all.push(item?);
        }
        Some(all)
    }
}

impl<I: Iterator> Gather for I {}

/// `extend` for lists.
pub(crate) trait Also<T> {
    /// Adds these behind the others.
    fn also(&mut self, more: impl IntoIterator<Item = T>);
}

impl<T> Also<T> for Vec<T> {
    fn also(&mut self, more: impl IntoIterator<Item = T>) {
        for item in more {
            self.push(item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_in_order_and_all_or_none() {
        assert_eq!((0..5).filter(|it| it % 2 == 0).gather(), [0, 2, 4]);
        assert_eq!([Some(1), Some(2)].into_iter().gather_all(), Some(vec![1, 2]));
        assert_eq!([Some(1), None, Some(3)].into_iter().gather_all(), None);
        assert_eq!(std::iter::empty::<Option<u8>>().gather_all(), Some(Vec::new()));
        let mut list = vec![1];
        list.also(Some(2));
        list.also(None);
        assert_eq!(list, [1, 2]);
    }
}
