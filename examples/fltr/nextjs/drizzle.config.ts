import { defineConfig } from "drizzle-kit";

// Only `migrate` connects; `generate` compares src/database/schema.ts with the last snapshot.
const url = process.env["AUTH_DATABASE_URL"] ?? "";

export default defineConfig({
  dialect: "postgresql",
  schema: "./src/database/schema.ts",
  out: "./drizzle",
  dbCredentials: { url },
});
