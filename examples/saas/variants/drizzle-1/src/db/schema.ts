/** Tables that this service owns: drizzle-kit makes its migrations from this file. */
import {
  bigint,
  date,
  index,
  numeric,
  pgEnum,
  pgTable,
  text,
  timestamp,
  unique,
  uuid,
} from "drizzle-orm/pg-core";

import { jobs, orders, organizations, shipments } from "./foreign.ts";

export const customers = pgTable(
  "customers",
  {
    id: uuid().primaryKey().defaultRandom(),
    orgId: uuid("org_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    email: text().notNull(),
    name: text().notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [unique("customers_org_id_email_unique").on(t.orgId, t.email)],
).enableRLS();

export const invoiceStatus = pgEnum("invoice_status", ["draft", "sent", "paid", "overdue"]);

export const invoices = pgTable(
  "invoices",
  {
    id: uuid().primaryKey().defaultRandom(),
    orgId: uuid("org_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    customerId: uuid("customer_id")
      .notNull()
      .references(() => customers.id),
    orderId: uuid("order_id").references(() => orders.id, { onDelete: "set null" }),
    shipmentId: uuid("shipment_id").references(() => shipments.id, { onDelete: "set null" }),
    number: text().notNull(),
    amount: numeric({ precision: 14, scale: 2 }).notNull(),
    status: invoiceStatus().notNull().default("draft"),
    issuedAt: timestamp("issued_at", { withTimezone: true }).notNull().defaultNow(),
    dueOn: date("due_on").notNull(),
    updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    unique("invoices_org_id_number_unique").on(t.orgId, t.number),
    index("invoices_customer_id_idx").on(t.customerId),
    index("invoices_shipment_id_idx").on(t.shipmentId),
  ],
).enableRLS();

export const orderNotes = pgTable(
  "order_notes",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    orgId: uuid("org_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    orderId: uuid("order_id")
      .notNull()
      .references(() => orders.id, { onDelete: "cascade" }),
    /** The job that the note is about, e.g. a label that could not be printed. */
    jobId: bigint("job_id", { mode: "number" }).references(() => jobs.id, { onDelete: "set null" }),
    body: text().notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    index("order_notes_org_id_idx").on(t.orgId),
    index("order_notes_order_id_idx").on(t.orderId, t.createdAt.desc()),
  ],
).enableRLS();
