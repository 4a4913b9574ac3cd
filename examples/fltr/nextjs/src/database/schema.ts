/** The tables of the database fltr_auth. This service owns them: drizzle-kit makes its migrations from this file. */
import { sql } from "drizzle-orm";
import { boolean, check, index, integer, pgEnum, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

const createdAt = () => timestamp("created_at", { withTimezone: true }).notNull().defaultNow();
const updatedAt = () => timestamp("updated_at", { withTimezone: true }).notNull().defaultNow();

// Better Auth ------------------------------------------------------------------------------------------------

export const users = pgTable("users", {
  id: text().primaryKey(),
  name: text().notNull(),
  email: text().notNull().unique(),
  emailVerified: boolean("email_verified").notNull().default(false),
  image: text(),
  stripeCustomerId: text("stripe_customer_id"),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

export const sessions = pgTable(
  "sessions",
  {
    id: text().primaryKey(),
    token: text().notNull().unique(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index("sessions_user_id_idx").on(t.userId)],
);

export const accounts = pgTable(
  "accounts",
  {
    id: text().primaryKey(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: timestamp("access_token_expires_at", { withTimezone: true }),
    refreshTokenExpiresAt: timestamp("refresh_token_expires_at", { withTimezone: true }),
    scope: text(),
    password: text(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index("accounts_user_id_idx").on(t.userId)],
);

export const verifications = pgTable(
  "verifications",
  {
    id: text().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index("verifications_identifier_idx").on(t.identifier)],
);

export const subscriptions = pgTable(
  "subscriptions",
  {
    id: text().primaryKey(),
    plan: text().notNull(),
    /** The id of the user or team that pays. */
    referenceId: text("reference_id").notNull(),
    stripeCustomerId: text("stripe_customer_id"),
    stripeSubscriptionId: text("stripe_subscription_id"),
    status: text().notNull().default("incomplete"),
    periodStart: timestamp("period_start", { withTimezone: true }),
    periodEnd: timestamp("period_end", { withTimezone: true }),
    cancelAtPeriodEnd: boolean("cancel_at_period_end").notNull().default(false),
    seats: integer(),
  },
  (t) => [index("subscriptions_reference_id_idx").on(t.referenceId)],
);

// Credits: fastapi/app/models/credits.py models these, too ------------------------------------------------------

/** One row for each user who has ever had credits. */
export const userCredits = pgTable(
  "user_credits",
  {
    userId: text("user_id")
      .primaryKey()
      .references(() => users.id, { onDelete: "cascade" }),
    balance: integer().notNull().default(0),
    totalPurchased: integer("total_purchased").notNull().default(0),
    totalSpent: integer("total_spent").notNull().default(0),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [check("user_credits_balance_not_negative", sql`${t.balance} >= 0`)],
);

export const creditKind = pgEnum("credit_kind", ["purchase", "spend"]);

/** A key of the API, and how much of its user's credits may be spent with it. */
export const apiKeyCredits = pgTable(
  "api_key_credits",
  {
    id: uuid().primaryKey().defaultRandom(),
    userId: text("user_id")
      .notNull()
      .references(() => userCredits.userId, { onDelete: "cascade" }),
    name: text().notNull(),
    /** Null: as much as the user has. */
    creditLimit: integer("credit_limit"),
    creditsUsed: integer("credits_used").notNull().default(0),
    createdAt: createdAt(),
  },
  (t) => [
    index("api_key_credits_user_id_idx").on(t.userId),
    check("api_key_credits_within_limit", sql`${t.creditsUsed} <= ${t.creditLimit}`),
  ],
);

/** Every change of a balance; the amount of a spend is negative. */
export const creditTransactions = pgTable(
  "credit_transactions",
  {
    id: uuid().primaryKey().defaultRandom(),
    userId: text("user_id")
      .notNull()
      .references(() => userCredits.userId, { onDelete: "cascade" }),
    apiKeyId: uuid("api_key_id").references(() => apiKeyCredits.id, { onDelete: "set null" }),
    kind: creditKind().notNull(),
    amount: integer().notNull(),
    balanceAfter: integer("balance_after").notNull(),
    description: text().notNull().default(""),
    /** The payment of a purchase: one payment is booked once. */
    reference: text().unique(),
    createdAt: createdAt(),
  },
  (t) => [index("credit_transactions_user_id_created_at_idx").on(t.userId, t.createdAt)],
);

export const teams = pgTable(
  "teams",
  {
    id: uuid().primaryKey().defaultRandom(),
    name: text().notNull(),
    slug: text().notNull().unique(),
    ownerId: text("owner_id")
      .notNull()
      .references(() => users.id),
    createdAt: createdAt(),
  },
  (t) => [index("teams_owner_id_idx").on(t.ownerId)],
);
