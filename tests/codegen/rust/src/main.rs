//! Drives generated code against the database of `DATABASE_URL`; tests/test_generate_rust.py reads what it prints.
//!
//! The test puts beside it: `plain` and `other`, generated with different options, and `copies.rs`, which reads
//! each row of some tables and inserts what it read.

mod calls;
mod copies;
mod other;
mod plain;
mod random;

use sqlx::postgres::PgPoolOptions;

/// A type that the configuration names for a column.
#[derive(Debug, Clone, Copy, PartialEq, sqlx::Type)]
#[sqlx(transparent)]
pub(crate) struct Small(pub(crate) i32);

fn main() {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect(&url)
            .await
            .expect("a connection");
        calls::all(&pool).await;
        println!("calls: done");
        random::all(&pool).await;
        println!("random: done");
        copies::all(&pool).await;
    });
}

/// What went wrong, without what SQLx puts around it.
fn reason(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::ColumnDecode { index, source } => match source.downcast_ref::<plain::wire::ValueError>() {
            Some(error) => format!("{index} {error:?}"),
            None => match source.downcast_ref::<other::wire::ValueError>() {
                Some(error) => format!("{index} {error:?}"),
                None => format!("{index} untyped {source}"),
            },
        },
        other => format!("untyped {other}"),
    }
}
