//! What crosses between this program and the page around it, in and out.
//!
//! The page and its frame cross by JSON text, through the reader and writer they have anyway: every byte there is loaded by everybody.
//! The module for partners who bundle (feature `module`) crosses by serde-wasm-bindgen, value for value, and can say which
//! value is not plain: functions, symbols, sets, bytes, `NaN`, infinities, and what contains itself. A `Map` is read as an object when its keys are
//! texts, a `BigInt` as a whole number when it fits 64 bits, an object of any class by its own members. A getter that throws, throws
//! in the host's own call.

pub use way::{NotPlain, given, taken};

#[cfg(not(feature = "module"))]
mod way {
    use crate::protocol::json::{self, Value};
    use js_sys::JSON;
    use wasm_bindgen::JsValue;

    /// Why a value did not cross. Here nobody asks: a message of nobody's is counted, whatever is wrong with it.
    pub struct NotPlain;

    /// A value of the host's.
    pub fn taken(value: &JsValue) -> Result<Value, NotPlain> {
        let text = JSON::stringify(value).ok().and_then(|text| text.as_string()).ok_or(NotPlain)?;
        json::parse(&text).map_err(|_| NotPlain)
    }

    /// A value for the host.
    pub fn given(value: &Value) -> Option<JsValue> {
        JSON::parse(&value.to_line()).ok()
    }
}

#[cfg(feature = "module")]
mod way {
    use crate::protocol::json::{Misread, Plain, Value};
    use serde::Serialize;
    use serde_wasm_bindgen::Serializer;
    use wasm_bindgen::JsValue;

    /// Why a value did not cross, and where in it.
    pub type NotPlain = Misread;

    /// A value of the host's.
    pub fn taken(value: &JsValue) -> Result<Value, NotPlain> {
        let read = serde_wasm_bindgen::from_value(value.clone());
        read.map_or_else(|error| Err(Misread::new("$".into(), error.to_string())), |Plain(read)| read)
    }

    /// A value for the host: plain objects, `null` for what is absent.
    pub fn given(value: &Value) -> Option<JsValue> {
        value.serialize(&Serializer::json_compatible()).ok()
    }
}
