insert into events (body) values ('{"a": 1}');
