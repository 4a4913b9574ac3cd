import { defineConfig } from "drizzle-kit";

// Only `migrate` connects; `generate` compares src/db/schema.ts with the last snapshot.
const url = process.env["DATABASE_URL"] ?? "";

export default defineConfig({
  dialect: "postgresql",
  schema: "./src/db/schema.ts",
  out: "./drizzle",
  dbCredentials: { url },
});
