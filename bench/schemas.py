"""Generated schemas of any size, as SQL: what `bench/catalog.py` compares the tools on.

Every table has twelve columns, a primary key, two indexes, a foreign key, a check, row level security with
two policies, and a trigger. It knows no tool and no server.
"""

from __future__ import annotations

from collections.abc import Iterator

_SHARED = """create function touch() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  return new;
end;
$$;
"""


def table(number: int) -> str:
    """The SQL of one table; it refers to the table before it."""
    name = f"t{number:05}"
    parent = f"t{number - 1:05}" if number else name
    return f"""create table {name} (
  id bigint generated always as identity primary key,
  org_id uuid not null default gen_random_uuid(),
  parent_id bigint,
  name text not null,
  status varchar(20) not null default 'new',
  amount numeric(12, 2) not null default 0,
  quantity integer,
  tags text[] not null default '{{}}',
  payload jsonb,
  archived boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint {name}_parent_id_fkey foreign key (parent_id) references {parent} (id) on delete cascade,
  constraint {name}_amount_check check (amount >= 0 and (quantity is null or quantity > 0))
);
create index {name}_org_id_idx on {name} (org_id, created_at desc);
create index {name}_status_idx on {name} (status) where not archived;
alter table {name} enable row level security;
create policy {name}_read on {name} for select to authenticated
  using (org_id = (select current_setting('app.org', true)::uuid));
create policy {name}_write on {name} for update to authenticated
  using (org_id = (select current_setting('app.org', true)::uuid)) with check (not archived);
create trigger {name}_touch before update on {name} for each row execute function touch();
"""


def schema(tables: int) -> Iterator[str]:
    """The SQL of a schema of `tables` tables, in pieces that run in this order."""
    yield _SHARED
    for number in range(tables):
        yield table(number)


def five_changes(tables: int) -> str:
    """SQL that changes five objects of `schema(tables)`, far from each other; more than five tables are
    needed.
    """
    names = [f"t{tables * part // 5:05}" for part in range(5)]
    return f"""alter table {names[0]} add column note text;
create index {names[1]}_name_idx on {names[1]} (lower(name));
alter table {names[2]} alter column quantity set default 1;
alter policy {names[3]}_read on {names[3]} using (true);
alter table {names[4]} add constraint {names[4]}_name_check check (name <> '');
"""
