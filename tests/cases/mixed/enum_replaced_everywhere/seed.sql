insert into tickets values (1, 'new', '{new,open}'), (2, 'closed', '{}');
