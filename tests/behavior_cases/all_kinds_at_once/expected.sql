-- functions
CREATE OR REPLACE FUNCTION public.org()
 RETURNS uuid
 LANGUAGE sql
 STABLE
AS $function$SELECT NULL::uuid$function$;
CREATE OR REPLACE FUNCTION public.touch()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$function$;
CREATE VIEW public.totals WITH (security_invoker='true') AS
 SELECT id,
    total
   FROM public.orders;
-- triggers
CREATE TRIGGER touch BEFORE UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.touch();
-- policies
ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON public.orders FOR SELECT TO authenticated USING ((org_id = public.org()));
