-- functions
CREATE OR REPLACE FUNCTION public.org()
 RETURNS uuid
 LANGUAGE sql
 STABLE
AS $function$SELECT NULL::uuid$function$;
-- policies
ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON public.orders FOR SELECT TO authenticated USING ((org_id = public.org()));
