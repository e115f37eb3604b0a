//! Reading JSON by the browser's own parser.
//!
//! Compared with `serde_json`, this saves a sixth of the module: the browser parses, and the fields
//! of a struct are read in their order and not matched by name, so that each type needs only the
//! code for a sequence. Reasons for malformed data are not kept, since no page shows them.

use serde::de::value::U32Deserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use std::fmt::{self, Display};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::{Array, JSON, Object, Reflect};

/// Parses a value. Returns `None` if the text is not JSON, or not of this type.
pub fn parse<T: DeserializeOwned>(json: &str) -> Option<T> {
    let value = JSON::parse(json).ok()?;
    T::deserialize(Value(value)).ok()
}

#[derive(Debug)]
struct Malformed;

impl Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed")
    }
}

impl std::error::Error for Malformed {}

impl Error for Malformed {
    fn custom<T: Display>(_message: T) -> Self {
        Self
    }

    fn invalid_type(_unexpected: Unexpected<'_>, _expected: &dyn Expected) -> Self {
        Self
    }

    fn invalid_value(_unexpected: Unexpected<'_>, _expected: &dyn Expected) -> Self {
        Self
    }

    fn invalid_length(_length: usize, _expected: &dyn Expected) -> Self {
        Self
    }

    fn unknown_variant(_variant: &str, _expected: &'static [&'static str]) -> Self {
        Self
    }
}

/// A parsed value.
struct Value(JsValue);

impl Value {
    fn field(&self, name: &str) -> Result<Self, Malformed> {
        let field = Reflect::get(&self.0, &JsValue::from_str(name));
        field.map(Self).map_err(|_| Malformed)
    }

    fn number(&self) -> Result<f64, Malformed> {
        self.0.as_f64().ok_or(Malformed)
    }

    fn elements(self) -> Result<Elements, Malformed> {
        let array = self.0.dyn_into().map_err(|_| Malformed)?;
        Ok(Elements { array, next: 0 })
    }

    /// Splits an enum into the number of its variant and the content of the variant.
    fn variant(self, names: &[&str]) -> Result<Variant, Malformed> {
        let (name, content) = if let Some(name) = self.0.as_string() {
            (name, JsValue::NULL)
        } else {
            let object: &Object = self.0.dyn_ref().ok_or(Malformed)?;
            let name = Object::keys(object).get(0).as_string().ok_or(Malformed)?;
            let content = self.field(&name)?;
            (name, content.0)
        };
        let number = names.iter().position(|known| *known == name);
        let number = number.and_then(|number| u32::try_from(number).ok());
        Ok(Variant {
            number: number.ok_or(Malformed)?,
            content: Self(content),
        })
    }
}

/// Numbers are whole, and small enough for the browser's own type of numbers.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the visitor of the type checks its range"
)]
impl<'de> Deserializer<'de> for Value {
    type Error = Malformed;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Malformed> {
        Err(Malformed)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        visitor.visit_bool(self.0.as_bool().ok_or(Malformed)?)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        visitor.visit_i64(self.number()? as i64)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        visitor.visit_u64(self.number()? as u64)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        visitor.visit_string(self.0.as_string().ok_or(Malformed)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        self.deserialize_string(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        if self.0.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        visitor.visit_seq(self.elements()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        visitor.visit_seq(Fields {
            object: self,
            names: fields,
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        visitor.visit_enum(self.variant(variants)?)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple_struct map identifier
        ignored_any
    }
}

/// The elements of an array.
struct Elements {
    array: Array,
    next: u32,
}

impl<'de> SeqAccess<'de> for Elements {
    type Error = Malformed;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Malformed> {
        if self.next == self.array.length() {
            return Ok(None);
        }
        let element = Value(self.array.get(self.next));
        self.next += 1;
        seed.deserialize(element).map(Some)
    }
}

/// The fields of a struct, in the order of the struct.
struct Fields {
    object: Value,
    names: &'static [&'static str],
}

impl<'de> SeqAccess<'de> for Fields {
    type Error = Malformed;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Malformed> {
        let Some((name, further)) = self.names.split_first() else {
            return Ok(None);
        };
        self.names = further;
        seed.deserialize(self.object.field(name)?).map(Some)
    }
}

struct Variant {
    number: u32,
    content: Value,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Malformed;
    type Variant = Value;

    fn variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Value), Malformed> {
        let number: U32Deserializer<Malformed> = self.number.into_deserializer();
        Ok((seed.deserialize(number)?, self.content))
    }
}

impl<'de> VariantAccess<'de> for Value {
    type Error = Malformed;

    fn unit_variant(self) -> Result<(), Malformed> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Malformed> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        self.deserialize_struct("", fields, visitor)
    }
}
