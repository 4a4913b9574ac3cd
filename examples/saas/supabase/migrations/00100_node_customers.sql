-- ormony: service=node source=drizzle/0000_customers native=7fa41fc2bf411bfa710cde7efd2bf4b6ff9ef8e2e8f8dd8355139292e632e36f body=25f78419cb04cd88e5584fd98784a9cd460d8a5654d1b181e2f0dc96935761b6
CREATE TABLE "customers" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"org_id" uuid NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "customers_org_id_email_unique" UNIQUE("org_id","email")
);

ALTER TABLE "customers" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "customers" ADD CONSTRAINT "customers_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;