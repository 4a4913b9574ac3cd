import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";

import * as schema from "./schema";

/** A connection pool for `url`, and Drizzle on top of it. Call `pool.end()` when done. */
export function connect(url: string) {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  return { pool, db: drizzle(pool, { schema }) };
}

export type Database = ReturnType<typeof connect>["db"];

let connected: Database | undefined;

/** The database that AUTH_DATABASE_URL names, connected to on the first use. Throws when the variable is not set. */
export function database(): Database {
  if (connected === undefined) {
    const url = process.env["AUTH_DATABASE_URL"];
    if (!url) throw new Error("AUTH_DATABASE_URL is not set");
    connected = connect(url).db;
  }
  return connected;
}
