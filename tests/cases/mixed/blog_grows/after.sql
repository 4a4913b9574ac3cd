create type post_state as enum ('draft', 'review', 'published');
create table authors (id serial primary key, name text not null, bio text);
create table posts (
    id serial primary key,
    author_id integer not null references authors (id) on delete cascade,
    title text not null,
    body text,
    state post_state not null default 'draft',
    slug text generated always as (lower(replace(title, ' ', '-'))) stored,
    search tsvector generated always as (to_tsvector('english', title || ' ' || coalesce(body, ''))) stored
);
create index posts_search on posts using gin (search);
create unique index posts_slug on posts (slug) where state = 'published';
create table tags (name text primary key check (name = lower(name)));
create table post_tags (post_id integer references posts on delete cascade, tag text references tags on update cascade, primary key (post_id, tag));
create table comments (id bigint generated always as identity primary key, post_id integer not null references posts, parent_id bigint references comments, body text not null);
create view published_posts as
    select p.id, p.title, p.slug, a.name as author, array(select tag from post_tags t where t.post_id = p.id order by tag) as tags
    from posts p join authors a on a.id = p.author_id where p.state = 'published';
create materialized view tag_counts as select tag, count(*) as posts from post_tags group by tag;
create unique index tag_counts_tag on tag_counts (tag);
create function search_posts(query text) returns setof posts language sql stable rows 20 as $$
    select * from posts where search @@ websearch_to_tsquery('english', query)
$$;
