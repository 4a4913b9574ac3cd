create extension vector;
create table public.docs (id int primary key, v vector(4));
create index docs_v on public.docs using hnsw (v vector_cosine_ops) with (m = 8, ef_construction = 32);
