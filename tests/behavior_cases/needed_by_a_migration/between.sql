CREATE TABLE public.items (id int, updated_at timestamptz);
CREATE TRIGGER touch BEFORE UPDATE ON public.items FOR EACH ROW EXECUTE FUNCTION public.touch();
