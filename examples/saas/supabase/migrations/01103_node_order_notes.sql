-- ormony: service=node source=drizzle/0005_order_notes native=2478d196cdd3f739fdfd9f8af6bfeb4d4518aa367f1dc4c9de100faba731c02b body=c2313da79ad53eb3a08ea490642cf542243f5484d351ec35be640630085d7c5b
CREATE TABLE "order_notes" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "order_notes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"org_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"job_id" bigint,
	"body" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE "order_notes" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "invoices" ALTER COLUMN "due_on" SET NOT NULL;
ALTER TABLE "order_notes" ADD CONSTRAINT "order_notes_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "order_notes" ADD CONSTRAINT "order_notes_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "order_notes" ADD CONSTRAINT "order_notes_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."jobs"("id") ON DELETE set null ON UPDATE no action;
CREATE INDEX "order_notes_org_id_idx" ON "order_notes" USING btree ("org_id");
CREATE INDEX "order_notes_order_id_idx" ON "order_notes" USING btree ("order_id","created_at" DESC NULLS LAST);