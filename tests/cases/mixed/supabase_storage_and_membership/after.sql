create schema auth;
create function auth.uid() returns uuid language sql stable as $$ select null::uuid $$;
create schema storage;
create table storage.buckets (id text primary key, public boolean default false);
create table storage.objects (id uuid primary key default gen_random_uuid(), bucket_id text references storage.buckets (id), name text, owner uuid);
alter table storage.objects enable row level security;
create function storage.foldername(name text) returns text[] language plpgsql immutable as $$ begin return string_to_array(name, '/'); end $$;
create type public.team_role as enum ('owner', 'member');
create table public.teams (id uuid primary key default gen_random_uuid(), name text not null, slug text unique, created_by uuid default auth.uid());
create table public.team_members (team_id uuid references teams on delete cascade, user_id uuid default auth.uid(), role team_role not null, primary key (team_id, user_id));
create function public.is_member(team uuid, lowest team_role default 'member') returns boolean language sql stable security definer set search_path = public as $$
    select exists (select from team_members m where m.team_id = team and m.user_id = auth.uid() and m.role <= lowest)
$$;
alter table teams enable row level security;
alter table team_members enable row level security;
create policy "members see their team" on teams for select using (is_member(id));
create policy "owners change their team" on teams for update using (is_member(id, 'owner'));
create policy "members see members" on team_members for select to role_a using (is_member(team_id));
create policy "team files" on storage.objects for select to role_a
    using (bucket_id = 'team' and is_member((storage.foldername(name))[1]::uuid));
create function public.add_owner() returns trigger language plpgsql security definer as $$
begin
    insert into team_members (team_id, user_id, role) values (new.id, auth.uid(), 'owner');
    return new;
end $$;
create trigger add_owner after insert on teams for each row execute function add_owner();
