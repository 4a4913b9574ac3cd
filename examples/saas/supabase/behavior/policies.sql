-- [behavior.tenancy] in ormony.toml gives every table a policy for each command. A definition here takes the place of
-- the macro's of the same name.

-- Of the organization's orders a member deletes those that he has placed himself.
CREATE POLICY orders_tenant_delete ON public.orders FOR DELETE TO authenticated
USING (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid AND placed_by = (SELECT auth.uid()));
