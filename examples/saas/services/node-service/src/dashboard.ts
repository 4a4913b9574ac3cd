/**
 * `node dist/dashboard.js SLUG`: what a member of the organization sees, before and after an order of his.
 *
 * All that it knows of the database is generated (`ormony generate`). The order is taken back at the end.
 */
import { argv, env, exit } from "node:process";

import { sql } from "drizzle-orm";

import { connect, type Database } from "./db/client.ts";
import type { Tables, TablesInsert } from "./generated/database.types.ts";
import { getDashboardStats, type GetDashboardStatsRow } from "./generated/functions.ts";

type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

class TakenBack extends Error {}

/** Continues as a signed-in member of the organization, whom row security holds back. */
async function become(tx: Transaction, orgId: string): Promise<void> {
  const claims = JSON.stringify({ role: "authenticated", org_id: orgId });
  await tx.execute(sql`SELECT set_config('request.jwt.claims', ${claims}, true)`);
  await tx.execute(sql`SET LOCAL ROLE authenticated`);
}

function shown(stats: GetDashboardStatsRow | undefined) {
  if (stats === undefined) throw new Error("there are no numbers");
  const { productCount, orderCount, openOrderCount, revenue, lastOrderAt } = stats;
  return [productCount, orderCount, openOrderCount, revenue, lastOrderAt];
}

async function run(db: Database, slug: string): Promise<void> {
  const { rows } = await db.execute<{ id: string; mine: boolean }>(
    sql`SELECT id, slug = ${slug} AS mine FROM public.organizations ORDER BY slug`,
  );
  const organization = rows.find((each) => each.mine);
  const other = rows.find((each) => !each.mine);
  if (organization === undefined || other === undefined) throw new Error(`there is no organization "${slug}"`);
  await db.transaction(async (tx) => {
    await become(tx, organization.id);
    const products = await tx.execute<{ id: string }>(sql`SELECT id FROM public.products ORDER BY sku LIMIT 1`);
    const order: TablesInsert<"orders"> = {
      org_id: organization.id,
      product_id: products.rows[0]?.id ?? "",
      quantity: 3,
      unit_price: 33.33,
      status: "paid",
      placed_at: "2027-01-02T03:04:05.678901Z",
    };
    const inserted = await tx.execute<{ total: string }>(sql`
      INSERT INTO public.orders (org_id, product_id, quantity, unit_price, status, placed_at)
      VALUES (${order.org_id}, ${order.product_id}, ${order.quantity}, ${order.unit_price}, ${order.status},
        ${order.placed_at})
      RETURNING total`);
    const seen = await tx.execute<Pick<Tables<"order_overview">, "sku">>(
      sql`SELECT sku FROM public.order_overview ORDER BY placed_at`,
    );
    console.log(
      JSON.stringify({
        order: inserted.rows[0]?.total,
        seen: seen.rows.map((each) => each.sku),
        stats: shown((await getDashboardStats(tx, { org: organization.id }))[0]),
        "of the others": shown((await getDashboardStats(tx, { org: other.id }))[0]),
      }),
    );
    throw new TakenBack();
  });
}

const [url, slug] = [env["DATABASE_URL"], argv[2]];
if (url === undefined || slug === undefined) {
  console.error("usage: DATABASE_URL=postgresql://… dashboard.js SLUG");
  exit(2);
}
const { pool, db } = connect(url);
try {
  await run(db, slug);
} catch (error) {
  if (!(error instanceof TakenBack)) {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
} finally {
  await pool.end();
}
