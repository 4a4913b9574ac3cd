select id, title from private.todos;
