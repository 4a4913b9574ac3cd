import type { Config } from "drizzle-kit";

export default {
  dialect: "postgresql",
  schema: "./schema.ts",
  out: "./migrations",
  migrations: { table: "applied", schema: "shop" },
  dbCredentials: { url: process.env.DATABASE_URL ?? "postgresql://localhost/none" },
} satisfies Config;
