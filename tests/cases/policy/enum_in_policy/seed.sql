insert into members values (1, 'admin'), (2, 'member');
