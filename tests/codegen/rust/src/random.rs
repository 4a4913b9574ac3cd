//! Many random values of the types whose binary format `wire.rs` takes apart: read, written, and compared by
//! the database with what they were.

#![allow(unused_qualifications)] // of the module that `back!` imports

use sqlx::{PgPool, Row};

use crate::{other, plain};

/// Reads all values of `$sql`, a select list over `i`, as `$rust`, and lets the database compare.
macro_rules! back {
    ($pool:expr, $wire:path, $sql:expr, $cast:expr, $rust:ty) => {{
        use $wire as wire;
        let sql = format!("SELECT v, v::text AS was FROM (SELECT {} AS v FROM generate_series(1, 500) i) s", $sql);
        let rows = sqlx::query(&sql).fetch_all($pool).await.unwrap();
        assert_eq!(rows.len(), 500);
        let mut was: Vec<String> = Vec::new();
        let mut is: Vec<Option<String>> = Vec::new();
        for row in &rows {
            was.push(row.get("was"));
            let value: $rust = wire::column(row, "v").unwrap_or_else(|error| panic!("{:?}: {error}", was.last()));
            is.push(wire::text(&value));
        }
        let sql = format!(
            "SELECT t.was, t.is FROM unnest($1, $2) AS t(was, \"is\") WHERE t.was <> ((t.is)::{})::text LIMIT 3",
            $cast
        );
        let wrong = sqlx::query_as::<_, (String, String)>(&sql).bind(was).bind(is).fetch_all($pool);
        assert_eq!(wrong.await.unwrap(), [], "{} as {}", $cast, stringify!($rust));
    }};
}

pub(crate) async fn all(pool: &PgPool) {
    let _ = sqlx::query("SELECT setseed(0.5)").execute(pool).await.unwrap();
    let digits = "(random() * 2 - 1)::numeric * (random() * 1e9)::int8 * 10::numeric ^ (random() * 9)::int";
    let short = format!("round({digits}, (random() * 8)::int)");
    let long = format!("round({digits} * (10::numeric ^ (random() * 200 - 100)::int), (random() * 120)::int)");
    back!(pool, plain::wire, short, "numeric", sqlx::types::Decimal);
    back!(pool, other::wire, short, "numeric", other::wire::Number);
    back!(pool, other::wire, long, "numeric", other::wire::Number);

    let dates = "date '4713-01-01 BC' + (random() * 2800000)::int";
    let far = "date '4713-01-01 BC' + (random() * 90000000)::int";
    back!(pool, plain::wire, far, "date", sqlx::types::chrono::NaiveDate);
    back!(pool, other::wire, dates, "date", other::wire::Endless<sqlx::types::time::Date>);
    let at = "timestamp '4713-01-01 BC' + random() * interval '14000 years'";
    back!(pool, plain::wire, at, "timestamp", sqlx::types::chrono::NaiveDateTime);
    back!(pool, other::wire, at, "timestamp", other::wire::Endless<sqlx::types::time::PrimitiveDateTime>);
    let at = format!("({at}) AT TIME ZONE 'UTC'");
    back!(
        pool,
        plain::wire,
        at,
        "timestamptz",
        sqlx::types::chrono::DateTime<sqlx::types::chrono::Utc>
    );
    back!(pool, other::wire, at, "timestamptz", other::wire::Endless<sqlx::types::time::OffsetDateTime>);
    let time = "time '00:00' + random() * interval '86399.999999 s'";
    back!(pool, plain::wire, time, "time", sqlx::types::chrono::NaiveTime);
    back!(pool, other::wire, time, "time", other::wire::TimeOfDay);
    let zoned = "make_timestamptz(2000, 1, 1, i % 24, i % 60, random() * 59)::timetz AT TIME ZONE \
                 make_interval(secs => (random() * 100000 - 50000)::int)";
    back!(pool, plain::wire, zoned, "timetz", plain::wire::TimeTz);
    back!(pool, other::wire, zoned, "timetz", other::wire::TimeOfDayWithZone);
    let interval = "make_interval(months => (random() * 1000 - 500)::int, days => (random() * 1000 - 500)::int, \
                    secs => random() * 1e9 - 5e8)";
    back!(pool, plain::wire, interval, "interval", sqlx::postgres::types::PgInterval);

    let float = "(random() - 0.5) * 10::float8 ^ (random() * 600 - 300)::int";
    back!(pool, plain::wire, float, "float8", f64);
    back!(pool, plain::wire, "((random() - 0.5) * 10::float8 ^ (random() * 70 - 35)::int)::float4", "float4", f32);
    back!(pool, plain::wire, "sha256(i::text::bytea)", "bytea", Vec<u8>);
    back!(
        pool,
        plain::wire,
        "jsonb_build_object('i', i, 'f', random(), 'a', jsonb_build_array(random() * 1e20, i * 1000000007::int8))",
        "jsonb",
        sqlx::types::JsonValue
    );
    let text = "(SELECT string_agg(chr(1 + (random() * 55000)::int), '') FROM generate_series(1, 5 + 0 * i))";
    back!(pool, plain::wire, format!("array[{text}, NULL, {text}]"), "text[]", Vec<Option<String>>);
    back!(
        pool,
        plain::wire,
        "int8range((random() * -1e10)::int8, (random() * 1e10)::int8)",
        "int8range",
        plain::wire::Range<i64>
    );
    back!(
        pool,
        plain::wire,
        "('10.' || i % 256 || '.3.4/' || i % 33)::inet",
        "inet",
        sqlx::types::ipnetwork::IpNetwork
    );
    back!(pool, plain::wire, "substring((i * 7919)::bit(32) for i % 33)", "varbit", sqlx::types::BitVec);
}
