CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql AS 'SELECT 1';


CREATE POLICY mine ON public.nowhere FOR SELECT TO authenticated USING (org_id = NULL);
