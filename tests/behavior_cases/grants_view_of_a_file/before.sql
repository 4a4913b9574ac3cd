CREATE TABLE public.orders (
    id bigint PRIMARY KEY,
    org_id uuid NOT NULL,
    user_id uuid,
    total numeric NOT NULL DEFAULT 0,
    updated_at timestamptz
);
CREATE TABLE public.plans (id int);
