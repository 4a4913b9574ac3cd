import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";

/** A connection pool for `url`, and Drizzle on top of it. Call `pool.end()` when done. */
export function connect(url: string) {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  return { pool, db: drizzle(pool) };
}

export type Database = ReturnType<typeof connect>["db"];
