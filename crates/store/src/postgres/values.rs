//! Values on the wire. Each goes as the type that the statement has for it.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::{
    StoreError,
    sql::{At, Kind, Value},
};

type Failed = Box<dyn Error + Sync + Send>;

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failed> {
        match (*self, ty) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Bool(set), &Type::BOOL) => set.to_sql(ty, out),
            (Self::Integer(number), &Type::INT8) => number.to_sql(ty, out),
            // A column that holds anything has a number's bytes.
            (Self::Integer(number), &Type::BYTEA) => number.to_be_bytes().as_slice().to_sql(ty, out),
            (Self::Text(text) | Self::Bytes(text), &Type::BYTEA) => text.to_sql(ty, out),
            (Self::Text(text), _) => std::str::from_utf8(text)?.to_sql(ty, out),
            (value, ty) => Err(format!("{} for a parameter of type {ty}", kind(value)).into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl From<&Kind> for Type {
    fn from(kind: &Kind) -> Self {
        match kind {
            Kind::Integer => Self::INT8,
            Kind::Truth => Self::BOOL,
            Kind::Text => Self::TEXT,
            Kind::Bytes => Self::BYTEA,
        }
    }
}

const fn kind(value: Value<'_>) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a truth value",
        Value::Integer(_) => "a number",
        Value::Text(_) => "text",
        Value::Bytes(_) => "bytes",
    }
}

impl<'a> FromSql<'a> for Value<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Failed> {
        Ok(match *ty {
            Type::BOOL => Self::Bool(bool::from_sql(ty, raw)?),
            Type::INT8 => Self::Integer(i64::from_sql(ty, raw)?),
            Type::INT4 => Self::Integer(i64::from(i32::from_sql(ty, raw)?)),
            Type::BYTEA => Self::Bytes(raw),
            Type::TEXT => Self::Text(raw),
            ref other => return Err(format!("a column of type {other}").into()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failed> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A column.
pub(crate) fn value(row: &tokio_postgres::Row, at: impl At) -> Result<Value<'_>, StoreError> {
    row.try_get(at).map_err(|error| StoreError::Engine(error.to_string()))
}

/// A value that outlives the call that brought it.
#[derive(Debug, Clone)]
pub(super) enum Kept {
    Null,
    Bool(bool),
    Integer(i64),
    Text(Box<[u8]>),
    Bytes(Box<[u8]>),
}

impl Kept {
    pub(super) fn new(value: Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(set) => Self::Bool(set),
            Value::Integer(number) => Self::Integer(number),
            Value::Text(text) => Self::Text(text.into()),
            Value::Bytes(bytes) => Self::Bytes(bytes.into()),
        }
    }

    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(set) => Value::Bool(*set),
            Self::Integer(number) => Value::Integer(*number),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }
}
