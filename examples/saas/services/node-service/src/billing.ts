/** Customers, and the invoices that they get for their orders. */
import { and, asc, eq, sql } from "drizzle-orm";

import type { Database } from "./db/client.ts";
import { orders, organizations, products, shipments } from "./db/foreign.ts";
import { customers, invoices } from "./db/schema.ts";

/** Adds a customer of the organization, or gives the one that has the address a new name. Returns its id. */
export async function addCustomer(db: Database, slug: string, email: string, name: string): Promise<string> {
  const [organization] = await db
    .select({ id: organizations.id })
    .from(organizations)
    .where(eq(organizations.slug, slug));
  if (organization === undefined) throw new Error(`there is no organization "${slug}"`);
  const [customer] = await db
    .insert(customers)
    .values({ orgId: organization.id, email, name })
    .onConflictDoUpdate({ target: [customers.orgId, customers.email], set: { name } })
    .returning({ id: customers.id });
  if (customer === undefined) throw new Error(`the customer "${email}" was not written`);
  return customer.id;
}

/** Writes the invoice of an order, due in 30 days, for a customer of the same organization. Returns its number. */
export async function addInvoice(db: Database, orderId: string, email: string): Promise<string> {
  return db.transaction(async (tx) => {
    // The lock on the organization makes the numbers of its invoices consecutive.
    const [order] = await tx
      .select({ orgId: orders.orgId, total: orders.total, customerId: customers.id })
      .from(orders)
      .innerJoin(organizations, eq(organizations.id, orders.orgId))
      .innerJoin(customers, and(eq(customers.orgId, orders.orgId), eq(customers.email, email)))
      .where(eq(orders.id, orderId))
      .for("update", { of: organizations });
    if (order === undefined) throw new Error(`there is no order "${orderId}" of a customer "${email}"`);
    const count = await tx.$count(invoices, eq(invoices.orgId, order.orgId));
    const number = String(count + 1).padStart(5, "0");
    await tx.insert(invoices).values({
      orgId: order.orgId,
      customerId: order.customerId,
      orderId,
      number,
      amount: order.total,
      status: "sent",
      dueOn: sql`current_date + 30`,
      // The python service sends the goods; the newest shipment of the order is the one that is billed.
      shipmentId: sql`(SELECT s.id FROM ${shipments} s WHERE s.order_id = ${orderId} ORDER BY s.created_at DESC LIMIT 1)`,
    });
    return number;
  });
}

/** The orders of an organization, oldest first, with what has been billed and shipped. */
export async function listOrders(db: Database, slug: string) {
  return db
    .select({
      placedAt: orders.placedAt,
      product: products.name,
      quantity: orders.quantity,
      total: orders.total,
      invoice: invoices.number,
      invoiceStatus: invoices.status,
      shipmentStatus: shipments.status,
    })
    .from(orders)
    .innerJoin(organizations, eq(organizations.id, orders.orgId))
    .innerJoin(products, eq(products.id, orders.productId))
    .leftJoin(invoices, eq(invoices.orderId, orders.id))
    .leftJoin(shipments, eq(shipments.id, invoices.shipmentId))
    .where(eq(organizations.slug, slug))
    .orderBy(asc(orders.placedAt), asc(orders.id), asc(invoices.number));
}
