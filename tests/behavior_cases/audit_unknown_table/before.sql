CREATE TABLE public.orders (
    id bigint PRIMARY KEY,
    org_id uuid NOT NULL,
    user_id uuid,
    total numeric NOT NULL DEFAULT 0,
    updated_at timestamptz
);
CREATE TABLE public.audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, org_id uuid, table_name text, record_id text, action text,
    old_data jsonb, new_data jsonb, changed_by uuid, changed_at timestamptz DEFAULT now()
);
