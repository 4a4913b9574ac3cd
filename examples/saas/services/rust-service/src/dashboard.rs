//! `cargo run -- dashboard SLUG`: what a member of the organization sees, with an order of his.
//!
//! All that it knows of the database is generated (`ormony generate`). The order is taken back at the end.

use sqlx::types::chrono::{DateTime, Utc};
use sqlx::types::Decimal;
use sqlx::{Connection, PgConnection, PgPool, Result};
use uuid::Uuid;

use crate::generated::public::{get_dashboard_stats, NewOrders, OrderOverview};

/// Continues as a signed-in member of the organization, whom row security holds back.
async fn become_member(connection: &mut PgConnection, org_id: Uuid) -> Result<()> {
    sqlx::query("SELECT set_config('request.jwt.claims', $1, true)")
        .bind(format!(
            r#"{{"role": "authenticated", "org_id": "{org_id}"}}"#
        ))
        .execute(&mut *connection)
        .await?;
    sqlx::query("SET LOCAL ROLE authenticated")
        .execute(connection)
        .await?;
    Ok(())
}

async fn numbers(connection: &mut PgConnection, org_id: Uuid) -> Result<String> {
    let found = get_dashboard_stats(connection, org_id).await?;
    let stats = found.first().ok_or(sqlx::Error::RowNotFound)?;
    let quoted = |text: Option<String>| text.map_or("null".into(), |text| format!("\"{text}\""));
    Ok(format!(
        "[{},{},{},{},{}]",
        stats.product_count,
        stats.order_count,
        stats.open_order_count,
        quoted(Some(stats.revenue.to_string())),
        quoted(stats.last_order_at.map(|last| last.to_rfc3339())),
    ))
}

/// Prints one line of JSON. Gives None when no organization has this slug.
pub async fn print(pool: &PgPool, slug: &str) -> Result<Option<()>> {
    let mut connection = pool.acquire().await?;
    let mut transaction = connection.begin().await?;
    let organizations: Vec<(String, Uuid)> =
        sqlx::query_as("SELECT slug, id FROM public.organizations ORDER BY slug")
            .fetch_all(&mut *transaction)
            .await?;
    let mine = organizations.iter().find(|each| each.0 == slug);
    let other = organizations.iter().find(|each| each.0 != slug);
    let (Some((_, mine)), Some((_, other))) = (mine, other) else {
        return Ok(None);
    };
    become_member(&mut transaction, *mine).await?;
    let product = sqlx::query_scalar("SELECT id FROM public.products ORDER BY sku LIMIT 1")
        .fetch_one(&mut *transaction)
        .await?;
    let placed_at: DateTime<Utc> = DateTime::from_timestamp_micros(1_798_859_045_678_901)
        .ok_or_else(|| sqlx::Error::Protocol("no such moment".into()))?;
    let order = NewOrders {
        status: Some("paid".into()),
        placed_at: Some(placed_at),
        ..NewOrders::new(*mine, product, 3, Decimal::new(3333, 2))
    }
    .insert(&mut *transaction)
    .await?;
    let seen: Vec<OrderOverview> =
        sqlx::query_as(&format!("{} ORDER BY placed_at", OrderOverview::SELECT))
            .fetch_all(&mut *transaction)
            .await?;
    let seen: Vec<String> = seen
        .iter()
        .map(|each| format!("\"{}\"", each.sku))
        .collect();
    println!(
        r#"{{"order":"{}","seen":[{}],"stats":{},"of the others":{}}}"#,
        order.total,
        seen.join(","),
        numbers(&mut transaction, *mine).await?,
        numbers(&mut transaction, *other).await?,
    );
    transaction.rollback().await?;
    Ok(Some(()))
}
