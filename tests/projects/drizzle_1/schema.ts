import { pgTable, serial, text } from "drizzle-orm/pg-core";
export const customers = pgTable("customers", { id: serial("id").primaryKey(), name: text("name").notNull() });
export const orders = pgTable("orders", { id: serial("id").primaryKey(), note: text("note") });
