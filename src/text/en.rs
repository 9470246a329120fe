//! x
super::messages! {
}
