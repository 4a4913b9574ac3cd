-- ormony: service=rust source=behavior/functions/02300 native=c6ff7a9613f3ef9054df95772ae20e3055f30cd3f99314c47c51931b065681d1 body=c6ff7a9613f3ef9054df95772ae20e3055f30cd3f99314c47c51931b065681d1
SET LOCAL check_function_bodies = false;
CREATE OR REPLACE FUNCTION public.expedite_job(job_id bigint)
 RETURNS boolean
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    WITH moved AS (
        UPDATE public.jobs SET priority = 1
        WHERE id = job_id AND status = 'queued' AND org_id = (SELECT auth.jwt() ->> 'org_id')::uuid
        RETURNING id
    )
    SELECT EXISTS (SELECT FROM moved);
$function$;
REVOKE EXECUTE ON FUNCTION public.expedite_job(bigint) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION public.expedite_job(bigint) FROM anon;
