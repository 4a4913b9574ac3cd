//! The worker: takes the job that is due first and records the notification that it sends.
//!
//! `cargo run -- enqueue SLUG KIND` adds a job, `cargo run -- work` runs all that are due, `cargo run -- list SLUG`
//! prints them, `cargo run -- dashboard SLUG` shows what a member of the organization sees. Every query of the queue
//! is checked against the database when it is compiled (see .sqlx).

mod dashboard;
mod generated;
mod jobs;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use sqlx::postgres::PgPoolOptions;

const USAGE: &str = "usage: saas-rust-service enqueue SLUG KIND | work | list SLUG | dashboard SLUG";

async fn run(arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let url = env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set")?;
    let pool = PgPoolOptions::new()
        .max_connections(2)
        .connect(&url)
        .await?;
    match arguments {
        ["enqueue", slug, kind] => match jobs::enqueue(&pool, slug, kind).await? {
            Some(id) => println!("queued job {id}"),
            None => return Err(format!("there is no organization \"{slug}\"").into()),
        },
        ["work"] => {
            let mut done = 0;
            while let Some(job) = jobs::take(&pool).await? {
                let sent = jobs::finish(&pool, &job).await?;
                println!("job {} ({}): {sent} notifications", job.id, job.kind);
                done += 1;
            }
            println!("{done} jobs done");
        }
        ["list", slug] => {
            for job in jobs::list(&pool, slug).await? {
                println!(
                    "{}\t{}\t{:?}\t{} attempts",
                    job.id, job.kind, job.status, job.attempts
                );
            }
        }
        ["dashboard", slug] => dashboard::print(&pool, slug)
            .await?
            .ok_or_else(|| format!("there is no organization \"{slug}\""))?,
        _ => return Err(USAGE.into()),
    }
    pool.close().await;
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime
        .map_err(Box::from)
        .and_then(|runtime| runtime.block_on(run(&arguments)))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
