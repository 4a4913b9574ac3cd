-- Functions of fltr_auth that both services call. Edit in place, then: ormony sync && ormony generate.

CREATE FUNCTION public.credit_summary(of_user text)
RETURNS TABLE (
    kind public.credit_kind,
    bookings bigint,
    amount bigint,
    last_booked_at timestamptz
)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    SELECT t.kind, count(*), sum(t.amount), max(t.created_at)
    FROM public.credit_transactions AS t
    WHERE t.user_id = of_user
    GROUP BY t.kind
    ORDER BY t.kind;
$$;

COMMENT ON FUNCTION public.credit_summary IS 'What a user has booked so far, by kind. @notNull';

-- The services connect as the owner; nobody else has any business here.
REVOKE ALL ON FUNCTION public.credit_summary(text) FROM PUBLIC, anon, authenticated;
