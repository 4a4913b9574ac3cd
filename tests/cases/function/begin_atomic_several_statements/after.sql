create table log (id integer primary key, line text);
create procedure note(line text)
    language sql
    begin atomic
        delete from log where id = 1;
        insert into log values (1, line);
        update log set line = upper(note.line) where id = 1;
    end;
