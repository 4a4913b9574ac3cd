insert into members values (1, 'ann');
