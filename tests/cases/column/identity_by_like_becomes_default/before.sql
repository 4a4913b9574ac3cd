create table c (id int generated always as identity, a text);
alter sequence c_id_seq as bigint;
