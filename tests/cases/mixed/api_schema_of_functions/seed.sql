insert into private.todos (title) values ('x');
