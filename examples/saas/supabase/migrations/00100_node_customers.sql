-- ormony: service=node source=drizzle/0000_customers native=042e6de909f280c10ba018dd59ae91dbee9f16a138f179829b633416c8881e00 body=bb17dcd61157b6c884d13d2520ccf95e2ebcc572569861f42f6540b4a44599e4
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
CREATE POLICY "customers_tenant" ON "customers" AS PERMISSIVE FOR ALL TO "authenticated" USING ("customers"."org_id" = (SELECT auth.jwt() ->> 'org_id')::uuid) WITH CHECK ("customers"."org_id" = (SELECT auth.jwt() ->> 'org_id')::uuid);