//! The queue: rows of `jobs`, which this service owns, and of `notifications`.

use sqlx::{PgPool, Result};
use uuid::Uuid;

/// The enum `job_status` of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "job_status", rename_all = "lowercase")]
pub enum JobStatus {
    Queued,
    Running,
    Done,
    Failed,
    Dead,
}

/// A row of `jobs`, as far as the worker needs it.
#[derive(Debug, sqlx::FromRow)]
pub struct Job {
    pub id: i64,
    pub org_id: Uuid,
    pub kind: String,
    pub status: JobStatus,
    pub attempts: i32,
}

/// Adds a job of this kind for the organization; its id, or None when no organization has this slug.
pub async fn enqueue(pool: &PgPool, slug: &str, kind: &str) -> Result<Option<i64>> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO jobs (org_id, kind, priority)
        SELECT id, $2, CASE WHEN $2 IN ('label', 'invoice') THEN 1 ELSE 5 END
        FROM organizations WHERE slug = $1
        RETURNING id
        "#,
        slug,
        kind,
    )
    .fetch_optional(pool)
    .await
}

/// Marks the job that is due first as running and returns it; two workers never get the same one.
pub async fn take(pool: &PgPool) -> Result<Option<Job>> {
    sqlx::query_as!(
        Job,
        r#"
        UPDATE jobs SET status = 'running', attempts = attempts + 1
        WHERE id = (
            SELECT id FROM jobs
            WHERE status = 'queued' AND run_at <= now()
            ORDER BY priority, run_at, id
            LIMIT 1
            FOR UPDATE SKIP LOCKED
        )
        RETURNING id, org_id, kind, status AS "status: JobStatus", attempts
        "#,
    )
    .fetch_optional(pool)
    .await
}

/// Notifies every customer of the organization, naming the last shipment, and closes the job: both or neither.
///
/// Returns how many notifications were written. `customers` belongs to the node service, `shipments` to the python
/// service.
pub async fn finish(pool: &PgPool, job: &Job) -> Result<u64> {
    let mut transaction = pool.begin().await?;
    let sent = sqlx::query!(
        r#"
        INSERT INTO notifications (org_id, job_id, customer_id, shipment_id, channel, subject, sent_at)
        SELECT c.org_id, $2, c.id, s.id, 'email', $3, now()
        FROM customers c
        LEFT JOIN LATERAL (
            SELECT id FROM shipments WHERE customer_id = c.id ORDER BY created_at DESC LIMIT 1
        ) s ON true
        WHERE c.org_id = $1
        "#,
        job.org_id,
        job.id,
        job.kind,
    )
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    sqlx::query!("UPDATE jobs SET status = 'done' WHERE id = $1", job.id)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(sent)
}

/// The jobs of the organization, oldest first.
pub async fn list(pool: &PgPool, slug: &str) -> Result<Vec<Job>> {
    sqlx::query_as!(
        Job,
        r#"
        SELECT j.id, j.org_id, j.kind, j.status AS "status: JobStatus", j.attempts
        FROM jobs j JOIN organizations o ON o.id = j.org_id
        WHERE o.slug = $1
        ORDER BY j.id
        "#,
        slug,
    )
    .fetch_all(pool)
    .await
}
