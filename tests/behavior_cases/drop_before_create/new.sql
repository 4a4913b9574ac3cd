DROP POLICY IF EXISTS mine ON public.orders;
ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION public.org() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT NULL::uuid';
CREATE POLICY mine ON public.orders FOR SELECT TO authenticated USING (org_id = public.org());
