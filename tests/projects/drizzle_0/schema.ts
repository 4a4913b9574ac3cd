import { pgTable, serial, text, pgEnum } from "drizzle-orm/pg-core";
export const state = pgEnum("state", ["open", "closed"]);
export const customers = pgTable("customers", { id: serial("id").primaryKey(), name: text("name").notNull() });
export const orders = pgTable("orders", { id: serial("id").primaryKey(), state: state("state").notNull(), note: text("note") });
