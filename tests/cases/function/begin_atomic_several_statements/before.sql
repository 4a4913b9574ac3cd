create table log (id integer primary key, line text);
create procedure note(line text)
    language sql
    begin atomic
        insert into log values (1, line);
    end;
