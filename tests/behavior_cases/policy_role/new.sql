CREATE FUNCTION public.org() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT NULL::uuid';
ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON public.orders FOR SELECT TO authenticated, anon USING (org_id = public.org());
