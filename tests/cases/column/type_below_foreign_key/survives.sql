select b.id, a.id from public.b join public.a on a.id = a_id;
