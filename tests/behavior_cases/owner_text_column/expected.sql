-- functions
CREATE INDEX notes_user_id_idx ON public.notes USING btree (user_id);
-- policies
ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY notes_owner_delete ON public.notes FOR DELETE TO authenticated USING ((user_id = ( SELECT (auth.uid())::text AS uid)));
CREATE POLICY notes_owner_insert ON public.notes FOR INSERT TO authenticated WITH CHECK ((user_id = ( SELECT (auth.uid())::text AS uid)));
CREATE POLICY notes_owner_select ON public.notes FOR SELECT TO authenticated USING ((user_id = ( SELECT (auth.uid())::text AS uid)));
CREATE POLICY notes_owner_update ON public.notes FOR UPDATE TO authenticated USING ((user_id = ( SELECT (auth.uid())::text AS uid))) WITH CHECK ((user_id = ( SELECT (auth.uid())::text AS uid)));
