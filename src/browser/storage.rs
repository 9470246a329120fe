//! This tab's storage. It may be blocked altogether; then writing says so and reading finds nothing.

use crate::gather::Gather;
use web_sys::{Storage, window};

fn storage() -> Option<Storage> {
    window()?.session_storage().ok()?
}

/// Writes and reads back: a browser may accept a write and lose it (sign-in.md 3.2 case 6).
pub(super) fn write(key: &str, value: &str) -> bool {
    let Some(storage) = storage() else { return false };
    storage.set_item(key, value).is_ok() && storage.get_item(key).ok().flatten().as_deref() == Some(value)
}

pub(super) fn remove(key: &str) {
    if let Some(storage) = storage() {
        storage.remove_item(key).ok();
    }
}

/// All entries of ours, or `None` when storage is blocked.
pub(super) fn read_all() -> Option<Vec<(String, String)>> {
    let storage = storage()?;
    let keys: Vec<String> = (0..storage.length().ok()?).filter_map(|index| storage.key(index).ok().flatten()).gather();
    let ours = keys.into_iter().filter(|key| key.starts_with("entrada."));
    Some(ours.filter_map(|key| Some((key.clone(), storage.get_item(&key).ok().flatten()?))).gather())
}
