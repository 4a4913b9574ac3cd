-- triggers
CREATE OR REPLACE TRIGGER touch AFTER UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.touch();
