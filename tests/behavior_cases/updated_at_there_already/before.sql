CREATE TABLE public.orders (
    id bigint PRIMARY KEY,
    org_id uuid NOT NULL,
    user_id uuid,
    total numeric NOT NULL DEFAULT 0,
    updated_at timestamptz
);
CREATE FUNCTION public.handle_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$;
CREATE TRIGGER touch BEFORE UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.handle_updated_at();
