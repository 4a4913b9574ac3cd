-- triggers
CREATE OR REPLACE TRIGGER orders_audit AFTER INSERT OR DELETE OR UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.audit_changes('total', 'user_id');
