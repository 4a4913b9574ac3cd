/** `node dist/main.js add-customer SLUG EMAIL NAME | invoice ORDER EMAIL | orders SLUG` */
import { argv, env, exit } from "node:process";

import { addCustomer, addInvoice, listOrders } from "./billing.ts";
import { connect, type Database } from "./db/client.ts";

const USAGE = "usage: main.js add-customer SLUG EMAIL NAME | invoice ORDER EMAIL | orders SLUG";

async function run(db: Database, [verb, ...words]: string[]): Promise<void> {
  const [first, second, third] = words;
  if (verb === "add-customer" && first && second && third) {
    console.log(`customer ${await addCustomer(db, first, second, third)}`);
  } else if (verb === "invoice" && first && second) {
    console.log(`invoice ${await addInvoice(db, first, second)}`);
  } else if (verb === "orders" && first) {
    for (const order of await listOrders(db, first)) {
      const invoice = order.invoice === null ? "not billed" : `invoice ${order.invoice} ${order.invoiceStatus}`;
      const shipment = order.shipmentStatus ?? "not shipped";
      const day = order.placedAt.toISOString().slice(0, 10);
      console.log([day, order.product, order.quantity, order.total, invoice, shipment].join("\t"));
    }
  } else {
    throw new Error(USAGE);
  }
}

const url = env["DATABASE_URL"];
if (url === undefined) {
  console.error("error: DATABASE_URL is not set");
  exit(1);
}
const { pool, db } = connect(url);
try {
  await run(db, argv.slice(2));
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await pool.end();
}
