insert into m values (1, '2024-03-03');
insert into m25 values ('z', 1, '2025-02-02');
