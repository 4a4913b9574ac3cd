/** Credits: fastapi/app/credits.py does the same on the same rows, at the same time. */
import { and, desc, eq, gt, gte, sql } from "drizzle-orm";

import type { Database } from "./db";
import { creditTransactions, sessions, teams, userCredits, users } from "./schema";

export type Credits = typeof userCredits.$inferSelect;
export type CreditTransaction = typeof creditTransactions.$inferSelect;
export type Team = typeof teams.$inferSelect;

/** Later than now(), where the transaction began and perhaps waited: a history is in the order of the bookings. */
const createdAt = sql`clock_timestamp()`;

/** What was asked for cannot be booked; the message says why. */
export class NotPossible extends Error {}

/** The id of the user whose session has this token, undefined when there is none or it has expired. */
export async function userOfSession(db: Database, token: string): Promise<string | undefined> {
  const [found] = await db
    .select({ userId: sessions.userId })
    .from(sessions)
    .where(and(eq(sessions.token, token), gt(sessions.expiresAt, sql`now()`)));
  return found?.userId;
}

/** A user as a sign-up leaves it. */
export async function addUser(db: Database, id: string, email: string, name: string): Promise<void> {
  await db.insert(users).values({ id, email, name });
}

/** A team of this user's. */
export async function addTeam(db: Database, ownerId: string, name: string, slug: string): Promise<Team> {
  const [team] = await db.insert(teams).values({ ownerId, name, slug }).returning();
  if (!team) throw new Error("insert returned nothing");
  return team;
}

/** The credits of a user, undefined for one who never had any. */
export async function getCredits(db: Database, userId: string): Promise<Credits | undefined> {
  const [found] = await db.select().from(userCredits).where(eq(userCredits.userId, userId));
  return found;
}

/** The newest `limit` transactions of a user, the newest first. */
export async function getHistory(db: Database, userId: string, limit = 50): Promise<CreditTransaction[]> {
  return db
    .select()
    .from(creditTransactions)
    .where(eq(creditTransactions.userId, userId))
    .orderBy(desc(creditTransactions.createdAt), desc(creditTransactions.id))
    .limit(limit);
}

/** The teams that a user owns, by slug. */
export async function getTeams(db: Database, ownerId: string): Promise<Team[]> {
  return db.select().from(teams).where(eq(teams.ownerId, ownerId)).orderBy(teams.slug);
}

/**
 * Book a purchase. One `reference` (a payment) is booked once: a second call returns the first transaction.
 *
 * Throws NotPossible for an unknown user, an amount that is not positive, or a reference of another purchase.
 */
export async function addCredits(
  db: Database,
  userId: string,
  amount: number,
  reference: string,
): Promise<CreditTransaction> {
  checkAmount(amount);
  return db.transaction(async (tx) => {
    const [user] = await tx.select({ id: users.id }).from(users).where(eq(users.id, userId));
    if (!user) throw new NotPossible(`there is no user "${userId}"`);
    await tx.insert(userCredits).values({ userId }).onConflictDoNothing();
    // Whoever books for this user waits here, so the reference is looked for by one at a time.
    await tx.select({ id: userCredits.userId }).from(userCredits).where(eq(userCredits.userId, userId)).for("update");
    const [before] = await tx.select().from(creditTransactions).where(eq(creditTransactions.reference, reference));
    if (before) {
      if (before.userId === userId && before.amount === amount) return before;
      throw new NotPossible(`"${reference}" is the reference of another purchase`);
    }
    const [now] = await tx
      .update(userCredits)
      .set({
        balance: sql`${userCredits.balance} + ${amount}`,
        totalPurchased: sql`${userCredits.totalPurchased} + ${amount}`,
        updatedAt: sql`now()`,
      })
      .where(eq(userCredits.userId, userId))
      .returning({ balance: userCredits.balance });
    const [booked] = await tx
      .insert(creditTransactions)
      .values({ userId, kind: "purchase", amount, balanceAfter: now!.balance, reference, createdAt })
      .returning();
    return booked!;
  });
}

/**
 * Spend credits. The balance is compared and lowered in one statement, so it cannot go below zero however many
 * spend at once, here or in the FastAPI service.
 *
 * Throws NotPossible when there are too few credits, or the amount is not positive.
 */
export async function spendCredits(
  db: Database,
  userId: string,
  amount: number,
  description: string,
): Promise<CreditTransaction> {
  checkAmount(amount);
  return db.transaction(async (tx) => {
    const [now] = await tx
      .update(userCredits)
      .set({
        balance: sql`${userCredits.balance} - ${amount}`,
        totalSpent: sql`${userCredits.totalSpent} + ${amount}`,
        updatedAt: sql`now()`,
      })
      .where(and(eq(userCredits.userId, userId), gte(userCredits.balance, amount)))
      .returning({ balance: userCredits.balance });
    if (!now) throw new NotPossible(`user "${userId}" has fewer than ${amount} credits`);
    const [booked] = await tx
      .insert(creditTransactions)
      .values({ userId, kind: "spend", amount: -amount, balanceAfter: now.balance, description, createdAt })
      .returning();
    return booked!;
  });
}

function checkAmount(amount: number): void {
  if (!Number.isInteger(amount) || amount <= 0) throw new NotPossible("an amount is a whole number above zero");
}
