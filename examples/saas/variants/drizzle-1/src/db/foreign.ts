/**
 * Tables that this service reads or references and does not own.
 *
 * The file lies outside the schema path of drizzle.config.ts, so drizzle-kit never creates or alters them. Each
 * lists the columns that this service uses, not all.
 */
import { bigint, boolean, integer, numeric, pgEnum, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

/** Shared: supabase/migrations/00001_shared_tables.sql */
export const organizations = pgTable("organizations", {
  id: uuid().primaryKey(),
  slug: text().notNull(),
  name: text().notNull(),
});

/** Shared: supabase/migrations/00001_shared_tables.sql */
export const products = pgTable("products", {
  id: uuid().primaryKey(),
  orgId: uuid("org_id").notNull(),
  sku: text().notNull(),
  name: text().notNull(),
  price: numeric({ precision: 12, scale: 2 }).notNull(),
  isActive: boolean("is_active").notNull(),
});

/** Shared: supabase/migrations/00001_shared_tables.sql */
export const orders = pgTable("orders", {
  id: uuid().primaryKey(),
  orgId: uuid("org_id").notNull(),
  productId: uuid("product_id").notNull(),
  quantity: integer().notNull(),
  total: numeric({ precision: 14, scale: 2 }).notNull(),
  status: text({ enum: ["open", "paid", "cancelled"] }).notNull(),
  placedAt: timestamp("placed_at", { withTimezone: true }).notNull(),
});

/** Owned by the python service: services/python-service/app/models.py */
export const shipmentStatus = pgEnum("shipment_status", ["pending", "in_transit", "delivered", "returned"]);

/** Owned by the python service: services/python-service/app/models.py */
export const shipments = pgTable("shipments", {
  id: uuid().primaryKey(),
  orgId: uuid("org_id").notNull(),
  orderId: uuid("order_id").notNull(),
  customerId: uuid("customer_id").notNull(),
  status: shipmentStatus().notNull(),
  trackingCode: text("tracking_code"),
});

/** Owned by the rust service: services/rust-service/migrations */
export const jobs = pgTable("jobs", {
  id: bigint({ mode: "number" }).primaryKey(),
  orgId: uuid("org_id").notNull(),
  kind: text().notNull(),
});
