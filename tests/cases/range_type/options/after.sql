create type public.r as range (subtype = text, collation = "C", subtype_opclass = text_pattern_ops);
create table public.t (id int, r public.r);
