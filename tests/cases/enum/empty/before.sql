create type public.state as enum ();
