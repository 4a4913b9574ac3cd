CREATE TABLE "orders" (
	"id" serial PRIMARY KEY NOT NULL,
	"state" "state" NOT NULL,
	"note" text
);
