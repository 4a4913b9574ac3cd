CREATE FUNCTION public.org() RETURNS text LANGUAGE sql STABLE AS 'SELECT NULL::text';
ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON public.orders FOR SELECT TO authenticated USING (org_id = public.org()::uuid);
