// part: begin
//! How values go over the wire, exactly: read from PostgreSQL's binary format, written in its text format.
//!
//! SQLx's own decoders turn an empty range into the one that holds everything, `24:00` into midnight and panic
//! at `infinity`. These never give another value: what a type cannot hold is a [`ValueError`], found in
//! `sqlx::Error::ColumnDecode` by `source.downcast_ref::<ValueError>()`.

use sqlx::error::BoxDynError;
use sqlx::postgres::{PgRow, PgValueFormat, PgValueRef};
use sqlx::{Row, TypeInfo, ValueRef};

/// Why a value of the database is not one of Rust's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueError {
    /// It is null where the database was said never to have null.
    Null,
    /// `infinity` or `-infinity`, of a date, a timestamp or a number.
    Infinite,
    /// `NaN`, of a number.
    NotANumber,
    /// It has more digits, or is further away in time, than the Rust type can hold. The text says which value.
    OutOfRange(String),
    /// An array of several dimensions, or one that does not begin at 1.
    Dimensions,
    /// A label that the enum did not have when this code was generated.
    UnknownLabel(String),
    /// The type is another than when this code was generated; its name or number is given.
    OtherType(String),
    /// It came as text: only prepared statements (`query`, `query_as`) give binary values.
    TextFormat,
    /// The bytes are not what PostgreSQL sends for this type.
    Malformed,
}

impl std::fmt::Display for ValueError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => out.write_str("null where the database was said never to have null"),
            Self::Infinite => out.write_str("infinity cannot be held by the Rust type"),
            Self::NotANumber => out.write_str("NaN cannot be held by the Rust type"),
            Self::OutOfRange(value) => write!(out, "{value} cannot be held by the Rust type"),
            Self::Dimensions => {
                out.write_str("an array of several dimensions, or one that does not begin at 1")
            }
            Self::UnknownLabel(label) => {
                write!(out, "{label:?} was no label of the enum; generate again")
            }
            Self::OtherType(name) => {
                write!(out, "type {name} instead of the one it was; generate again")
            }
            Self::TextFormat => out.write_str("a value in text format; prepare the statement"),
            Self::Malformed => out.write_str("the bytes are not a value of this type"),
        }
    }
}

impl std::error::Error for ValueError {}

/// A type whose values are read from PostgreSQL's binary format.
pub trait Readable: Sized {
    /// Reads a value. `oid` is its type's, 0 where that is not known.
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError>;

    /// Reads a value, or null.
    fn read_nullable(oid: u32, bytes: Option<&[u8]>) -> Result<Self, ValueError> {
        Self::read(oid, bytes.ok_or(ValueError::Null)?)
    }
}

/// A type whose values are written in PostgreSQL's text format.
pub trait Writable {
    /// What is between the elements of an array of this type.
    const DELIMITER: char = ',';

    /// Appends the value as text.
    fn write(&self, text: &mut String);

    /// Whether it is null, and nothing is to be written.
    fn is_null(&self) -> bool {
        false
    }
}

impl<T: Readable> Readable for Option<T> {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        T::read(oid, bytes).map(Some)
    }

    fn read_nullable(oid: u32, bytes: Option<&[u8]>) -> Result<Self, ValueError> {
        bytes.map(|bytes| T::read(oid, bytes)).transpose()
    }
}

impl<T: Writable> Writable for Option<T> {
    const DELIMITER: char = T::DELIMITER;

    fn write(&self, text: &mut String) {
        if let Some(value) = self {
            value.write(text);
        }
    }

    fn is_null(&self) -> bool {
        self.as_ref().map_or(true, T::is_null)
    }
}

impl<T: Writable + ?Sized> Writable for &T {
    const DELIMITER: char = T::DELIMITER;

    fn write(&self, text: &mut String) {
        T::write(self, text);
    }

    fn is_null(&self) -> bool {
        T::is_null(self)
    }
}

/// A value as text, for a statement that casts it; `None` for null.
pub fn text<T: Writable>(value: &T) -> Option<String> {
    if value.is_null() {
        return None;
    }
    let mut text = String::new();
    value.write(&mut text);
    Some(text)
}

/// A column of a row.
pub fn column<T: Readable>(row: &PgRow, name: &str) -> Result<T, sqlx::Error> {
    from_value(row.try_get_raw(name)?).map_err(|source| sqlx::Error::ColumnDecode {
        index: format!("{name:?}"),
        source,
    })
}

/// A column that has to be selected as `::text`, for this program cannot read the binary format of its type.
pub fn column_as_text<T: Readable>(row: &PgRow, name: &str) -> Result<T, sqlx::Error> {
    let found = row.try_get_raw(name)?.type_info().name().to_owned();
    if !matches!(
        found.as_str(),
        "TEXT" | "VARCHAR" | "CHAR" | "NAME" | "TEXT[]"
    ) {
        return Err(sqlx::Error::ColumnDecode {
            index: format!("{name:?}"),
            source: Box::new(ValueError::OtherType(format!(
                "{found}, not selected as text,"
            ))),
        });
    }
    column(row, name)
}

/// A value as SQLx has it.
pub fn from_value<T: Readable>(value: PgValueRef<'_>) -> Result<T, BoxDynError> {
    if value.is_null() {
        return Ok(T::read_nullable(0, None)?);
    }
    if value.format() != PgValueFormat::Binary {
        return Err(ValueError::TextFormat.into());
    }
    let oid = value.type_info().oid().map_or(0, |oid| oid.0);
    Ok(T::read_nullable(oid, Some(value.as_bytes()?))?)
}

/// Numbers of types from here on differ from database to database.
const FIRST_MADE: u32 = 10_000;

/// Takes the type of an element or field, 0 where it is a type that somebody made: a row has the number of a
/// domain there, as the columns of a result never have.
fn take_oid(bytes: &mut &[u8]) -> Result<u32, ValueError> {
    let oid = u32::from_be_bytes(fixed(take(bytes, 4)?)?);
    Ok(if oid < FIRST_MADE { oid } else { 0 })
}

/// Bytes of a fixed number.
fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], ValueError> {
    bytes.try_into().map_err(|_| ValueError::Malformed)
}

/// Takes bytes off the front.
fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Result<&'a [u8], ValueError> {
    if bytes.len() < count {
        return Err(ValueError::Malformed);
    }
    let (first, rest) = bytes.split_at(count);
    *bytes = rest;
    Ok(first)
}

fn take_i32(bytes: &mut &[u8]) -> Result<i32, ValueError> {
    Ok(i32::from_be_bytes(fixed(take(bytes, 4)?)?))
}

/// Takes a value with its length before it; a negative one is null.
fn take_value<'a>(bytes: &mut &'a [u8]) -> Result<Option<&'a [u8]>, ValueError> {
    match usize::try_from(take_i32(bytes)?) {
        Ok(length) => take(bytes, length).map(Some),
        Err(_) => Ok(None),
    }
}

/// The type has to be one of these. Nobody knows it where `oid` is 0.
fn expect(oid: u32, expected: &[u32]) -> Result<(), ValueError> {
    if oid == 0 || expected.contains(&oid) {
        Ok(())
    } else {
        Err(ValueError::OtherType(format!("number {oid}")))
    }
}

/// Appends text in double quotes, as arrays, rows and ranges have it.
fn write_quoted(part: &str, text: &mut String) {
    text.push('"');
    for character in part.chars() {
        if matches!(character, '"' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text.push('"');
}

fn write_value<T: Writable + ?Sized>(value: &T, text: &mut String) {
    let mut part = String::new();
    value.write(&mut part);
    write_quoted(&part, text);
}

/// A scalar that is read from big-endian bytes and written by `Display`.
macro_rules! plain {
    ($($rust:ty: $($oid:literal)*;)*) => {$(
        impl Readable for $rust {
            fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
                expect(oid, &[$($oid),*])?;
                Ok(<$rust>::from_be_bytes(fixed(bytes)?))
            }
        }

        impl Writable for $rust {
            fn write(&self, text: &mut String) {
                text.push_str(&format!("{self:?}"));
            }
        }
    )*};
}

plain! {
    i16: 21;
    i32: 23;
    i64: 20;
    f32: 700;
    f64: 701;
}

impl Readable for bool {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[16])?;
        let [byte] = fixed(bytes)?;
        Ok(byte != 0)
    }
}

impl Writable for bool {
    fn write(&self, text: &mut String) {
        text.push(if *self { 't' } else { 'f' });
    }
}

impl Readable for String {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        // citext and enums have numbers of their own; what is no text has a byte that no text has
        if oid < FIRST_MADE || bytes.contains(&0) {
            expect(oid, &[25, 1043, 1042, 19, 142, 705])?;
        }
        String::from_utf8(bytes.to_vec()).map_err(|_| ValueError::Malformed)
    }
}

impl Writable for String {
    fn write(&self, text: &mut String) {
        text.push_str(self);
    }
}

impl Writable for str {
    fn write(&self, text: &mut String) {
        text.push_str(self);
    }
}
// part: sql_type

/// Whether a type of the database is the one of this schema and name.
pub fn is_named(found: &sqlx::postgres::PgTypeInfo, schema: &str, name: &str) -> bool {
    let found = found.name().replace('"', "");
    let name = name.replace('"', "");
    found == name || found == format!("{}.{name}", schema.replace('"', ""))
}

/// Whether a type of the database is an array of the one of this schema and name.
pub fn is_array_of(found: &sqlx::postgres::PgTypeInfo, schema: &str, name: &str) -> bool {
    matches!(found.kind(), sqlx::postgres::PgTypeKind::Array(element) if is_named(element, schema, name))
}

/// Makes a type known to SQLx: `$qualified` is what PostgreSQL calls it. Where it is used `wire` is this module.
macro_rules! sql_type {
    ($rust:ty, $schema:literal, $name:literal, $qualified:literal) => {
        impl sqlx::Type<sqlx::Postgres> for $rust {
            fn type_info() -> sqlx::postgres::PgTypeInfo {
                sqlx::postgres::PgTypeInfo::with_name($qualified)
            }

            fn compatible(found: &sqlx::postgres::PgTypeInfo) -> bool {
                wire::is_named(found, $schema, $name)
            }
        }

        impl sqlx::postgres::PgHasArrayType for $rust {
            fn array_type_info() -> sqlx::postgres::PgTypeInfo {
                sqlx::postgres::PgTypeInfo::array_of($qualified)
            }

            fn array_compatible(found: &sqlx::postgres::PgTypeInfo) -> bool {
                wire::is_array_of(found, $schema, $name)
            }
        }

        impl<'r> sqlx::Decode<'r, sqlx::Postgres> for $rust {
            fn decode(
                value: sqlx::postgres::PgValueRef<'r>,
            ) -> Result<Self, sqlx::error::BoxDynError> {
                wire::from_value(value)
            }
        }
    };
}
pub(crate) use sql_type;
// part: arg

/// What a caller may leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arg<T> {
    /// Not said: the default of the database; in an UPDATE what is there stays.
    Omitted,
    /// Null, said.
    Null,
    /// A value.
    Value(T),
}

impl<T> Arg<T> {
    /// `None` where it is left out; inside is what is said, null or a value.
    pub fn given(self) -> Option<Option<T>> {
        match self {
            Self::Omitted => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }
}

impl<T> Default for Arg<T> {
    fn default() -> Self {
        Self::Omitted
    }
}

impl<T> From<T> for Arg<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T> From<Option<T>> for Arg<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}
// part: statement

/// The part of a statement that depends on what a caller gives, and its values.
#[derive(Default)]
pub struct Statement {
    items: Vec<(&'static str, &'static str)>,
    arguments: sqlx::postgres::PgArguments,
}

impl Statement {
    /// Adds a value; `before` and `cast` stand around its placeholder, or `before` is the column.
    pub fn add<'q, T>(
        &mut self,
        before: &'static str,
        cast: &'static str,
        value: T,
    ) -> Result<(), sqlx::Error>
    where
        T: sqlx::Encode<'q, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + 'q,
    {
        sqlx::Arguments::add(&mut self.arguments, value).map_err(sqlx::Error::Encode)?;
        self.items.push((before, cast));
        Ok(())
    }

    /// Adds a value unless it is left out.
    pub fn given<'q, T>(
        &mut self,
        before: &'static str,
        cast: &'static str,
        value: Option<T>,
    ) -> Result<(), sqlx::Error>
    where
        T: sqlx::Encode<'q, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + 'q,
    {
        value.map_or(Ok(()), |value| self.add(before, cast, value))
    }

    /// An error where fewer were added: an argument that goes by position needs all before it.
    pub fn expect(&self, before: usize) -> Result<(), sqlx::Error> {
        if self.items.len() < before {
            return Err(sqlx::Error::InvalidArgument(format!(
                "argument {} goes by position and is given, but not all before it are",
                before + 1
            )));
        }
        Ok(())
    }

    /// All of them: `"a" => $1::int4, "b" => $2::text`.
    pub fn list(&self) -> String {
        let each =
            |(at, (before, cast)): (usize, &(&str, &str))| format!("{before}${}{cast}", at + 1);
        self.items
            .iter()
            .enumerate()
            .map(each)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// An INSERT of the columns that were added.
    pub fn insert(&self, table: &str, returning: &str) -> String {
        if self.items.is_empty() {
            return format!("INSERT INTO {table} DEFAULT VALUES RETURNING {returning}");
        }
        let names: Vec<_> = self.items.iter().map(|(name, _)| *name).collect();
        let each = |(at, (_, cast)): (usize, &(&str, &str))| format!("${}{cast}", at + 1);
        let values: Vec<_> = self.items.iter().enumerate().map(each).collect();
        format!(
            "INSERT INTO {table} ({}) VALUES ({}) RETURNING {returning}",
            names.join(", "),
            values.join(", ")
        )
    }

    /// An UPDATE that sets all that was added but the last `keys`, which say of which row. Where nothing is to be
    /// set it is a SELECT of that row.
    pub fn update(&self, table: &str, keys: usize, returning: &str) -> String {
        let each =
            |(at, (name, cast)): (usize, &(&str, &str))| format!("{name} = ${}{cast}", at + 1);
        let parts: Vec<_> = self.items.iter().enumerate().map(each).collect();
        let (set, keys) = parts.split_at(parts.len() - keys);
        if set.is_empty() {
            return format!(
                "SELECT {returning} FROM {table} WHERE {}",
                keys.join(" AND ")
            );
        }
        format!(
            "UPDATE {table} SET {} WHERE {} RETURNING {returning}",
            set.join(", "),
            keys.join(" AND ")
        )
    }

    /// The values.
    pub fn into_arguments(self) -> sqlx::postgres::PgArguments {
        self.arguments
    }
}
// part: array

impl<T: Readable> Readable for Vec<T> {
    fn read(_oid: u32, mut bytes: &[u8]) -> Result<Self, ValueError> {
        let dimensions = take_i32(&mut bytes)?;
        let _has_nulls = take_i32(&mut bytes)?;
        let element = take_oid(&mut bytes)?;
        if dimensions == 0 {
            return Ok(Self::new());
        }
        let count = take_i32(&mut bytes).map_err(|_| ValueError::Dimensions)?;
        if dimensions != 1 || take_i32(&mut bytes)? != 1 {
            return Err(ValueError::Dimensions);
        }
        let mut elements =
            Self::with_capacity(usize::try_from(count).unwrap_or(0).min(bytes.len()));
        for _ in 0..count {
            elements.push(T::read_nullable(element, take_value(&mut bytes)?)?);
        }
        Ok(elements)
    }
}

impl<T: Writable> Writable for [T] {
    fn write(&self, text: &mut String) {
        text.push('{');
        for (at, element) in self.iter().enumerate() {
            if at > 0 {
                text.push(T::DELIMITER);
            }
            if element.is_null() {
                text.push_str("NULL");
            } else {
                write_value(element, text);
            }
        }
        text.push('}');
    }
}

impl<T: Writable> Writable for Vec<T> {
    fn write(&self, text: &mut String) {
        self.as_slice().write(text);
    }
}
// part: record

/// The fields of a row value, one after the other.
pub struct Fields<'r> {
    bytes: &'r [u8],
}

impl<'r> Fields<'r> {
    /// A row that has this many fields.
    pub fn new(mut bytes: &'r [u8], count: i32) -> Result<Self, ValueError> {
        let found = take_i32(&mut bytes)?;
        if found != count {
            return Err(ValueError::OtherType(format!("of {found} fields")));
        }
        Ok(Self { bytes })
    }

    /// The next field.
    pub fn take<T: Readable>(&mut self) -> Result<T, ValueError> {
        let oid = take_oid(&mut self.bytes)?;
        T::read_nullable(oid, take_value(&mut self.bytes)?)
    }
}

/// Writes a row value.
pub struct Record<'t> {
    text: &'t mut String,
    first: bool,
}

impl<'t> Record<'t> {
    /// Begins one.
    pub fn new(text: &'t mut String) -> Self {
        text.push('(');
        Self { text, first: true }
    }

    /// Appends a field.
    pub fn field<T: Writable>(&mut self, value: &T) -> &mut Self {
        if !std::mem::take(&mut self.first) {
            self.text.push(',');
        }
        if !value.is_null() {
            write_value(value, self.text);
        }
        self
    }

    /// Ends it.
    pub fn end(&mut self) {
        self.text.push(')');
    }
}
// part: range

/// A range. Unlike SQLx's `PgRange` it can be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Range<T> {
    /// It holds nothing.
    Empty,
    /// From a bound to a bound.
    Bounds(std::ops::Bound<T>, std::ops::Bound<T>),
}

impl<T> From<std::ops::Range<T>> for Range<T> {
    fn from(range: std::ops::Range<T>) -> Self {
        Self::Bounds(
            std::ops::Bound::Included(range.start),
            std::ops::Bound::Excluded(range.end),
        )
    }
}

impl<T> From<std::ops::RangeFrom<T>> for Range<T> {
    fn from(range: std::ops::RangeFrom<T>) -> Self {
        Self::Bounds(
            std::ops::Bound::Included(range.start),
            std::ops::Bound::Unbounded,
        )
    }
}

impl<T> From<std::ops::RangeTo<T>> for Range<T> {
    fn from(range: std::ops::RangeTo<T>) -> Self {
        Self::Bounds(
            std::ops::Bound::Unbounded,
            std::ops::Bound::Excluded(range.end),
        )
    }
}

impl<T> From<std::ops::RangeInclusive<T>> for Range<T> {
    fn from(range: std::ops::RangeInclusive<T>) -> Self {
        let (start, end) = range.into_inner();
        Self::Bounds(
            std::ops::Bound::Included(start),
            std::ops::Bound::Included(end),
        )
    }
}

impl<T: Readable> Readable for Range<T> {
    fn read(_oid: u32, mut bytes: &[u8]) -> Result<Self, ValueError> {
        let flags = take(&mut bytes, 1)?[0];
        if flags & 0x01 != 0 {
            return Ok(Self::Empty);
        }
        let mut bound = |infinite: u8, inclusive: u8| -> Result<std::ops::Bound<T>, ValueError> {
            if flags & infinite != 0 {
                return Ok(std::ops::Bound::Unbounded);
            }
            let value = T::read_nullable(0, take_value(&mut bytes)?)?;
            Ok(if flags & inclusive != 0 {
                std::ops::Bound::Included(value)
            } else {
                std::ops::Bound::Excluded(value)
            })
        };
        let lower = bound(0x08, 0x02)?;
        Ok(Self::Bounds(lower, bound(0x10, 0x04)?))
    }
}

impl<T: Writable> Writable for Range<T> {
    fn write(&self, text: &mut String) {
        let Self::Bounds(lower, upper) = self else {
            text.push_str("empty");
            return;
        };
        text.push(if matches!(lower, std::ops::Bound::Included(_)) {
            '['
        } else {
            '('
        });
        if let std::ops::Bound::Included(value) | std::ops::Bound::Excluded(value) = lower {
            write_value(value, text);
        }
        text.push(',');
        if let std::ops::Bound::Included(value) | std::ops::Bound::Excluded(value) = upper {
            write_value(value, text);
        }
        text.push(if matches!(upper, std::ops::Bound::Included(_)) {
            ']'
        } else {
            ')'
        });
    }
}
// part: multirange

/// A multirange: ranges, none of them empty, in order, apart from each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Multirange<T>(pub Vec<Range<T>>);

impl<T: Readable> Readable for Multirange<T> {
    fn read(_oid: u32, mut bytes: &[u8]) -> Result<Self, ValueError> {
        let count = take_i32(&mut bytes)?;
        let mut ranges = Vec::new();
        for _ in 0..count {
            ranges.push(Range::read_nullable(0, take_value(&mut bytes)?)?);
        }
        Ok(Self(ranges))
    }
}

impl<T: Writable> Writable for Multirange<T> {
    fn write(&self, text: &mut String) {
        text.push('{');
        for (at, range) in self.0.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            range.write(text);
        }
        text.push('}');
    }
}
// part: bytes

impl Readable for Vec<u8> {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[17])?;
        Ok(bytes.to_vec())
    }
}

impl Writable for Vec<u8> {
    fn write(&self, text: &mut String) {
        text.push_str("\\x");
        for byte in self {
            text.push_str(&format!("{byte:02x}"));
        }
    }
}
// part: uuid

impl Readable for sqlx::types::Uuid {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[2950])?;
        Ok(Self::from_bytes(fixed(bytes)?))
    }
}

impl Writable for sqlx::types::Uuid {
    fn write(&self, text: &mut String) {
        text.push_str(&self.to_string());
    }
}
// part: json

impl Readable for sqlx::types::JsonValue {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        Json {
            text: json_text(oid, bytes)?,
            at: 0,
        }
        .value(0)
    }
}

impl Writable for sqlx::types::JsonValue {
    fn write(&self, text: &mut String) {
        text.push_str(&self.to_string());
    }
}

/// JSON that PostgreSQL has found to be valid. serde_json's own parser rounds numbers, also to a neighbour of the
/// float that is meant.
struct Json<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Json<'t> {
    /// The next character that is no space.
    fn next(&mut self) -> Result<u8, ValueError> {
        let rest = &self.text.as_bytes()[self.at..];
        let spaces = rest
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        self.at += spaces;
        rest.get(spaces).copied().ok_or(ValueError::Malformed)
    }

    /// All from here as long as it fits.
    fn token(&mut self, fits: impl Fn(u8) -> bool) -> &'t str {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        self.at += rest.iter().take_while(|byte| fits(**byte)).count();
        &self.text[start..self.at]
    }

    fn value(&mut self, depth: u32) -> Result<sqlx::types::JsonValue, ValueError> {
        if depth > 128 {
            return Err(ValueError::OutOfRange(
                "JSON of more than 128 levels".to_owned(),
            ));
        }
        match self.next()? {
            b'{' => {
                self.at += 1;
                let mut pairs = Vec::new();
                loop {
                    match self.next()? {
                        b'"' => {
                            let key = self.string()?;
                            pairs.push((key, self.value(depth + 1)?));
                        }
                        b'}' => break,
                        _ => return Err(ValueError::Malformed),
                    }
                    if self.next()? == b',' {
                        self.at += 1;
                    }
                }
                self.at += 1;
                Ok(pairs.into_iter().collect())
            }
            b'[' => {
                self.at += 1;
                let mut elements = Vec::new();
                while self.next()? != b']' {
                    elements.push(self.value(depth + 1)?);
                    if self.next()? == b',' {
                        self.at += 1;
                    }
                }
                self.at += 1;
                Ok(sqlx::types::JsonValue::Array(elements))
            }
            b'"' => self.string().map(sqlx::types::JsonValue::String),
            b'-' | b'0'..=b'9' => {
                let number = self
                    .token(|byte| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'));
                json_number(number).ok_or_else(|| ValueError::OutOfRange(number.to_owned()))
            }
            _ => {
                let word = self.token(|byte| byte.is_ascii_lowercase());
                word.parse().map_err(|_| ValueError::Malformed)
            }
        }
    }

    /// A string, and the colon behind it if it is a key.
    fn string(&mut self) -> Result<String, ValueError> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        self.at += 1;
        while *bytes.get(self.at).ok_or(ValueError::Malformed)? != b'"' {
            self.at += if bytes[self.at] == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        let quoted = &self.text[start..self.at];
        if self.next().is_ok_and(|byte| byte == b':') {
            self.at += 1;
        }
        match quoted.parse() {
            Ok(sqlx::types::JsonValue::String(text)) => Ok(text),
            _ => Err(ValueError::OutOfRange(quoted.to_owned())), // half of a surrogate pair
        }
    }
}

/// A number, where it can be held as it is.
fn json_number(number: &str) -> Option<sqlx::types::JsonValue> {
    if let Ok(integer) = number.parse::<i64>() {
        return Some(integer.into());
    }
    let parsed = number.parse::<sqlx::types::JsonValue>().ok();
    let rounded = number.parse::<f64>().ok().map(sqlx::types::JsonValue::from);
    let mut held = parsed.into_iter().chain(rounded);
    held.find(|held| same_number(number, &held.to_string()).is_some())
}

fn same_number(one: &str, other: &str) -> Option<()> {
    (significant(one)? == significant(other)?).then_some(())
}

/// Sign, digits without zeros around them, and the power of ten of the last digit.
fn significant(number: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = match number.find(['e', 'E']) {
        Some(at) => (&number[..at], number[at + 1..].parse::<i64>().ok()?),
        None => (number, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let power = exponent - i64::try_from(fraction.len()).ok()?;
    let kept = digits.trim_end_matches('0');
    let power = power + i64::try_from(digits.len() - kept.len()).ok()?;
    let kept = kept.trim_start_matches('0');
    Some(if kept.is_empty() {
        (false, String::new(), 0)
    } else {
        (negative, kept.to_owned(), power)
    })
}
// part: json_text

/// JSON as PostgreSQL has it, to the last digit and key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JsonText(pub String);

impl Readable for JsonText {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        json_text(oid, bytes).map(|text| Self(text.to_owned()))
    }
}

impl Writable for JsonText {
    fn write(&self, text: &mut String) {
        text.push_str(&self.0);
    }
}
// part: any_json

fn json_text(oid: u32, bytes: &[u8]) -> Result<&str, ValueError> {
    expect(oid, &[114, 3802])?;
    let bytes = match bytes.first() {
        Some(1) => &bytes[1..], // the version of jsonb's binary format; no JSON text begins so
        _ => bytes,
    };
    std::str::from_utf8(bytes).map_err(|_| ValueError::Malformed)
}
// part: any_number

/// A `numeric` as its digits.
enum Digits {
    NotANumber,
    Infinite { negative: bool },
    Finite(String),
}

fn digits(oid: u32, mut bytes: &[u8]) -> Result<Digits, ValueError> {
    expect(oid, &[1700])?;
    let count = u16::from_be_bytes(fixed(take(&mut bytes, 2)?)?);
    let weight = i16::from_be_bytes(fixed(take(&mut bytes, 2)?)?);
    let sign = u16::from_be_bytes(fixed(take(&mut bytes, 2)?)?);
    let scale = u16::from_be_bytes(fixed(take(&mut bytes, 2)?)?);
    match sign {
        0xC000 => return Ok(Digits::NotANumber),
        0xD000 => return Ok(Digits::Infinite { negative: false }),
        0xF000 => return Ok(Digits::Infinite { negative: true }),
        0x0000 | 0x4000 => {}
        _ => return Err(ValueError::Malformed),
    }
    let mut groups = Vec::with_capacity(count.into());
    for _ in 0..count {
        groups.push(u16::from_be_bytes(fixed(take(&mut bytes, 2)?)?));
    }
    let group = |power: i32| -> u16 {
        let at = usize::try_from(i32::from(weight) - power).ok();
        at.and_then(|at| groups.get(at)).copied().unwrap_or(0)
    };
    let mut text = String::new();
    for power in (0..=i32::from(weight)).rev() {
        text.push_str(&format!("{:04}", group(power)));
    }
    let whole = text.trim_start_matches('0');
    let mut text = format!(
        "{}{}",
        if sign == 0x4000 { "-" } else { "" },
        if whole.is_empty() { "0" } else { whole }
    );
    if scale > 0 {
        let mut fraction = String::new();
        let mut power = -1;
        while fraction.len() < scale.into() {
            fraction.push_str(&format!("{:04}", group(power)));
            power -= 1;
        }
        fraction.truncate(scale.into());
        text.push('.');
        text.push_str(&fraction);
    }
    Ok(Digits::Finite(text))
}
// part: decimal

impl Readable for sqlx::types::Decimal {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        match digits(oid, bytes)? {
            Digits::NotANumber => Err(ValueError::NotANumber),
            Digits::Infinite { .. } => Err(ValueError::Infinite),
            Digits::Finite(text) => {
                Self::from_str_exact(&text).map_err(|_| ValueError::OutOfRange(text))
            }
        }
    }
}

impl Writable for sqlx::types::Decimal {
    fn write(&self, text: &mut String) {
        text.push_str(&self.to_string());
    }
}
// part: number

/// Any `numeric`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Number {
    /// `-Infinity`
    NegativeInfinity,
    /// A number; its scale is kept.
    Finite(sqlx::types::BigDecimal),
    /// `Infinity`
    Infinity,
    /// `NaN`, which PostgreSQL takes for equal to itself.
    NotANumber,
}

impl From<sqlx::types::BigDecimal> for Number {
    fn from(value: sqlx::types::BigDecimal) -> Self {
        Self::Finite(value)
    }
}

impl Readable for Number {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        Ok(match digits(oid, bytes)? {
            Digits::NotANumber => Self::NotANumber,
            Digits::Infinite { negative: true } => Self::NegativeInfinity,
            Digits::Infinite { negative: false } => Self::Infinity,
            Digits::Finite(text) => {
                Self::Finite(text.parse().map_err(|_| ValueError::OutOfRange(text))?)
            }
        })
    }
}

impl Writable for Number {
    fn write(&self, text: &mut String) {
        match self {
            Self::NotANumber => text.push_str("NaN"),
            Self::NegativeInfinity => text.push_str("-Infinity"),
            Self::Infinity => text.push_str("Infinity"),
            Self::Finite(value) => {
                let (digits, scale) = value.as_bigint_and_exponent(); // `Display` forgets the scale of zero
                text.push_str(&format!("{digits}e{}", -scale));
            }
        }
    }
}
// part: any_time

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// Days from 1970-01-01 to 2000-01-01, from which PostgreSQL counts.
const EPOCH: i64 = 10_957;

/// Days since 1970-01-01 of a `date`; infinity is an error.
fn read_days(oid: u32, bytes: &[u8]) -> Result<i64, ValueError> {
    expect(oid, &[1082])?;
    match i32::from_be_bytes(fixed(bytes)?) {
        i32::MIN | i32::MAX => Err(ValueError::Infinite),
        days => Ok(i64::from(days) + EPOCH),
    }
}

/// Microseconds since 1970-01-01 of a timestamp; infinity is an error.
fn read_microseconds(oid: u32, bytes: &[u8], expected: u32) -> Result<i64, ValueError> {
    expect(oid, &[expected])?;
    match i64::from_be_bytes(fixed(bytes)?) {
        i64::MIN | i64::MAX => Err(ValueError::Infinite),
        microseconds => microseconds.checked_add(EPOCH * DAY).ok_or_else(|| {
            let (date, era) = date_text(microseconds.div_euclid(DAY) + EPOCH);
            let zone = if expected == 1184 { "+00" } else { "" };
            let time = time_text(microseconds.rem_euclid(DAY));
            ValueError::OutOfRange(format!("{date} {time}{zone}{era}"))
        }),
    }
}

/// `2024-02-29`, and ` BC` where it is before Christ, for days since 1970-01-01.
fn date_text(days: i64) -> (String, &'static str) {
    // eras of 400 years, years that begin in March: leap days come last
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    if year > 0 {
        (format!("{year:04}-{month:02}-{day:02}"), "")
    } else {
        (format!("{:04}-{month:02}-{day:02}", 1 - year), " BC")
    }
}

/// `12:34:56.123456` for microseconds since midnight, or more than a day.
fn time_text(microseconds: i64) -> String {
    let (sign, all) = (
        if microseconds < 0 { "-" } else { "" },
        microseconds.unsigned_abs(),
    );
    let (seconds, fraction) = (all / 1_000_000, all % 1_000_000);
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!(
        "{sign}{hours:02}:{minutes:02}:{:02}.{fraction:06}",
        seconds % 60
    )
}

/// A timestamp, for microseconds since 1970-01-01.
fn timestamp_text(microseconds: i64, zone: &str) -> String {
    let (date, era) = date_text(microseconds.div_euclid(DAY));
    format!(
        "{date} {}{zone}{era}",
        time_text(microseconds.rem_euclid(DAY))
    )
}
// part: chrono_date

impl Readable for sqlx::types::chrono::NaiveDate {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        let days = read_days(oid, bytes)?;
        i32::try_from(days + 719_163)
            .ok()
            .and_then(Self::from_num_days_from_ce_opt)
            .ok_or_else(|| ValueError::OutOfRange(date_text(days).0))
    }
}

impl Writable for sqlx::types::chrono::NaiveDate {
    fn write(&self, text: &mut String) {
        let (date, era) = date_text(self.signed_duration_since(Self::default()).num_days());
        text.push_str(&date);
        text.push_str(era);
    }
}
// part: chrono_timestamp

impl Readable for sqlx::types::chrono::NaiveDateTime {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        let microseconds = read_microseconds(oid, bytes, 1114)?;
        sqlx::types::chrono::DateTime::from_timestamp_micros(microseconds)
            .map(|at| at.naive_utc())
            .ok_or_else(|| ValueError::OutOfRange(timestamp_text(microseconds, "")))
    }
}

impl Writable for sqlx::types::chrono::NaiveDateTime {
    fn write(&self, text: &mut String) {
        text.push_str(&timestamp_text(self.and_utc().timestamp_micros(), ""));
    }
}
// part: chrono_timestamptz

impl Readable for sqlx::types::chrono::DateTime<sqlx::types::chrono::Utc> {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        let microseconds = read_microseconds(oid, bytes, 1184)?;
        Self::from_timestamp_micros(microseconds)
            .ok_or_else(|| ValueError::OutOfRange(timestamp_text(microseconds, "+00")))
    }
}

impl Writable for sqlx::types::chrono::DateTime<sqlx::types::chrono::Utc> {
    fn write(&self, text: &mut String) {
        text.push_str(&timestamp_text(self.timestamp_micros(), "+00"));
    }
}
// part: chrono_time

impl Readable for sqlx::types::chrono::NaiveTime {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[1083])?;
        chrono_time(i64::from_be_bytes(fixed(bytes)?))
    }
}

impl Writable for sqlx::types::chrono::NaiveTime {
    fn write(&self, text: &mut String) {
        let since = self.signed_duration_since(Self::default());
        text.push_str(&time_text(since.num_microseconds().unwrap_or(0)));
    }
}

fn chrono_time(microseconds: i64) -> Result<sqlx::types::chrono::NaiveTime, ValueError> {
    u32::try_from(microseconds.div_euclid(1_000_000))
        .ok()
        .zip(u32::try_from(microseconds.rem_euclid(1_000_000) * 1_000).ok())
        .and_then(|(seconds, rest)| {
            sqlx::types::chrono::NaiveTime::from_num_seconds_from_midnight_opt(seconds, rest)
        })
        .ok_or_else(|| ValueError::OutOfRange(time_text(microseconds)))
}
// part: chrono_timetz

/// A `timetz`.
pub type TimeTz = sqlx::postgres::types::PgTimeTz<
    sqlx::types::chrono::NaiveTime,
    sqlx::types::chrono::FixedOffset,
>;

impl Readable for TimeTz {
    fn read(oid: u32, mut bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[1266])?;
        let time = chrono_time(i64::from_be_bytes(fixed(take(&mut bytes, 8)?)?))?;
        let west = i32::from_be_bytes(fixed(bytes)?);
        let offset =
            sqlx::types::chrono::FixedOffset::west_opt(west).ok_or(ValueError::Malformed)?;
        Ok(Self { time, offset })
    }
}

impl Writable for TimeTz {
    fn write(&self, text: &mut String) {
        self.time.write(text);
        text.push_str(&offset_text(self.offset.local_minus_utc()));
    }
}
// part: time_date

impl Readable for sqlx::types::time::Date {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        let days = read_days(oid, bytes)?;
        i32::try_from(days + 2_440_588)
            .ok()
            .and_then(|day| Self::from_julian_day(day).ok())
            .ok_or_else(|| ValueError::OutOfRange(date_text(days).0))
    }
}

impl Writable for sqlx::types::time::Date {
    fn write(&self, text: &mut String) {
        let (date, era) = date_text(i64::from(self.to_julian_day()) - 2_440_588);
        text.push_str(&date);
        text.push_str(era);
    }
}
// part: time_timestamp

impl Readable for sqlx::types::time::PrimitiveDateTime {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        let microseconds = read_microseconds(oid, bytes, 1114)?;
        let at = time_at(microseconds)
            .ok_or_else(|| ValueError::OutOfRange(timestamp_text(microseconds, "")))?;
        Ok(Self::new(at.date(), at.time()))
    }
}

impl Writable for sqlx::types::time::PrimitiveDateTime {
    fn write(&self, text: &mut String) {
        text.push_str(&timestamp_text(time_microseconds(self.assume_utc()), ""));
    }
}
// part: time_timestamptz

impl Readable for sqlx::types::time::OffsetDateTime {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        let microseconds = read_microseconds(oid, bytes, 1184)?;
        time_at(microseconds)
            .ok_or_else(|| ValueError::OutOfRange(timestamp_text(microseconds, "+00")))
    }
}

impl Writable for sqlx::types::time::OffsetDateTime {
    fn write(&self, text: &mut String) {
        text.push_str(&timestamp_text(time_microseconds(*self), "+00"));
    }
}
// part: time_any_timestamp

fn time_at(microseconds: i64) -> Option<sqlx::types::time::OffsetDateTime> {
    sqlx::types::time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(microseconds) * 1_000)
        .ok()
}

fn time_microseconds(at: sqlx::types::time::OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000)).unwrap_or(i64::MAX)
}
// part: time_time

impl Readable for sqlx::types::time::Time {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[1083])?;
        time_of_day(i64::from_be_bytes(fixed(bytes)?))
    }
}

impl Writable for sqlx::types::time::Time {
    fn write(&self, text: &mut String) {
        let (hours, minutes, seconds, rest) = self.as_hms_micro();
        let seconds = i64::from(hours) * 3_600 + i64::from(minutes) * 60 + i64::from(seconds);
        text.push_str(&time_text(seconds * 1_000_000 + i64::from(rest)));
    }
}

fn time_of_day(microseconds: i64) -> Result<sqlx::types::time::Time, ValueError> {
    let seconds = microseconds.div_euclid(1_000_000);
    let part = |value: i64| u8::try_from(value).ok();
    part(seconds / 3_600)
        .zip(part(seconds / 60 % 60))
        .zip(part(seconds % 60))
        .zip(u32::try_from(microseconds.rem_euclid(1_000_000)).ok())
        .and_then(|(((hours, minutes), seconds), rest)| {
            sqlx::types::time::Time::from_hms_micro(hours, minutes, seconds, rest).ok()
        })
        .ok_or_else(|| ValueError::OutOfRange(time_text(microseconds)))
}
// part: time_timetz

/// A `timetz`.
pub type TimeTz =
    sqlx::postgres::types::PgTimeTz<sqlx::types::time::Time, sqlx::types::time::UtcOffset>;

impl Readable for TimeTz {
    fn read(oid: u32, mut bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[1266])?;
        let time = time_of_day(i64::from_be_bytes(fixed(take(&mut bytes, 8)?)?))?;
        let west = i32::from_be_bytes(fixed(bytes)?);
        let offset = sqlx::types::time::UtcOffset::from_whole_seconds(-west)
            .map_err(|_| ValueError::Malformed)?;
        Ok(Self { time, offset })
    }
}

impl Writable for TimeTz {
    fn write(&self, text: &mut String) {
        self.time.write(text);
        text.push_str(&offset_text(self.offset.whole_seconds()));
    }
}
// part: any_offset

/// `+05:30:00` for seconds east of Greenwich.
fn offset_text(east: i32) -> String {
    let (sign, all) = (if east < 0 { '-' } else { '+' }, east.unsigned_abs());
    format!(
        "{sign}{:02}:{:02}:{:02}",
        all / 3_600,
        all / 60 % 60,
        all % 60
    )
}
// part: endless

/// A date or timestamp, which may be infinity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endless<T> {
    /// `-infinity`
    NegativeInfinity,
    /// A date or timestamp.
    Finite(T),
    /// `infinity`
    Infinity,
}

impl<T> From<T> for Endless<T> {
    fn from(value: T) -> Self {
        Self::Finite(value)
    }
}

impl<T: Readable> Readable for Endless<T> {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        match T::read(oid, bytes) {
            Err(ValueError::Infinite) if bytes[0] & 0x80 != 0 => Ok(Self::NegativeInfinity),
            Err(ValueError::Infinite) => Ok(Self::Infinity),
            finite => finite.map(Self::Finite),
        }
    }
}

impl<T: Writable> Writable for Endless<T> {
    fn write(&self, text: &mut String) {
        match self {
            Self::NegativeInfinity => text.push_str("-infinity"),
            Self::Finite(value) => value.write(text),
            Self::Infinity => text.push_str("infinity"),
        }
    }
}
// part: time_of_day

/// A `time`, which may be 24:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay {
    /// Since midnight, at most those of a day.
    pub microseconds: i64,
}

impl Readable for TimeOfDay {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[1083])?;
        let microseconds = i64::from_be_bytes(fixed(bytes)?);
        Ok(Self { microseconds })
    }
}

impl Writable for TimeOfDay {
    fn write(&self, text: &mut String) {
        text.push_str(&time_text(self.microseconds));
    }
}
// part: time_of_day_with_zone

/// A `timetz`, which may be 24:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeOfDayWithZone {
    /// Since midnight, at most those of a day.
    pub microseconds: i64,
    /// Seconds east of Greenwich.
    pub east: i32,
}

impl Readable for TimeOfDayWithZone {
    fn read(oid: u32, mut bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[1266])?;
        let microseconds = i64::from_be_bytes(fixed(take(&mut bytes, 8)?)?);
        let west = i32::from_be_bytes(fixed(bytes)?);
        Ok(Self {
            microseconds,
            east: -west,
        })
    }
}

impl Writable for TimeOfDayWithZone {
    fn write(&self, text: &mut String) {
        text.push_str(&time_text(self.microseconds));
        text.push_str(&offset_text(self.east));
    }
}
// part: interval

impl Readable for sqlx::postgres::types::PgInterval {
    fn read(oid: u32, mut bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[1186])?;
        let microseconds = i64::from_be_bytes(fixed(take(&mut bytes, 8)?)?);
        let days = take_i32(&mut bytes)?;
        let months = i32::from_be_bytes(fixed(bytes)?);
        Ok(Self {
            months,
            days,
            microseconds,
        })
    }
}

impl Writable for sqlx::postgres::types::PgInterval {
    fn write(&self, text: &mut String) {
        match (self.months, self.days, self.microseconds) {
            (i32::MAX, i32::MAX, i64::MAX) => text.push_str("infinity"),
            (i32::MIN, i32::MIN, i64::MIN) => text.push_str("-infinity"),
            (months, days, rest) => {
                text.push_str(&format!("{months} months {days} days {}", time_text(rest)));
            }
        }
    }
}
// part: inet

impl Readable for sqlx::types::ipnetwork::IpNetwork {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[869, 650])?;
        let [_family, prefix, _is_cidr, _length, address @ ..] = bytes else {
            return Err(ValueError::Malformed);
        };
        let address = match address.len() {
            4 => std::net::IpAddr::from(fixed::<4>(address)?),
            _ => std::net::IpAddr::from(fixed::<16>(address)?),
        };
        Self::new(address, *prefix).map_err(|_| ValueError::Malformed)
    }
}

impl Writable for sqlx::types::ipnetwork::IpNetwork {
    fn write(&self, text: &mut String) {
        text.push_str(&self.to_string());
    }
}
// part: mac

impl Readable for sqlx::types::mac_address::MacAddress {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[829])?;
        Ok(Self::new(fixed(bytes)?))
    }
}

impl Writable for sqlx::types::mac_address::MacAddress {
    fn write(&self, text: &mut String) {
        text.push_str(&self.to_string());
    }
}
// part: bits

impl Readable for sqlx::types::BitVec {
    fn read(oid: u32, mut bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[1560, 1562])?;
        let length = take_i32(&mut bytes)?;
        let mut bits = Self::from_bytes(bytes);
        bits.truncate(usize::try_from(length).map_err(|_| ValueError::Malformed)?);
        Ok(bits)
    }
}

impl Writable for sqlx::types::BitVec {
    fn write(&self, text: &mut String) {
        text.extend(self.iter().map(|bit| if bit { '1' } else { '0' }));
    }
}
// part: money

impl Readable for sqlx::postgres::types::PgMoney {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[790])?;
        Ok(Self(i64::from_be_bytes(fixed(bytes)?)))
    }
}
// part: char

impl Readable for i8 {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[18])?;
        Ok(Self::from_be_bytes(fixed(bytes)?))
    }
}
// part: oid

impl Readable for sqlx::postgres::types::Oid {
    fn read(oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[26])?;
        Ok(Self(u32::from_be_bytes(fixed(bytes)?)))
    }
}

impl Writable for sqlx::postgres::types::Oid {
    fn write(&self, text: &mut String) {
        text.push_str(&self.0.to_string());
    }
}
// part: hstore

impl Readable for sqlx::postgres::types::PgHstore {
    fn read(_oid: u32, mut bytes: &[u8]) -> Result<Self, ValueError> {
        let count = take_i32(&mut bytes)?;
        let mut pairs = Self::default();
        for _ in 0..count {
            let key = String::read_nullable(0, take_value(&mut bytes)?)?;
            pairs
                .0
                .insert(key, Option::read_nullable(0, take_value(&mut bytes)?)?);
        }
        Ok(pairs)
    }
}

impl Writable for sqlx::postgres::types::PgHstore {
    fn write(&self, text: &mut String) {
        for (at, (key, value)) in self.0.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            write_quoted(key, text);
            text.push_str("=>");
            match value {
                Some(value) => write_quoted(value, text),
                None => text.push_str("NULL"),
            }
        }
    }
}
// part: vector

/// A `vector` of pgvector.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector(pub Vec<f32>);

impl Readable for Vector {
    fn read(_oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        let numbers = bytes.get(4..).ok_or(ValueError::Malformed)?;
        if numbers.len() != 4 * usize::from(u16::from_be_bytes([bytes[0], bytes[1]])) {
            return Err(ValueError::Malformed);
        }
        numbers
            .chunks(4)
            .map(|each| Ok(f32::from_be_bytes(fixed(each)?)))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Writable for Vector {
    fn write(&self, text: &mut String) {
        text.push('[');
        for (at, number) in self.0.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            number.write(text);
        }
        text.push(']');
    }
}
// part: any_point

fn take_floats<const N: usize>(bytes: &mut &[u8]) -> Result<[f64; N], ValueError> {
    let mut floats = [0.0; N];
    for float in &mut floats {
        *float = f64::from_be_bytes(fixed(take(bytes, 8)?)?);
    }
    Ok(floats)
}
// part: any_points

fn take_points(bytes: &mut &[u8]) -> Result<Vec<sqlx::postgres::types::PgPoint>, ValueError> {
    let mut points = Vec::new();
    for _ in 0..take_i32(bytes)? {
        let [x, y] = take_floats(bytes)?;
        points.push(sqlx::postgres::types::PgPoint { x, y });
    }
    Ok(points)
}

fn write_points(points: &[sqlx::postgres::types::PgPoint], text: &mut String) {
    let each: Vec<_> = points
        .iter()
        .map(|point| format!("({:?},{:?})", point.x, point.y))
        .collect();
    text.push_str(&each.join(","));
}
// part: point

impl Readable for sqlx::postgres::types::PgPoint {
    fn read(oid: u32, mut bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[600])?;
        let [x, y] = take_floats(&mut bytes)?;
        Ok(Self { x, y })
    }
}

impl Writable for sqlx::postgres::types::PgPoint {
    fn write(&self, text: &mut String) {
        text.push_str(&format!("({:?},{:?})", self.x, self.y));
    }
}
// part: line

impl Readable for sqlx::postgres::types::PgLine {
    fn read(oid: u32, mut bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[628])?;
        let [a, b, c] = take_floats(&mut bytes)?;
        Ok(Self { a, b, c })
    }
}

impl Writable for sqlx::postgres::types::PgLine {
    fn write(&self, text: &mut String) {
        text.push_str(&format!("{{{:?},{:?},{:?}}}", self.a, self.b, self.c));
    }
}
// part: lseg

impl Readable for sqlx::postgres::types::PgLSeg {
    fn read(oid: u32, mut bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[601])?;
        let [start_x, start_y, end_x, end_y] = take_floats(&mut bytes)?;
        Ok(Self {
            start_x,
            start_y,
            end_x,
            end_y,
        })
    }
}

impl Writable for sqlx::postgres::types::PgLSeg {
    fn write(&self, text: &mut String) {
        text.push_str(&format!(
            "[({:?},{:?}),({:?},{:?})]",
            self.start_x, self.start_y, self.end_x, self.end_y
        ));
    }
}
// part: box

impl Readable for sqlx::postgres::types::PgBox {
    fn read(oid: u32, mut bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[603])?;
        let [upper_right_x, upper_right_y, lower_left_x, lower_left_y] = take_floats(&mut bytes)?;
        Ok(Self {
            upper_right_x,
            upper_right_y,
            lower_left_x,
            lower_left_y,
        })
    }
}

impl Writable for sqlx::postgres::types::PgBox {
    const DELIMITER: char = ';';

    fn write(&self, text: &mut String) {
        text.push_str(&format!(
            "({:?},{:?}),({:?},{:?})",
            self.upper_right_x, self.upper_right_y, self.lower_left_x, self.lower_left_y
        ));
    }
}
// part: path

impl Readable for sqlx::postgres::types::PgPath {
    fn read(oid: u32, mut bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[602])?;
        let closed = take(&mut bytes, 1)?[0] != 0;
        Ok(Self {
            closed,
            points: take_points(&mut bytes)?,
        })
    }
}

impl Writable for sqlx::postgres::types::PgPath {
    fn write(&self, text: &mut String) {
        text.push(if self.closed { '(' } else { '[' });
        write_points(&self.points, text);
        text.push(if self.closed { ')' } else { ']' });
    }
}
// part: polygon

impl Readable for sqlx::postgres::types::PgPolygon {
    fn read(oid: u32, mut bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[604])?;
        Ok(Self {
            points: take_points(&mut bytes)?,
        })
    }
}

impl Writable for sqlx::postgres::types::PgPolygon {
    fn write(&self, text: &mut String) {
        text.push('(');
        write_points(&self.points, text);
        text.push(')');
    }
}
// part: circle

impl Readable for sqlx::postgres::types::PgCircle {
    fn read(oid: u32, mut bytes: &[u8]) -> Result<Self, ValueError> {
        expect(oid, &[718])?;
        let [x, y, radius] = take_floats(&mut bytes)?;
        Ok(Self { x, y, radius })
    }
}

impl Writable for sqlx::postgres::types::PgCircle {
    fn write(&self, text: &mut String) {
        text.push_str(&format!("<({:?},{:?}),{:?}>", self.x, self.y, self.radius));
    }
}
// part: half_vector

/// A `halfvec` of pgvector: its numbers have 16 bits, others are rounded by the database.
#[derive(Debug, Clone, PartialEq)]
pub struct HalfVector(pub Vec<f32>);

impl Readable for HalfVector {
    fn read(_oid: u32, bytes: &[u8]) -> Result<Self, ValueError> {
        let numbers = bytes.get(4..).ok_or(ValueError::Malformed)?;
        if numbers.len() != 2 * usize::from(u16::from_be_bytes([bytes[0], bytes[1]])) {
            return Err(ValueError::Malformed);
        }
        let wide = |half: &[u8]| {
            let bits = u16::from_be_bytes([half[0], half[1]]);
            let (exponent, mantissa) = (i32::from(bits >> 10 & 0x1F), f32::from(bits & 0x3FF));
            let size = match exponent {
                0 => mantissa * 2f32.powi(-24),
                31 if mantissa == 0.0 => f32::INFINITY,
                31 => f32::NAN,
                _ => (1024.0 + mantissa) * 2f32.powi(exponent - 25),
            };
            if bits & 0x8000 == 0 {
                size
            } else {
                -size
            }
        };
        Ok(Self(numbers.chunks(2).map(wide).collect()))
    }
}

impl Writable for HalfVector {
    fn write(&self, text: &mut String) {
        let numbers: Vec<_> = self.0.iter().map(|number| format!("{number:?}")).collect();
        text.push_str(&format!("[{}]", numbers.join(",")));
    }
}
