create type mytext;
create function mytext_in(cstring) returns mytext language internal immutable strict as 'textin';
create function mytext_out(mytext) returns cstring language internal immutable strict as 'textout';
create type mytext (input = mytext_in, output = mytext_out, internallength = variable, alignment = int4, storage = extended, collatable = true, category = 'S', preferred = false);
create table t (id integer primary key, a mytext);
comment on type mytext is 'text of ours';
