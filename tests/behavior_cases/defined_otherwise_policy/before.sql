CREATE TABLE public.orders (
    id bigint PRIMARY KEY,
    org_id uuid NOT NULL,
    user_id uuid,
    total numeric NOT NULL DEFAULT 0,
    updated_at timestamptz
);
CREATE FUNCTION public.org() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT NULL::uuid';
ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON public.orders FOR SELECT TO authenticated USING (org_id = public.org());
