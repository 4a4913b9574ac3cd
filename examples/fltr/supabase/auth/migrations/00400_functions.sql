-- ormony: service=ormony source=behavior/functions/00400 native=63a8f988b1a4fe1c182ba5ac44e0edaef8fd442312cbf2b636a88d0800bf6cfc body=63a8f988b1a4fe1c182ba5ac44e0edaef8fd442312cbf2b636a88d0800bf6cfc
SET LOCAL check_function_bodies = false;
CREATE OR REPLACE FUNCTION public.credit_summary(of_user text)
 RETURNS TABLE(kind public.credit_kind, bookings bigint, amount bigint, last_booked_at timestamp with time zone)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    SELECT t.kind, count(*), sum(t.amount), max(t.created_at)
    FROM public.credit_transactions AS t
    WHERE t.user_id = of_user
    GROUP BY t.kind
    ORDER BY t.kind;
$function$;
COMMENT ON FUNCTION public.credit_summary(text) IS 'What a user has booked so far, by kind. @notNull';
REVOKE EXECUTE ON FUNCTION public.credit_summary(text) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION public.credit_summary(text) FROM anon;
REVOKE EXECUTE ON FUNCTION public.credit_summary(text) FROM authenticated;
