import { defineConfig } from "drizzle-kit";

const OUT = "./drizzle";

export default defineConfig({
  dialect: "postgresql",
  schema: "./schema.ts",
  out: OUT, // the default, spelled out
  migrations: { prefix: "index" },
  dbCredentials: { url: process.env.DATABASE_URL! },
});
