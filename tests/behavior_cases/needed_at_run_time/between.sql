CREATE TABLE public.items (id int, updated_at timestamptz);
DO $$
BEGIN
    EXECUTE format('CREATE TRIGGER touch BEFORE UPDATE ON public.items FOR EACH ROW EXECUTE FUNCTION public.%I()', 'tou' || 'ch');
END
$$;
